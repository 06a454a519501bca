/// Bytes as text of 64 letters (RFC 4648), with padding.
package enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    package static func append(_ source: UnsafeBufferPointer<UInt8>, to text: inout [UInt8]) {
        var index = 0
        while index < source.count {
            let left = source.count &- index
            let first = UInt32(source[index])
            let second = left > 1 ? UInt32(source[index &+ 1]) : 0
            let third = left > 2 ? UInt32(source[index &+ 2]) : 0
            let word = first << 16 | second << 8 | third
            text.append(letters[Int(word >> 18)])
            text.append(letters[Int(word >> 12 & 63)])
            text.append(left > 1 ? letters[Int(word >> 6 & 63)] : padding)
            text.append(left > 2 ? letters[Int(word & 63)] : padding)
            index &+= 3
        }
    }

    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        bytes.withUnsafeBufferPointer { append($0, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the bytes of a text; false for one that is not base64, and then some may have been appended. The padding may
    /// be left out as a whole where `isPaddingOptional`.
    package static func decode(
        _ text: UnsafeBufferPointer<UInt8>, isPaddingOptional: Bool = false, to bytes: inout [UInt8]
    ) -> Bool {
        var count = text.count
        while count > 0, text.count - count < 2, text[count - 1] == padding { count -= 1 }
        let mayLackPadding = isPaddingOptional && count == text.count
        guard count % 4 != 1, mayLackPadding || text.count % 4 == 0 else { return false }
        var word: UInt32 = 0
        for index in 0..<count {
            guard let value = value(of: text[index]) else { return false }
            word = word << 6 | value
            if index & 3 == 3 {
                bytes.append(UInt8(truncatingIfNeeded: word >> 16))
                bytes.append(UInt8(truncatingIfNeeded: word >> 8))
                bytes.append(UInt8(truncatingIfNeeded: word))
                word = 0
            }
        }
        if count & 3 == 2 { bytes.append(UInt8(truncatingIfNeeded: word >> 4)) }
        if count & 3 == 3 {
            bytes.append(UInt8(truncatingIfNeeded: word >> 10))
            bytes.append(UInt8(truncatingIfNeeded: word >> 2))
        }
        return true
    }

    /// nil for anything that is not padded base64.
    package static func decode(_ text: some StringProtocol, isPaddingOptional: Bool = false) -> [UInt8]? {
        let letters = Array(text.utf8)
        var bytes: [UInt8] = []
        let isRight = letters.withUnsafeBufferPointer {
            decode($0, isPaddingOptional: isPaddingOptional, to: &bytes)
        }
        return isRight ? bytes : nil
    }

    private static func value(of letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
