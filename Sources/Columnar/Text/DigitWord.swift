/// Eight decimal digits at once in a word, the first digit in the lowest byte.
package enum DigitWord {
    /// The characters of eight zeros; added to digits it makes characters of them.
    @inlinable package static var zeros: UInt64 { 0x3030_3030_3030_3030 }
    @inlinable package static var wideZeros: UInt128 { 0x3030_3030_3030_3030_3030_3030_3030_3030 }

    /// The digits, 0 to 9, of a number below 100,000,000: halves into fours, fours into pairs, pairs into digits, all
    /// of a kind in one multiplication.
    @inlinable @inline(__always)
    package static func digits(_ value: UInt64) -> UInt64 {
        let high = value / 10_000
        let fours = high | (value &- high &* 10_000) &<< 32
        // 10,486 / 2^20 is near enough to 1/100 below 10,000.
        let hundreds = ((fours &* 10_486) &>> 20) & 0x7F_0000_007F
        return digits(pairs: hundreds | (fours &- hundreds &* 100) &<< 16)
    }

    /// The digits of four numbers below 100, the first in the lowest 16 bits.
    @inlinable @inline(__always)
    package static func digits(pairs: UInt64) -> UInt64 {
        // 103 / 2^10 is near enough to 1/10 below 100.
        let tens = ((pairs &* 103) &>> 10) & 0x000F_000F_000F_000F
        return tens | (pairs &- tens &* 10) &<< 8
    }

    /// The sixteen digits of a number below 10^16.
    @inlinable @inline(__always)
    package static func wideDigits(_ value: UInt64) -> UInt128 {
        let high = value / 100_000_000
        return UInt128(digits(high)) | UInt128(digits(value &- high &* 100_000_000)) &<< 64
    }

    /// The number that eight digits, 0 to 9, stand for.
    @inlinable @inline(__always)
    package static func value(_ digits: UInt64) -> UInt64 {
        let pairs = digits &* 10 &+ digits &>> 8
        let even = (pairs & 0xFF_0000_00FF) &* 0xF_4240_0000_0064
        let odd = ((pairs &>> 16) & 0xFF_0000_00FF) &* 0x2710_0000_0001
        return (even &+ odd) &>> 32
    }

    /// True when each byte is a digit, 0 to 9.
    @inlinable @inline(__always)
    package static func areDigits(_ bytes: UInt64) -> Bool {
        ((bytes &+ 0x7676_7676_7676_7676) | bytes) & 0x8080_8080_8080_8080 == 0
    }
}
