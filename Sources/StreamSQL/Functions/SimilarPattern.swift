/// A pattern of SIMILAR TO, rewritten for the engine's matcher, which must match the whole text with it.
package enum SimilarPattern {
    /// nil when the pattern is not well formed. `escape` makes the character behind it plain; empty means none.
    package static func translate(_ pattern: [UInt8], escape: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var index = 0
        while index < pattern.count {
            if !escape.isEmpty, pattern[index...].starts(with: escape) {
                index += escape.count
                guard index < pattern.count else { return nil }
                append(plain: pattern[index], to: &result)
                index += 1
                continue
            }
            switch pattern[index] {
            case UInt8(ascii: "%"): result += Array("(?s:.*)".utf8)
            case UInt8(ascii: "_"): result += Array("[^\\n\\r\\x{85}\\x{2028}\\x{2029}]".utf8)
            case UInt8(ascii: "["):
                guard let end = characterClass(pattern, index, escape, &result) else { return nil }
                index = end
            case UInt8(ascii: "|"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "("),
                UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "}"):
                result.append(pattern[index])
            default: append(plain: pattern[index], to: &result)
            }
            index += 1
        }
        return result
    }

    private static func append(plain byte: UInt8, to result: inout [UInt8]) {
        let isLetter = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        if byte < 0x80, !isLetter { result.append(UInt8(ascii: "\\")) }
        result.append(byte)
    }

    /// Copies the class that begins at an index; the index of its closing bracket, nil when there is none.
    private static func characterClass(
        _ pattern: [UInt8], _ start: Int, _ escape: [UInt8], _ result: inout [UInt8]
    ) -> Int? {
        result.append(pattern[start])
        var index = start + 1
        if index < pattern.count, pattern[index] == UInt8(ascii: "^") {
            result.append(pattern[index])
            index += 1
        }
        while index < pattern.count {
            let byte = pattern[index]
            if byte == UInt8(ascii: "]") {
                result.append(byte)
                return index
            }
            if !escape.isEmpty, pattern[index...].starts(with: escape), index + escape.count < pattern.count {
                index += escape.count
                append(plain: pattern[index], to: &result)
            } else if byte == UInt8(ascii: "["), let (name, end) = named(pattern, index) {
                result += Array("[:\(name):]".utf8)
                index = end
            } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "\\") {
                append(plain: byte, to: &result)
            } else {
                result.append(byte)
            }
            index += 1
        }
        return nil
    }

    /// `[:ALPHA:]` and its like, with the index of the last bracket.
    private static func named(_ pattern: [UInt8], _ start: Int) -> (String, Int)? {
        for (name, posix) in names where pattern[start...].starts(with: "[:\(name):]".utf8) {
            return (posix, start + name.utf8.count + 3)
        }
        return nil
    }

    private static let names: [(String, String)] = [
        ("ALPHA", "alpha"), ("alpha", "alpha"), ("UPPER", "upper"), ("upper", "upper"), ("LOWER", "lower"),
        ("lower", "lower"), ("DIGIT", "digit"), ("digit", "digit"), ("ALNUM", "alnum"), ("alnum", "alnum"),
        ("SPACE", "space"), ("space", "space"), ("WHITESPACE", "space"), ("whitespace", "space"),
    ]
}
