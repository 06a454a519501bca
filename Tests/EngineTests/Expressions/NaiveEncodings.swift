import Columnar
import StreamSQL

/// Other notations of texts, byte by byte.
enum NaiveEncodings {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The value of a call without NULLs; nil for a function that is not here.
    static func value(_ function: ScalarFunction, _ values: [LiteralValue]) -> LiteralValue? {
        if function == .character, case .int64(let code) = values[0] {
            guard code >= 0 else { return .text([]) }
            return text(String(UnicodeScalar(UInt8(truncatingIfNeeded: code))))
        }
        guard case .text(let bytes) = values[0] else { return nil }
        let string = String(decoding: bytes, as: UTF8.self)
        switch function {
        case .toBase64: return .text(base64(bytes))
        case .fromBase64: return unpacked(bytes)
        case .urlEncode: return text(string.utf8.map { escaped($0) }.joined())
        case .urlDecode: return unescaped(bytes)
        case .unhex: return bytes.count % 2 == 0 ? .text(pairs(bytes).compactMap { UInt8($0, radix: 16) }) : nil
        case .encode, .decode: return values[1] == text("UTF-8") ? .text(bytes) : nil
        case .ascii: return .int64(string.unicodeScalars.first.map { Int64($0.value) } ?? 0)
        case .lower: return text(string.lowercased())
        case .initialCapital: return text(capitalized(string))
        case .parseURL where values.count == 2 && values[1] == text("HOST"):
            guard let start = string.range(of: "://")?.upperBound else { return .null }
            return text(String(string[start...].prefix { $0 != "/" && $0 != ":" && $0 != "?" && $0 != "#" }))
        default: return nil
        }
    }

    private static func text(_ text: String) -> LiteralValue { .text(Array(text.utf8)) }

    private static func pairs(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: 2).map { String(decoding: bytes[$0...].prefix(2), as: UTF8.self) }
    }

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var bits: [Int] = []
        for byte in bytes {
            for place in 0..<8 { bits.append((Int(byte) >> (7 - place)) & 1) }
        }
        while bits.count % 6 != 0 { bits.append(0) }
        var result: [UInt8] = []
        for start in stride(from: 0, to: bits.count, by: 6) {
            var letter = 0
            for bit in bits[start..<(start + 6)] { letter = letter * 2 + bit }
            result.append(letters[letter])
        }
        while result.count % 4 != 0 { result.append(UInt8(ascii: "=")) }
        return result
    }

    private static func unpacked(_ bytes: [UInt8]) -> LiteralValue {
        var bits: [Int] = []
        for byte in bytes where byte != UInt8(ascii: "=") {
            guard let value = letters.firstIndex(of: byte) else { return .null }
            for place in 0..<6 { bits.append((value >> (5 - place)) & 1) }
        }
        var result: [UInt8] = []
        while bits.count >= 8 {
            var byte = 0
            for bit in bits.prefix(8) { byte = byte * 2 + bit }
            result.append(UInt8(byte))
            bits.removeFirst(8)
        }
        return .text(result)
    }

    private static func escaped(_ byte: UInt8) -> String {
        let character = Character(UnicodeScalar(byte))
        if byte < 128, character.isLetter || character.isNumber || ".-*_".contains(character) {
            return String(character)
        }
        return byte == 32 ? "+" : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    private static func unescaped(_ bytes: [UInt8]) -> LiteralValue {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return .null }
                result.append(code)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte == UInt8(ascii: "+") ? 32 : byte)
            }
        }
        return .text(result)
    }

    private static func capitalized(_ text: String) -> String {
        var isInside = false
        return String(
            text.map { character -> Character in
                defer { isInside = character.isLetter || character.isNumber }
                return Character(isInside ? character.lowercased() : character.uppercased())
            })
    }
}

extension String {
    /// Where a text first stands in this one.
    fileprivate func range(of part: String) -> Range<Index>? {
        indices.first { self[$0...].hasPrefix(part) }.map { $0..<index($0, offsetBy: part.count) }
    }
}
