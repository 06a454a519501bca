/// Bytes as hexadecimal digits, four at a time.
enum HexDigits {
    /// The characters of four bytes, the first of them lowest.
    @inline(__always)
    static func characters(_ bytes: UInt32, isUpper: Bool) -> UInt64 {
        // Each byte to the low half of sixteen bits, and its halves to bytes of their own, the upper one first.
        var word = UInt64(bytes)
        word = (word | word &<< 16) & 0x0000_FFFF_0000_FFFF
        word = (word | word &<< 8) & 0x00FF_00FF_00FF_00FF
        let digits = (word &>> 4 | word &<< 8) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = (digits &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
        return digits &+ 0x3030_3030_3030_3030 &+ letters &* (isUpper ? 7 : 39)
    }

    /// Writes two characters for each byte, and up to six more behind them.
    @inline(__always)
    static func write(_ bytes: TextBytes, isUpper: Bool, to target: UnsafeMutablePointer<UInt8>) {
        let place = UnsafeMutableRawPointer(target)
        var index = 0
        while index &+ 4 <= bytes.count {
            let four = UnsafeRawPointer(bytes.start + index).loadUnaligned(as: UInt32.self)
            place.storeBytes(
                of: characters(four, isUpper: isUpper), toByteOffset: 2 &* index, as: UInt64.self)
            index &+= 4
        }
        while index < bytes.count {
            place.storeBytes(
                of: characters(UInt32(bytes[index]), isUpper: isUpper), toByteOffset: 2 &* index, as: UInt64.self)
            index &+= 1
        }
    }
}
