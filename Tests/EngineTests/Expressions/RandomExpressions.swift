import Columnar
import StreamSQL

/// Random typed expressions and rows from a seed.
struct RandomExpressions {
    /// The input: INT, BIGINT, DOUBLE, BOOLEAN, STRING, STRING, and a column each of DECIMAL and the times.
    static let types: [DataType] = [
        DataType(.integer), DataType(.bigint), DataType(.double), DataType(.boolean), DataType(.string),
        DataType(.string), DataType(decimal), DataType(.date), DataType(timestamp), DataType(time),
    ]
    /// What an expression can be of.
    static let results: [LogicalType] = [
        .boolean, .integer, .bigint, .double, .string, decimal, .date, timestamp, time,
    ]

    /// The columns behind those above, for expressions over nested values, JSON and the wider times too.
    private static let richTypes = [numberList, textList, map, row, nano, instant, nanoInstant].map { DataType($0) }

    /// Whether those are drawn too.
    let isRich: Bool
    private var state: UInt64

    init(seed: UInt64, isRich: Bool = false) {
        state = seed
        self.isRich = isRich
    }

    /// The types of the columns.
    var inputs: [DataType] { isRich ? Self.types + Self.richTypes : Self.types }

    /// A type that an expression can be of.
    mutating func anyType() -> LogicalType {
        let count = Self.results.count
        let index = number(isRich ? count + Self.richTypes.count : count)
        return index < count ? Self.results[index] : Self.richTypes[index - count].logical
    }

    mutating func number(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(truncatingIfNeeded: state >> 33) % bound
    }

    private static let texts = [
        "", "1", "22", "-7", "abc", "x2", "数据处理", "a😀b", "a longer text than fits", "a longer text than fitz",
        "2147483648", "abd",
    ]

    mutating func value(_ type: LogicalType, nullPercent: Int) -> LiteralValue {
        if number(100) < nullPercent { return .null }
        if let value = zonedValue(type) ?? nestedValue(type) ?? timeValue(type) { return value }
        switch type {
        case .integer:
            return .int64([Int64(number(5)) - 2, Int64(number(100)), Int64(Int32.max), Int64(Int32.min)][number(4)])
        case .bigint: return .int64([Int64(number(5)) - 2, Int64(number(1_000_000)), Int64.max, Int64.min][number(4)])
        case .double: return .float64([Double(number(5)) - 2, Double(number(1_000)) / 8, .infinity, -0.0][number(4)])
        case .boolean: return .boolean(number(2) == 0)
        default: return .text(Array(Self.texts[number(Self.texts.count)].utf8))
        }
    }

    private mutating func leaf(_ type: LogicalType) -> PlanExpression {
        let columns = inputs.indices.filter { inputs[$0].logical == type }
        if number(4) == 0 || columns.isEmpty { return .literal(value(type, nullPercent: 10), DataType(type)) }
        return .column(columns[number(columns.count)], DataType(type))
    }

    /// An expression of a type, at most so deep.
    mutating func expression(_ type: LogicalType, depth: Int) -> PlanExpression {
        if depth == 0 || number(6) == 0 { return leaf(type) }
        if number(5) == 0 { return conditional(type, depth: depth) }
        if number(8) == 0, let cast = anyCast(type, depth) { return cast }
        if isRich, let rich = rich(type, depth) { return rich }
        switch type {
        case .boolean: return boolean(depth)
        case .decimal: return decimal(depth)
        case .date, .timestamp, .time: return temporal(type, depth)
        case .bigint where number(4) == 0: return timePart(depth)
        case .varchar where number(6) == 0: return timeText(depth)
        case .integer, .bigint, .double: return arithmetic(type, depth)
        default: return text(depth)
        }
    }

    /// A nested value, an instant, or something made of them or of JSON; nil for other types, and often for those.
    private mutating func rich(_ type: LogicalType, _ depth: Int) -> PlanExpression? {
        if let made = nested(type, depth) ?? zoned(type, depth) { return made }
        switch number(5) {
        case 0: return taken(type, depth)
        case 1: return json(type, depth)
        case 2: return ofZoned(type, depth)
        default: return nil
        }
    }

    private mutating func conditional(_ type: LogicalType, depth: Int) -> PlanExpression {
        let branches = (0...number(3)).map { _ in
            ConditionalBranch(
                condition: expression(.boolean, depth: depth - 1), value: expression(type, depth: depth - 1))
        }
        return .conditional(branches, otherwise: expression(type, depth: depth - 1), DataType(type))
    }

    private mutating func boolean(_ depth: Int) -> PlanExpression {
        let operand = Self.results[number(Self.results.count)]
        func call(_ function: ScalarFunction, _ arguments: [PlanExpression]) -> PlanExpression {
            .call(function, arguments, DataType(.boolean))
        }
        if number(5) == 0 { return textTest(depth) }
        switch number(5) {
        case 0:
            let function: ScalarFunction = number(2) == 0 ? .and : .or
            return call(function, (0...(1 + number(2))).map { _ in expression(.boolean, depth: depth - 1) })
        case 1:
            let tests: [ScalarFunction] = [.not, .isTrue, .isNotTrue, .isFalse, .isNotFalse, .isNull, .isNotNull]
            return call(tests[number(tests.count)], [expression(.boolean, depth: depth - 1)])
        case 2:
            let constants = (0...number(12)).map { _ in
                PlanExpression.literal(value(operand, nullPercent: 5), DataType(operand))
            }
            return call(.inList, [expression(operand, depth: depth - 1)] + constants)
        default:
            let functions: [ScalarFunction] = [
                .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isDistinctFrom, .isNotDistinctFrom,
            ]
            return call(
                functions[number(functions.count)],
                [expression(operand, depth: depth - 1), expression(operand, depth: depth - 1)])
        }
    }

    private mutating func arithmetic(_ type: LogicalType, _ depth: Int) -> PlanExpression {
        if type == .integer, number(3) == 0 {
            switch number(4) {
            case 0: return .cast(expression(.string, depth: depth - 1), to: DataType(.integer), isTry: number(3) > 0)
            case 1: return .cast(expression(.bigint, depth: depth - 1), to: DataType(.integer), isTry: false)
            case 2: return .call(.characterLength, [expression(.string, depth: depth - 1)], DataType(.integer))
            default:
                return .call(
                    .position, [expression(.string, depth: depth - 1), expression(.string, depth: depth - 1)],
                    DataType(.integer))
            }
        }
        if type == .double, number(3) == 0 {
            return .cast(expression(.integer, depth: depth - 1), to: DataType(.double), isTry: false)
        }
        let functions: [ScalarFunction] =
            number(3) == 0 && type != .double ? [.divide, .modulo, .divide] : [.add, .subtract, .multiply]
        return .call(
            functions[number(3)], [expression(type, depth: depth - 1), expression(type, depth: depth - 1)],
            DataType(type))
    }

    private mutating func text(_ depth: Int) -> PlanExpression {
        let string = DataType(.string)
        if number(2) == 0 { return textCall(depth) }
        switch number(5) {
        case 0: return .call(.reverse, [expression(.string, depth: depth - 1)], string)
        case 1:
            return .call(.concatenate, (0...(1 + number(2))).map { _ in expression(.string, depth: depth - 1) }, string)
        case 2: return .cast(expression(.integer, depth: depth - 1), to: string, isTry: false)
        case 3:
            return .call(
                .left, [expression(.string, depth: depth - 1), expression(.integer, depth: depth - 1)], string)
        default:
            let places = (0..<2).map { _ in PlanExpression.literal(.int64(Int64(number(9)) - 3), DataType(.integer)) }
            return .call(.substring, [expression(.string, depth: depth - 1)] + places, string)
        }
    }
}
