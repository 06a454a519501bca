import Columnar
import StreamSQL

/// Random expressions over decimals, dates, times, timestamps and intervals.
///
/// Times lie in the years from 2000 to 2030 and intervals are short, so that no expression leaves the years that a plain
/// evaluation counts through.
extension RandomExpressions {
    static let decimal = LogicalType.decimal(precision: 12, scale: 2)
    static let timestamp = LogicalType.timestamp(precision: 3)
    static let time = LogicalType.time(precision: 0)

    /// Constants of these types; nil for others.
    mutating func timeValue(_ type: LogicalType) -> LiteralValue? {
        switch type {
        case .decimal:
            return .int128(
                [Int128(number(7)) - 3, Int128(number(1_000_000)), 999_999_999_999, -999_999_999_999][number(4)])
        case .date: return .int64(10_957 + Int64(number(10_950)))
        case .time: return .int64(Int64(number(86_400)) * 1_000)
        case .timestamp:
            let day = 10_957 + Int64(number(10_950))
            return .int64((day * 86_400_000 + Int64(number(86_400_000))) * 1_000)
        case .intervalMilliseconds:
            return .int64([1, 1_000, 60_000, 3_600_000, 86_400_000][number(5)] * Int64(number(50)))
        case .intervalMonths: return .int64(Int64(number(30)))
        default: return nil
        }
    }

    private static func make(
        _ function: ScalarFunction, _ arguments: [PlanExpression], _ type: LogicalType
    ) -> PlanExpression { .call(function, arguments, DataType(type)) }

    private static func word(_ text: String) -> PlanExpression {
        .literal(.text(Array(text.utf8)), DataType(.string))
    }

    /// A decimal made of others; brought back to the one type that leaves have.
    mutating func decimal(_ depth: Int) -> PlanExpression {
        let first = expression(Self.decimal, depth: depth - 1)
        let wide: PlanExpression
        switch number(7) {
        case 0: return Self.make(.negate, [first], Self.decimal)
        case 1: return .cast(expression(.integer, depth: depth - 1), to: DataType(Self.decimal), isTry: false)
        case 2: return Self.make(.absolute, [first], Self.decimal)
        case 3:
            wide = Self.make(
                .multiply, [first, expression(Self.decimal, depth: depth - 1)], .decimal(precision: 25, scale: 4))
        case 4:
            wide = Self.make(
                .divide, [first, expression(Self.decimal, depth: depth - 1)], .decimal(precision: 27, scale: 15))
        default:
            let function: ScalarFunction = number(2) == 0 ? .add : .subtract
            wide = Self.make(
                function, [first, expression(Self.decimal, depth: depth - 1)], .decimal(precision: 13, scale: 2))
        }
        return .cast(wide, to: DataType(Self.decimal), isTry: false)
    }

    /// A date, time or timestamp made of others.
    mutating func temporal(_ type: LogicalType, _ depth: Int) -> PlanExpression {
        let isShift = number(2) == 0
        switch type {
        case .date:
            if isShift { return shifted(expression(.date, depth: depth - 1), .date, days: true) }
            return .cast(expression(Self.timestamp, depth: depth - 1), to: DataType(.date), isTry: false)
        case .time:
            return .cast(expression(Self.timestamp, depth: depth - 1), to: DataType(Self.time), isTry: false)
        default:
            if isShift { return shifted(expression(Self.timestamp, depth: depth - 1), Self.timestamp, days: false) }
            if number(2) == 0 {
                return .cast(expression(.date, depth: depth - 1), to: DataType(Self.timestamp), isTry: false)
            }
            let unit = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"][number(6)]
            return Self.make(
                .floorTime, [expression(Self.timestamp, depth: depth - 1), Self.word(unit)], Self.timestamp)
        }
    }

    /// A time with an interval added or taken away; a date takes whole days.
    mutating func shifted(_ value: PlanExpression, _ type: LogicalType, days: Bool) -> PlanExpression {
        let function: ScalarFunction = number(2) == 0 ? .addInterval : .subtractInterval
        let isMonths = number(2) == 0
        let interval: LogicalType = isMonths ? .intervalMonths : .intervalMilliseconds
        let amount: LiteralValue =
            !isMonths && days ? .int64(Int64(number(40)) * 86_400_000) : timeValue(interval) ?? .null
        return Self.make(function, [value, .literal(amount, DataType(interval))], type)
    }

    /// A BIGINT made of a time.
    mutating func timePart(_ depth: Int) -> PlanExpression {
        if number(3) == 0 {
            let unit = ["SECOND", "MINUTE", "HOUR", "DAY"][number(4)]
            let operands = (0..<2).map { _ in expression(Self.timestamp, depth: depth - 1) }
            let difference = Self.make(.timestampDifference, [Self.word(unit)] + operands, .integer)
            return .cast(difference, to: DataType(.bigint), isTry: false)
        }
        if number(3) == 0 {
            let unit = ["YEAR", "MONTH", "DAY", "QUARTER", "DOY"][number(5)]
            return Self.make(.extract, [Self.word(unit), expression(.date, depth: depth - 1)], .bigint)
        }
        let unit = ["YEAR", "QUARTER", "MONTH", "DAY", "DOY", "HOUR", "MINUTE", "SECOND"][number(8)]
        return Self.make(.extract, [Self.word(unit), expression(Self.timestamp, depth: depth - 1)], .bigint)
    }

    /// A text made of a decimal or a time.
    mutating func timeText(_ depth: Int) -> PlanExpression {
        let from = [Self.decimal, .date, Self.timestamp, Self.time][number(4)]
        return .cast(expression(from, depth: depth - 1), to: DataType(.string), isTry: false)
    }
}
