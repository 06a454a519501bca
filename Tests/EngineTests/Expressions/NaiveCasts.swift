import Columnar
import StreamSQL

/// Casts among numbers, truth values and texts, one value after the other, by way of texts and digits.
enum NaiveCasts {
    /// The value of a cast; nil for one that is not here. A text that can't be read is NULL for TRY_CAST.
    static func cast(
        _ value: LiteralValue, from: LogicalType, to: LogicalType, isTry: Bool
    ) throws(NaiveFailure) -> LiteralValue? {
        switch (value, to) {
        case (.text(let bytes), _) where to.kind != .text:
            guard let read = read(String(decoding: bytes, as: UTF8.self), to) else { return nil }
            guard let result = read else {
                if isTry { return .null }
                throw NaiveFailure()
            }
            return result
        case (.boolean(let value), .varchar): return text(value ? "TRUE" : "FALSE")
        case (.boolean(let value), .bigint): return .int64(value ? 1 : 0)
        case (.boolean(let value), .double): return .float64(value ? 1 : 0)
        case (.boolean(let value), .decimal): return .int128(value ? 100 : 0)
        case (.float64(let value), .boolean): return .boolean(value != 0)
        case (.float64(let value), .bigint): return .int64(whole(value, .min, .max))
        case (.float64(let value), .integer): return .int64(whole(value, Int64(Int32.min), Int64(Int32.max)))
        case (.float64(let value), .varchar): return text(shown(value))
        case (.float64(let value), .decimal):
            return value.isFinite ? decimal(shown(value), to) ?? .null : .null
        case (.int128(let value), .boolean): return .boolean(value != 0)
        case (.int128(let value), .double): return Double("\(value)e-2").map { .float64($0) }
        case (.int128(let value), .bigint): return .int64(Int64(truncatingIfNeeded: value / 100))
        case (.int128(let value), .integer): return .int64(Int64(Int32(truncatingIfNeeded: value / 100)))
        case (.int64(let value), .decimal) where from == .bigint: return decimal(String(value), to) ?? .null
        default: return nil
        }
    }

    private static func text(_ text: String) -> LiteralValue { .text(Array(text.utf8)) }

    /// Towards zero, at most the ends.
    private static func whole(_ value: Double, _ least: Int64, _ most: Int64) -> Int64 {
        if value.isNaN { return 0 }
        if value >= Double(most) { return most }
        return value <= Double(least) ? least : Int64(value)
    }

    // MARK: Texts of DOUBLE

    /// As Java writes it: plain between a thousandth and ten millions, with an exponent beyond.
    static func shown(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        let written = value.description
        if value == 0 || (value.magnitude >= 1e-3 && value.magnitude < 1e7) { return written }
        var (digits, exponent) = parts(written)
        exponent += digits.count - 1
        while digits.count > 2, digits.last == "0" { digits.removeLast() }
        if digits.count == 1 { digits += "0" }
        return (value < 0 ? "-" : "") + digits.prefix(1) + "." + digits.dropFirst() + "E\(exponent)"
    }

    /// The digits of a number without zeros in front, and the power of ten of the last.
    private static func parts(_ written: String) -> (digits: String, exponent: Int) {
        let halves = written.lowercased().split(separator: "e")
        let sides = halves[0].filter { $0 != "-" && $0 != "+" }
            .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = sides.count > 1 ? sides[1] : ""
        let exponent = halves.count > 1 ? Int(halves[1]) ?? 0 : 0
        let digits = String((sides[0] + fraction).drop { $0 == "0" })
        return (digits, exponent - fraction.count)
    }

    // MARK: Reading

    /// The value a text stands for; nil inside when it stands for none, nil outside for types that are not here.
    private static func read(_ text: String, _ type: LogicalType) -> LiteralValue?? {
        let trimmed = trimmed(text)
        switch type {
        case .integer: return .some(whole(trimmed).flatMap { Int32(exactly: $0) }.map { .int64(Int64($0)) })
        case .bigint: return .some(whole(trimmed).flatMap { Int64(exactly: $0) }.map { .int64($0) })
        case .double:
            // What is written with letters has a grammar of its own.
            guard !trimmed.contains(where: \.isLetter) || Double(trimmed) == nil else { return nil }
            return .some(trimmed.isEmpty ? nil : Double(trimmed).map { .float64($0) })
        case .boolean:
            if ["t", "true", "y", "yes", "1"].contains(trimmed.lowercased()) { return .some(.boolean(true)) }
            let isFalse = ["f", "false", "n", "no", "0"].contains(trimmed.lowercased())
            return .some(isFalse ? .boolean(false) : nil)
        default: return nil
        }
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while rest.first == " " { rest = rest.dropFirst() }
        while rest.last == " " { rest = rest.dropLast() }
        return String(rest)
    }

    /// A fraction is cut off, digits before the point may be missing.
    private static func whole(_ text: String) -> Int128? {
        let isNegative = text.first == "-"
        let rest = isNegative || text.first == "+" ? text.dropFirst() : text[...]
        guard !rest.isEmpty else { return nil }
        let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }) else { return nil }
        let digits = parts[0].isEmpty ? "0" : String(parts[0])
        return Int128((isNegative ? "-" : "") + digits)
    }

    /// A written number at the scale of a type, halves away from zero; nil when it has too many digits.
    private static func decimal(_ written: String, _ type: LogicalType) -> LiteralValue? {
        guard case .decimal(let precision, let scale) = type else { return nil }
        var (digits, exponent) = parts(written)
        exponent += scale
        guard digits.count + exponent <= precision else { return nil }
        if exponent >= 0 { digits += String(repeating: "0", count: exponent) }
        var value: Int128 = 0
        if exponent < 0 {
            let kept = digits.count + exponent
            value = kept > 0 ? Int128(digits.prefix(kept)) ?? 0 : 0
            if kept >= 0, let next = digits.dropFirst(kept).first, next >= "5" { value += 1 }
        } else {
            value = Int128(digits) ?? 0
        }
        var limit: Int128 = 1
        for _ in 0..<precision { limit *= 10 }
        guard value < limit else { return nil }
        return .int128(written.hasPrefix("-") ? -value : value)
    }
}

extension RandomExpressions {
    /// A cast of another type to this one; nil where there is none that is evaluated plainly.
    mutating func anyCast(_ type: LogicalType, _ depth: Int) -> PlanExpression? {
        let sources: [LogicalType]
        switch type {
        case .boolean: sources = [.integer, .bigint, .double, Self.decimal, .string]
        case .integer, .bigint: sources = [.boolean, .integer, .bigint, .double, Self.decimal, .string]
        case .double: sources = [.boolean, .integer, .bigint, Self.decimal, .string]
        case .decimal: sources = [.boolean, .integer, .bigint, .double]
        case .varchar: sources = [.boolean, .integer, .bigint, .double, Self.decimal, .date, Self.timestamp, Self.time]
        default: return nil
        }
        let source = sources[number(sources.count)]
        guard source != .string else { return .cast(numberText(depth), to: DataType(type), isTry: number(4) > 0) }
        return .cast(expression(source, depth: depth - 1), to: DataType(type), isTry: number(3) == 0)
    }

    /// A text that looks like a number or a truth value, or nearly.
    private mutating func numberText(_ depth: Int) -> PlanExpression {
        let string = DataType(.string)
        if depth > 1, number(2) == 0 {
            let source: LogicalType = [.integer, .bigint, Self.decimal, .boolean][number(4)]
            return .cast(expression(source, depth: depth - 1), to: string, isTry: false)
        }
        let texts = [
            " 12 ", "-7.5", "+3", ".5", "5.", "-", "", "1 2", "007", "9223372036854775808", "-9223372036854775808",
            "2147483648.9", "TRUE", "fAlse", "yes", "N", "1", "0", "00000000000000000000001", "123456789012345.678",
            "0.1", "-0", "99999999.99", "x", "1.2.3", "4503599627370497.5",
        ]
        return .literal(.text(Array(texts[number(texts.count)].utf8)), string)
    }
}
