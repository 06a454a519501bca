import Columnar

/// Writes JSON as the dialect does: no blanks, members in the order of their names, numbers as Java's BigDecimal.
enum JSONWriter {
    /// A value of a document, in canonical form.
    static func append(_ place: Range<Int>, of text: JSONDocument, to bytes: inout [UInt8], depth: Int = 0) {
        guard depth <= JSONDocument.deepest else { return }
        switch text.bytes[place.lowerBound] {
        case 0x7B:
            var members: [(name: [UInt8], value: Range<Int>)] = []
            text.forEachMember(of: place.lowerBound) { name, value in
                members.append((text.text(name), value))
                return true
            }
            bytes.append(0x7B)
            for (index, member) in inOrder(members, by: \.name).enumerated() {
                if index > 0 { bytes.append(0x2C) }
                appendQuoted(member.name, to: &bytes)
                bytes.append(0x3A)
                append(member.value, of: text, to: &bytes, depth: depth + 1)
            }
            bytes.append(0x7D)
        case 0x5B:
            bytes.append(0x5B)
            var isFirst = true
            text.forEachElement(of: place.lowerBound) { element in
                if !isFirst { bytes.append(0x2C) }
                isFirst = false
                append(element, of: text, to: &bytes, depth: depth + 1)
                return true
            }
            bytes.append(0x5D)
        case 0x22: appendQuoted(text.text(place), to: &bytes)
        case 0x2D, 0x30...0x39: JSONNumber.append(text.bytes.part(place.lowerBound, place.count), to: &bytes)
        default: bytes.append(text.bytes.part(place.lowerBound, place.count))
        }
    }

    /// Members by name, of equal names the last.
    static func inOrder<Member>(_ members: [Member], by name: (Member) -> [UInt8]) -> [Member] {
        var sorted = members.enumerated().sorted { first, second in
            let order = compare(name(first.element), name(second.element))
            return order == 0 ? first.offset < second.offset : order < 0
        }
        var kept = 0
        for index in sorted.indices {
            if index + 1 < sorted.count, name(sorted[index].element) == name(sorted[index + 1].element) { continue }
            sorted[kept] = sorted[index]
            kept += 1
        }
        return sorted[..<kept].map(\.element)
    }

    /// The order of Java's texts, which is that of UTF-16: characters beyond 16 bits stand before U+E000.
    private static func compare(_ first: [UInt8], _ second: [UInt8]) -> Int {
        for (one, two) in zip(first, second) where one != two { return rank(one) - rank(two) }
        return first.count - second.count
    }

    /// First bytes 0xF0… stand for pairs from U+D800, before 0xEE and 0xEF.
    private static func rank(_ byte: UInt8) -> Int {
        byte >= 0xF0 ? Int(byte) - 2 : byte >= 0xEE ? Int(byte) + 8 : Int(byte)
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    /// A text between quotes.
    static func appendQuoted(_ text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(0x22)
        for byte in text {
            switch byte {
            case 0x22, 0x5C: bytes += [0x5C, byte]
            case 0x08: bytes += [0x5C, 0x62]
            case 0x09: bytes += [0x5C, 0x74]
            case 0x0A: bytes += [0x5C, 0x6E]
            case 0x0C: bytes += [0x5C, 0x66]
            case 0x0D: bytes += [0x5C, 0x72]
            case 0..<0x20:
                bytes += [0x5C, 0x75, 0x30, 0x30, hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }
}

/// Numbers of documents as Java writes them.
enum JSONNumber {
    /// True for numbers without point and exponent.
    static func isWhole(_ text: TextBytes) -> Bool {
        for index in 0..<text.count where text[index] == 0x2E || text[index] | 0x20 == 0x65 { return false }
        return true
    }

    /// Exponents beyond this are no numbers for Java.
    private static let largestExponent = Int(Int32.max)

    /// Whole numbers as they stand; others as BigDecimal's toString. Of those that it has no room for the ones near zero
    /// are 0, and the large ones stay as they stand.
    static func append(_ text: TextBytes, to bytes: inout [UInt8]) {
        if isWhole(text) {
            if text.count == 2, text[0] == 0x2D, text[1] == 0x30 { bytes.append(0x30) } else { bytes.append(text) }
            return
        }
        let exponent = exponent(text)
        guard exponent.magnitude <= largestExponent else {
            return exponent > 0 && !isZero(text) ? bytes.append(text) : bytes.append(0x30)
        }
        var digits: [UInt8] = []
        var scale = 0 - exponent
        var index = text[0] == 0x2D ? 1 : 0
        var isFraction = false
        while index < text.count, text[index] | 0x20 != 0x65 {
            if text[index] == 0x2E {
                isFraction = true
            } else {
                if isFraction { scale += 1 }
                if text[index] != 0x30 || !digits.isEmpty { digits.append(text[index]) }
            }
            index += 1
        }
        let isZero = digits.isEmpty
        if isZero { digits = [0x30] }
        if text[0] == 0x2D, !isZero { bytes.append(0x2D) }
        append(digits, scale: scale, to: &bytes)
    }

    /// The exponent; one that has more digits than anybody reads is cut behind the largest, or the least.
    private static func exponent(_ text: TextBytes) -> Int {
        var index = 0
        while index < text.count, text[index] | 0x20 != 0x65 { index += 1 }
        index += 1
        guard index < text.count else { return 0 }
        let isNegative = text[index] == 0x2D
        if isNegative || text[index] == 0x2B { index += 1 }
        var value = 0
        while index < text.count, value <= largestExponent {
            value = value * 10 + Int(text[index] &- 0x30)
            index += 1
        }
        return isNegative ? -value : value
    }

    /// Whether all digits before the exponent are 0.
    private static func isZero(_ text: TextBytes) -> Bool {
        for index in 0..<text.count {
            if text[index] | 0x20 == 0x65 { return true }
            if text[index] > 0x30, text[index] <= 0x39 { return false }
        }
        return true
    }

    private static func append(_ digits: [UInt8], scale: Int, to bytes: inout [UInt8]) {
        let adjusted = digits.count - 1 - scale
        if scale >= 0, adjusted >= -6 {
            let whole = digits.count - scale
            if scale == 0 {
                bytes += digits
            } else if whole > 0 {
                bytes += digits[..<whole]
                bytes.append(0x2E)
                bytes += digits[whole...]
            } else {
                bytes += [0x30, 0x2E]
                bytes += [UInt8](repeating: 0x30, count: -whole)
                bytes += digits
            }
            return
        }
        bytes.append(digits[0])
        if digits.count > 1 {
            bytes.append(0x2E)
            bytes += digits[1...]
        }
        if adjusted != 0 {
            bytes.append(0x45)
            if adjusted > 0 { bytes.append(0x2B) }
            bytes += Array(String(adjusted).utf8)
        }
    }
}
