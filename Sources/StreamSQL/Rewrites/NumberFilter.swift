import Columnar

/// The numbers of ROW_NUMBER() that conditions leave over, read from comparisons with constants.
struct NumberFilter {
    /// The first number left over.
    private(set) var from: Int64 = 1
    /// The last; nil when nothing bounds it.
    private(set) var to: Int64?
    /// The conditions that say something else.
    private(set) var rest: [PlanExpression] = []

    init(_ conditions: [PlanExpression], number: Int) {
        for condition in conditions where !take(condition, number) { rest.append(condition) }
    }

    private mutating func take(_ condition: PlanExpression, _ number: Int) -> Bool {
        guard case .call(let function, let operands, _) = condition else { return false }
        let parts = operands.map(Self.withoutCast)
        guard parts.count == 2 else { return false }
        if case .column(number, _) = parts[0], let value = Self.constant(parts[1]) {
            return compare(function, value)
        }
        guard case .column(number, _) = parts[1], let value = Self.constant(parts[0]) else { return false }
        switch function {
        case .equal: return compare(.equal, value)
        case .less: return compare(.greater, value)
        case .lessOrEqual: return compare(.greaterOrEqual, value)
        case .greater: return compare(.less, value)
        case .greaterOrEqual: return compare(.lessOrEqual, value)
        default: return false
        }
    }

    private mutating func compare(_ function: ScalarFunction, _ value: Int64) -> Bool {
        switch function {
        case .equal:
            atLeast(value)
            atMost(value)
        case .less: atMost(value == .min ? value : value - 1)
        case .lessOrEqual: atMost(value)
        case .greater: atLeast(value == .max ? value : value + 1)
        case .greaterOrEqual: atLeast(value)
        default: return false
        }
        return true
    }

    private mutating func atLeast(_ value: Int64) { from = max(from, value) }
    private mutating func atMost(_ value: Int64) { to = min(to ?? .max, value) }

    /// Numbers are compared after being widened, which changes nothing of what they are.
    private static func withoutCast(_ expression: PlanExpression) -> PlanExpression {
        guard case .cast(let inner, let type, _) = expression, type.logical.isInteger,
            inner.type.logical.isInteger, case .bigint = type.logical
        else { return expression }
        return withoutCast(inner)
    }

    private static func constant(_ expression: PlanExpression) -> Int64? {
        guard case .literal(.int64(let value), let type) = expression, type.logical.isInteger else { return nil }
        return value
    }
}
