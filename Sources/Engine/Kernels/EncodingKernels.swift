import Columnar
import Digests
import StreamSQL

/// Texts and bytes in other notations: hexadecimal, Base64, addresses, character sets.
enum EncodingKernels {
    /// A kernel that writes the bytes of each result; where the closure says false, the result is NULL.
    static func rewrite(_ body: @escaping @Sendable (TextBytes, inout [UInt8]) -> Bool) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            var bytes: [UInt8] = []
            return makeTexts(call) { row, heap in
                bytes.removeAll(keepingCapacity: true)
                guard body(texts[row], &bytes), bytes.count <= longestMadeText else { return nil }
                return heap.add(bytes)
            }
        }
    }

    // MARK: Hexadecimal and binary

    private static let upperDigits = Array("0123456789ABCDEF".utf8)

    static let hexOfText: Kernel = { call in
        let texts = TextOperand(call[0])
        return makeTexts(writing: call) { row, writer in
            let text = texts[row]
            guard text.count <= longestMadeText / 2 else { return nil }
            return writer.add(upTo: text.count &* 2) { target in
                HexDigits.write(text, isUpper: true, to: target)
                return text.count &* 2
            }
        }
    }

    static let hexOfInteger: Kernel = { call in
        let numbers = NumberOperand(call[0])
        return writeTexts(call) { row, writer in
            let number = UInt64(bitPattern: numbers[row])
            let high = HexDigits.characters(UInt32(truncatingIfNeeded: number.byteSwapped), isUpper: true)
            let low = HexDigits.characters(UInt32(truncatingIfNeeded: number.byteSwapped &>> 32), isUpper: true)
            let zeros = min(number.leadingZeroBitCount &>> 2, 15)
            let bits = (UInt128(high) | UInt128(low) &<< 64) &>> UInt128(8 &* zeros)
            return writer.add(PackedText(bits: bits, count: 16 &- zeros))
        }
    }

    static let binaryDigits: Kernel = { call in
        let numbers = NumberOperand(call[0])
        return writeTexts(call) { row, writer in
            let number = UInt64(bitPattern: numbers[row])
            let count = max(1, 64 &- number.leadingZeroBitCount)
            return writer.add(upTo: 64) { target in
                // Eight bits at once, the highest first: each byte keeps one of them, which the sum moves to its top.
                var rest = number &<< UInt64(64 &- count)
                var index = 0
                while index < count {
                    let kept = (rest &>> 56) &* 0x0101_0101_0101_0101 & 0x0102_0408_1020_4080
                    let ones = (kept &+ 0x7F7F_7F7F_7F7F_7F7F) &>> 7 & 0x0101_0101_0101_0101
                    UnsafeMutableRawPointer(target + index).storeBytes(of: ones | DigitWord.zeros, as: UInt64.self)
                    rest &<<= 8
                    index &+= 8
                }
                return count
            }
        }
    }

    /// The value of a hexadecimal digit, nil for anything else.
    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    /// UNHEX: the first of an odd number of digits counts as 00, as in the dialect; NULL for other characters.
    static let unhex = rewrite { text, bytes in
        var index = 0
        if text.count & 1 == 1 {
            guard digit(text[0]) != nil else { return false }
            bytes.append(0)
            index = 1
        }
        while index < text.count {
            guard let high = digit(text[index]), let low = digit(text[index + 1]) else { return false }
            bytes.append(high << 4 | low)
            index += 2
        }
        return true
    }

    // MARK: Base64

    static let toBase64 = rewrite { text, bytes in
        Base64.append(text.buffer, to: &bytes)
        return true
    }

    /// FROM_BASE64: NULL for a text that is none.
    static let fromBase64 = rewrite { text, bytes in
        guard Base64.decode(text.buffer, isPaddingOptional: true, to: &bytes) else { return false }
        bytes = bytes.asUTF8
        return true
    }

    // MARK: Addresses

    static let urlEncode = rewrite { text, bytes in
        for index in 0..<text.count {
            switch text[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x2D, 0x2A, 0x5F: bytes.append(text[index])
            case 0x20: bytes.append(0x2B)
            default:
                bytes.append(0x25)
                bytes.append(upperDigits[Int(text[index] >> 4)])
                bytes.append(upperDigits[Int(text[index] & 15)])
            }
        }
        return true
    }

    /// URL_DECODE: NULL where a percent sign is not followed by two digits.
    static let urlDecode = rewrite { text, bytes in
        var index = 0
        var isASCII = true
        while index < text.count {
            switch text[index] {
            case 0x2B: bytes.append(0x20)
            case 0x25:
                guard index + 2 < text.count, let high = digit(text[index + 1]), let low = digit(text[index + 2])
                else { return false }
                bytes.append(high << 4 | low)
                if high > 7 { isASCII = false }
                index += 2
            default: bytes.append(text[index])
            }
            index += 1
        }
        if !isASCII { bytes = bytes.asUTF8 }
        return true
    }

    // MARK: Character sets

    /// ENCODE(text, set) and DECODE(bytes, set) for a set of the binder's list.
    static func encode(_ set: String) -> Kernel? {
        switch set {
        case "UTF-8": return { call in copied(call) }
        case "US-ASCII": return narrow(limit: 0x80)
        case "ISO-8859-1": return narrow(limit: 0x100)
        case "UTF-16": return wide(isBig: true, mark: [0xFE, 0xFF])
        case "UTF-16BE": return wide(isBig: true, mark: [])
        case "UTF-16LE": return wide(isBig: false, mark: [])
        default: return nil
        }
    }

    private static func copied(_ call: KernelCall) -> Column {
        let texts = TextOperand(call[0])
        return makeTexts(call) { row, _ in texts[row].view }
    }

    /// One byte for each character; `?` for those the set has not.
    private static func narrow(limit: UInt32) -> Kernel {
        rewrite { text, bytes in
            for scalar in text.string.unicodeScalars {
                bytes.append(scalar.value < limit ? UInt8(truncatingIfNeeded: scalar.value) : 0x3F)
            }
            return true
        }
    }

    private static func wide(isBig: Bool, mark: [UInt8]) -> Kernel {
        rewrite { text, bytes in
            if text.count > 0 { bytes += mark }
            for unit in text.string.utf16 {
                let (high, low) = (UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit))
                bytes.append(isBig ? high : low)
                bytes.append(isBig ? low : high)
            }
            return true
        }
    }

    static func decode(_ set: String) -> Kernel? {
        switch set {
        case "UTF-8":
            return rewrite { text, bytes in
                bytes.append(contentsOf: text.string.utf8)
                return true
            }
        case "US-ASCII": return fromNarrow(limit: 0x80)
        case "ISO-8859-1": return fromNarrow(limit: 0x100)
        case "UTF-16": return fromWide(isBig: nil)
        case "UTF-16BE": return fromWide(isBig: true)
        case "UTF-16LE": return fromWide(isBig: false)
        default: return nil
        }
    }

    private static func fromNarrow(limit: UInt16) -> Kernel {
        rewrite { text, bytes in
            for index in 0..<text.count {
                bytes.append(UInt16(text[index]) < limit ? UnicodeScalar(text[index]) : "\u{FFFD}")
            }
            return true
        }
    }

    /// nil: the byte order that a mark at the begin tells, big without one.
    private static func fromWide(isBig: Bool?) -> Kernel {
        rewrite { text, bytes in
            var start = 0
            var big = isBig ?? true
            if isBig == nil, text.count >= 2, text[0] == 0xFE && text[1] == 0xFF || text[0] == 0xFF && text[1] == 0xFE {
                big = text[0] == 0xFE
                start = 2
            }
            var units: [UInt16] = []
            while start + 1 < text.count {
                let (first, second) = (UInt16(text[start]), UInt16(text[start + 1]))
                units.append(big ? first << 8 | second : second << 8 | first)
                start += 2
            }
            bytes.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
            if start < text.count { bytes.append("\u{FFFD}" as UnicodeScalar) }
            return true
        }
    }
}
