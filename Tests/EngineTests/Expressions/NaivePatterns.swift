import Columnar
import StreamSQL

/// Functions over regular expressions by the library's own engine.
enum NaivePatterns {
    /// The value of a call without NULLs; nil for a function that is not here.
    static func value(_ function: ScalarFunction, _ values: [LiteralValue]) -> LiteralValue? {
        guard case .text(let bytes) = values[0], case .text(let pattern) = values.dropFirst().first else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let written = String(decoding: pattern, as: UTF8.self)
        guard let regex = try? Regex(function == .similarTo ? translated(written) : written) else { return nil }
        switch function {
        case .regexpExtract: return extract(text, regex, values[2])
        case .regexpFound: return .boolean(text.firstMatch(of: regex) != nil)
        case .regexpCount: return .int64(Int64(text.matches(of: regex).count))
        case .regexpPlace:
            guard let found = text.firstMatch(of: regex) else { return .int64(0) }
            return .int64(Int64(text.unicodeScalars.distance(from: text.startIndex, to: found.range.lowerBound) + 1))
        case .regexpPart: return text.firstMatch(of: regex).map { self.text(text[$0.range]) } ?? .null
        case .regexpReplace:
            guard case .text(let new) = values[2] else { return nil }
            return self.text(text.replacing(regex, with: String(decoding: new, as: UTF8.self))[...])
        case .similarTo: return .boolean(text.wholeMatch(of: regex) != nil)
        default: return nil
        }
    }

    private static func text(_ text: Substring) -> LiteralValue { .text(Array(text.utf8)) }

    private static func extract(_ text: String, _ regex: Regex<AnyRegexOutput>, _ group: LiteralValue) -> LiteralValue {
        guard case .int64(let group) = group, let match = text.firstMatch(of: regex), Int(group) < match.output.count,
            let found = match.output[Int(group)].substring
        else { return .null }
        return Self.text(found)
    }

    /// A pattern of SIMILAR TO without escapes.
    private static func translated(_ pattern: String) -> String {
        pattern.map { $0 == "%" ? ".*" : $0 == "_" ? "." : String($0) }.joined()
    }
}
