import Columnar
import StreamSQL

/// REGEXP_EXTRACT by the library's own engine.
enum NaivePatterns {
    static func extract(_ values: [LiteralValue]) -> LiteralValue {
        guard case .text(let text) = values[0], case .text(let pattern) = values[1], case .int64(let group) = values[2],
            let regex = try? Regex(String(decoding: pattern, as: UTF8.self)),
            let match = try? regex.firstMatch(in: String(decoding: text, as: UTF8.self)),
            Int(group) < match.output.count,
            let found = match.output[Int(group)].substring
        else { return .null }
        return .text(Array(found.utf8))
    }
}
