import Columnar

/// Turns constants of the syntax into typed values.
enum LiteralBinding {
    static func bind(_ literal: Literal, at range: SourceRange) throws(SQLError) -> PlanExpression {
        switch literal {
        case .null: return .literal(.null, DataType(.null))
        case .unknown: return .literal(.null, .boolean)
        case .boolean(let value): return .literal(.boolean(value), DataType(.boolean, isNullable: false))
        case .integer(let digits), .decimal(let digits): return try number(digits, at: range)
        case .approximate(let text):
            guard let value = Double(text), value.isFinite else {
                throw SQLError(.type, "the number \(text) does not fit into DOUBLE", at: range)
            }
            return .literal(.float64(value), DataType(.double, isNullable: false))
        case .string(let text): return self.text(text)
        case .binary(let bytes): return .literal(.text(bytes), DataType(.binary(bytes.count), isNullable: false))
        case .date(let text):
            guard let days = TemporalText.date(Array(text.utf8)) else {
                throw invalid("DATE", text, "yyyy-MM-dd", at: range)
            }
            return .literal(.int64(days), DataType(.date, isNullable: false))
        case .time(let text):
            guard let milliseconds = TemporalText.time(Array(text.utf8)) else {
                throw invalid("TIME", text, "HH:mm:ss", at: range)
            }
            let digits = min(3, TemporalText.fractionDigits(Array(text.utf8)))
            return .literal(.int64(milliseconds), DataType(.time(precision: digits), isNullable: false))
        case .timestamp(let text):
            let bytes = Array(text.utf8)
            let digits = TemporalText.fractionDigits(bytes)
            guard let value = TemporalText.literal(bytes, precision: digits) else {
                throw invalid("TIMESTAMP", text, "yyyy-MM-dd HH:mm:ss", at: range)
            }
            return .literal(value, DataType(.timestamp(precision: digits), isNullable: false))
        case .timestampLTZ(let text):
            let bytes = Array(text.utf8)
            let digits = TemporalText.fractionDigits(bytes)
            guard let value = TemporalText.literal(bytes, precision: digits) else {
                throw invalid("TIMESTAMP_LTZ", text, "yyyy-MM-dd HH:mm:ss", at: range)
            }
            let plain = PlanExpression.literal(value, DataType(.timestamp(precision: digits), isNullable: false))
            return .cast(plain, to: DataType(.timestampLTZ(precision: digits), isNullable: false), isTry: false)
        case .interval(let interval): return try IntervalText.bind(interval, at: range)
        }
    }

    static func text(_ text: String) -> PlanExpression {
        .literal(.text(Array(text.utf8)), DataType(.char(text.unicodeScalars.count), isNullable: false))
    }

    static func integer(_ value: Int64, _ type: LogicalType = .integer) -> PlanExpression {
        .literal(.int64(value), DataType(type, isNullable: false))
    }

    private static func invalid(_ type: String, _ text: String, _ form: String, at range: SourceRange) -> SQLError {
        SQLError(.type, "'\(text)' is not a \(type)", at: range, hint: "write it as \(type) '\(form)'")
    }

    /// Digits with or without a point: INT, BIGINT or DECIMAL.
    private static func number(_ text: String, at range: SourceRange) throws(SQLError) -> PlanExpression {
        if let value = Int64(text), !text.utf8.contains(0x2E) {
            let type: LogicalType = Int32(exactly: value) == nil ? .bigint : .integer
            return .literal(.int64(value), DataType(type, isNullable: false))
        }
        var unscaled: Int128 = 0
        var digits = 0
        var scale = 0
        var isAfterPoint = false
        for byte in text.utf8 {
            if byte == 0x2E { isAfterPoint = true }
            guard (0x30...0x39).contains(byte) else { continue }
            let (product, overflow) = unscaled.multipliedReportingOverflow(by: 10)
            unscaled = product &+ Int128(byte - 0x30)
            if unscaled > 0 { digits += 1 }
            if isAfterPoint { scale += 1 }
            if overflow || digits > LogicalType.maximumPrecision || scale > LogicalType.maximumPrecision {
                throw SQLError(
                    .type, "the number \(text) has more digits than the \(LogicalType.maximumPrecision) of DECIMAL",
                    at: range, hint: "write it with an exponent to make it a DOUBLE")
            }
        }
        // A zero before the point counts as a digit, as in 0.001, which is DECIMAL(4, 3).
        let precision = max(1, digits > scale ? digits : scale + (text.utf8.first == 0x2E ? 0 : 1))
        let type = LogicalType.decimal(precision: min(LogicalType.maximumPrecision, precision), scale: scale)
        return .literal(.int128(unscaled), DataType(type, isNullable: false))
    }
}
