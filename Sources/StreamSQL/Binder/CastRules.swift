import Columnar

/// Which casts exist, and which are made without being written.
enum CastRules {
    /// Whether CAST(from AS to) is part of the language.
    static func canCast(_ from: LogicalType, to: LogicalType) -> Bool {
        if from == to || from == .null { return true }
        switch (from, to) {
        case (.array(let first), .array(let second)), (.multiset(let first), .multiset(let second)):
            return canCast(first.logical, to: second.logical)
        case (.map(let firstKey, let firstValue), .map(let secondKey, let secondValue)):
            return canCast(firstKey.logical, to: secondKey.logical)
                && canCast(firstValue.logical, to: secondValue.logical)
        case (.row(let first), .row(let second)):
            return first.count == second.count
                && zip(first, second).allSatisfy { canCast($0.type.logical, to: $1.type.logical) }
        default: break
        }
        if to.isText { return true }
        if from.isText {
            return to.isNumeric || to == .boolean || to.isTemporal || to.isBinary
        }
        if from.isNumeric || from == .boolean, to.isNumeric || to == .boolean { return true }
        if from.isBinary, to.isBinary { return true }
        if from.isInteger, to.isInterval { return from == .integer || from == .bigint }
        if from.isInterval, to.isInteger { return to == .integer || to == .bigint }
        switch (from, to) {
        case (.date, .timestamp), (.date, .timestampLTZ): return true
        case (.time, .time), (.time, .timestamp), (.time, .timestampLTZ): return true
        case (.timestamp, .date), (.timestamp, .time), (.timestamp, .timestamp), (.timestamp, .timestampLTZ),
            (.timestampLTZ, .date), (.timestampLTZ, .time), (.timestampLTZ, .timestamp),
            (.timestampLTZ, .timestampLTZ):
            return true
        default: return false
        }
    }

    /// Why a cast is not there, where people often meet it.
    static func hint(_ from: LogicalType, to: LogicalType) -> String? {
        if from.isNumeric, to.isTimestamp {
            return "use TO_TIMESTAMP_LTZ(seconds, 0) or TO_TIMESTAMP_LTZ(milliseconds, 3)"
        }
        if from.isTimestamp, to.isNumeric { return "use UNIX_TIMESTAMP or EXTRACT(EPOCH FROM …)" }
        return nil
    }

    /// Whether a value may be put into a column of another type without CAST: numbers into wider or narrower
    /// numbers, texts into texts, times into times.
    static func canAssign(_ from: LogicalType, to: LogicalType) -> Bool {
        if from == to || from == .null { return true }
        if from.isNumeric, to.isNumeric { return true }
        if from.isText, to.isText { return true }
        if from.isBinary, to.isBinary { return true }
        switch (from, to) {
        case (.date, .timestamp), (.date, .timestampLTZ), (.time, .time), (.timestamp, .timestamp),
            (.timestamp, .timestampLTZ), (.timestampLTZ, .timestamp), (.timestampLTZ, .timestampLTZ),
            (.timestamp, .date), (.timestampLTZ, .date):
            return true
        default: return from.isNested && to.isNested && canCast(from, to: to)
        }
    }

    /// The expression in the wanted logical type: itself, a folded constant, or a cast around it.
    static func convert(_ expression: PlanExpression, to logical: LogicalType, isTry: Bool = false) -> PlanExpression {
        let from = expression.type
        if from.logical == logical { return expression }
        let isNullable = from.isNullable || isTry || from.logical == .null
        let target = DataType(logical, isNullable: isNullable)
        if case .literal(let value, _) = expression,
            let folded = LiteralConversion.convert(value, from: from.logical, to: logical)
        {
            return .literal(folded, target.nullable(folded == .null))
        }
        return .cast(expression, to: target, isTry: isTry)
    }

    /// As ``convert(_:to:isTry:)``, but texts of any length count as one type: kernels take them alike.
    static func coerce(_ expression: PlanExpression, to logical: LogicalType) -> PlanExpression {
        if expression.type.logical.isText, logical.isText { return expression }
        return convert(expression, to: logical)
    }
}
