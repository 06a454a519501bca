import Columnar

/// Bound expressions as people read them.
enum ExpressionText {
    /// The expression with `name` giving the text of each column.
    static func text(_ expression: PlanExpression, _ name: (Int) -> String) -> String {
        switch expression {
        case .column(let position, _): return name(position)
        case .literal(let value, let type): return literal(value, type.logical)
        case .call(let function, let arguments, _):
            return call(function, arguments.map { text($0, name) }, arguments)
        case .cast(let value, let type, let isTry):
            return "\(isTry ? "TRY_CAST" : "CAST")(\(text(value, name)) AS \(type.logical))"
        case .located(let value, _): return text(value, name)
        case .conditional(let branches, let otherwise, _):
            let parts = branches.map { "WHEN \(text($0.condition, name)) THEN \(text($0.value, name)) " }
            return "CASE \(parts.joined())ELSE \(text(otherwise, name)) END"
        }
    }

    private static let infix: [ScalarFunction: String] = [
        .equal: "=", .notEqual: "<>", .less: "<", .lessOrEqual: "<=", .greater: ">", .greaterOrEqual: ">=",
        .and: "AND", .or: "OR", .add: "+", .subtract: "-", .multiply: "*", .divide: "/", .modulo: "%",
        .concatenate: "||", .addInterval: "+", .subtractInterval: "-", .isDistinctFrom: "IS DISTINCT FROM",
        .isNotDistinctFrom: "IS NOT DISTINCT FROM", .like: "LIKE",
    ]

    private static let postfix: [ScalarFunction: String] = [
        .isNull: "IS NULL", .isNotNull: "IS NOT NULL", .isTrue: "IS TRUE", .isNotTrue: "IS NOT TRUE",
        .isFalse: "IS FALSE", .isNotFalse: "IS NOT FALSE",
    ]

    private static func call(
        _ function: ScalarFunction, _ arguments: [String], _ operands: [PlanExpression]
    ) -> String {
        if let symbol = infix[function], arguments.count >= 2 {
            return zip(arguments, operands).map { bracketed($0, $1) }.joined(separator: " \(symbol) ")
        }
        if let suffix = postfix[function], let first = arguments.first, let operand = operands.first {
            return "\(bracketed(first, operand)) \(suffix)"
        }
        if let text = nested(function, arguments, operands) { return text }
        switch function {
        case .not: return "NOT(\(arguments.joined(separator: ", ")))"
        case .negate: return "-\(zip(arguments, operands).map { bracketed($0, $1) }.joined())"
        case .inList where !arguments.isEmpty:
            return "\(arguments[0]) IN (\(arguments.dropFirst().joined(separator: ", ")))"
        default: return "\(function.rawValue)(\(arguments.joined(separator: ", ")))"
        }
    }

    /// Functions over nested values that have a form of their own.
    private static func nested(
        _ function: ScalarFunction, _ arguments: [String], _ operands: [PlanExpression]
    ) -> String? {
        switch function {
        case .rowField where operands.count == 2:
            guard case .row(let fields) = operands[0].type.logical, case .literal(.int64(let index), _) = operands[1],
                fields.indices.contains(Int(clamping: index))
            else { return nil }
            return "\(bracketed(arguments[0], operands[0])).\(fields[Int(clamping: index)].name)"
        case .arrayElement where arguments.count == 2, .mapValue where arguments.count == 2:
            return "\(bracketed(arguments[0], operands[0]))[\(arguments[1])]"
        case .makeRow, .presentRow: return "ROW(\(arguments.joined(separator: ", ")))"
        case .makeArray: return "ARRAY[\(arguments.joined(separator: ", "))]"
        case .makeMap: return "MAP[\(arguments.joined(separator: ", "))]"
        default: return nil
        }
    }

    private static func bracketed(_ text: String, _ operand: PlanExpression) -> String {
        if case .located(let operand, _) = operand { return bracketed(text, operand) }
        if case .call(let function, let arguments, _) = operand, infix[function] != nil, arguments.count >= 2 {
            return "(\(text))"
        }
        return text
    }

    static func literal(_ value: LiteralValue, _ type: LogicalType) -> String {
        switch value {
        case .null: return "NULL"
        case .boolean(let truth): return truth ? "TRUE" : "FALSE"
        case .float64(let number): return "\(number)"
        case .int128(let nanoseconds) where type.isWideTimestamp:
            let isInstant = if case .timestampLTZ = type { true } else { false }
            let text = TemporalDisplay.timestamp(nanoseconds: nanoseconds)
            return isInstant ? "TIMESTAMP_LTZ '\(text)Z'" : "TIMESTAMP '\(text)'"
        case .int128(let unscaled):
            guard case .decimal(_, let scale) = type else { return "\(unscaled)" }
            return LiteralConversion.decimalText(unscaled, scale: scale)
        case .text(let bytes):
            if type.isBinary { return "X'" + bytes.map { hexadecimal($0) }.joined() + "'" }
            let text = String(decoding: bytes, as: UTF8.self)
            return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
        case .int64(let number):
            switch type {
            case .date: return "DATE '\(TemporalDisplay.date(days: number))'"
            case .time: return "TIME '\(TemporalDisplay.time(microseconds: number &* 1_000))'"
            case .timestamp: return "TIMESTAMP '\(TemporalDisplay.timestamp(number))'"
            case .timestampLTZ: return "TIMESTAMP_LTZ '\(TemporalDisplay.timestamp(number))Z'"
            case .intervalMonths: return "INTERVAL \(number) MONTH"
            case .intervalMilliseconds: return "INTERVAL \(number) ms"
            default: return "\(number)"
            }
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }
}

/// Times as text, for plans.
enum TemporalDisplay {
    static func date(days: Int64) -> String {
        // Civil date from days since 1970, proleptic Gregorian.
        let shifted = max(-100_000_000, min(100_000_000, days)) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    static func time(microseconds: Int64) -> String {
        let seconds = microseconds / 1_000_000
        let fraction = microseconds % 1_000_000
        var text = "\(padded(seconds / 3_600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        if fraction != 0 {
            var digits = padded(fraction, 6)
            while digits.hasSuffix("0") { digits.removeLast() }
            text += "." + digits
        }
        return text
    }

    static func timestamp(nanoseconds: Int128) -> String {
        let (microseconds, rest) = WideTime.split(nanoseconds)
        guard rest != 0 else { return timestamp(microseconds) }
        let whole = floorDivide(microseconds, 1_000_000)
        var digits = padded((microseconds - whole &* 1_000_000) * 1_000 + rest, 9)
        while digits.hasSuffix("0") { digits.removeLast() }
        return timestamp(whole &* 1_000_000) + "." + digits
    }

    static func timestamp(_ microseconds: Int64) -> String {
        let day: Int64 = 86_400_000_000
        let remainder = microseconds % day
        let ofDay = remainder < 0 ? remainder + day : remainder
        return "\(date(days: (microseconds - ofDay) / day)) \(time(microseconds: ofDay))"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
