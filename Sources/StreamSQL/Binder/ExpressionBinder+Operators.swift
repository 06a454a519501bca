import Columnar

// Arithmetic, concatenation and comparison.
extension ExpressionBinder {
    func unary(_ sign: UnaryOperator, _ operand: Expression, at range: SourceRange) throws(SQLError) -> PlanExpression {
        // The digits of -9223372036854775808 do not fit without their sign.
        if sign == .minus, case .literal(.integer("9223372036854775808")) = operand.kind {
            return LiteralBinding.integer(.min, .bigint)
        }
        let value = try bind(operand)
        guard value.type.logical.isNumeric || value.type.logical.isInterval else {
            throw SQLError(.type, "'\(sign.rawValue)' takes a number, not \(value.type.logical)", at: operand.range)
        }
        if sign == .plus { return value }
        guard case .literal(let literal, var type) = value else { return .call(.negate, [value], value.type) }
        switch literal {
        case .int64(let number):
            let negated = 0 &- number
            if type.logical == .bigint, number == Int64(Int32.max) + 1 { type.logical = .integer }
            return .literal(.int64(negated), type)
        case .float64(let number): return .literal(.float64(-number), type)
        case .int128(let number): return .literal(.int128(0 &- number), type)
        default: return .call(.negate, [value], type)
        }
    }

    /// `a + b - c …`, which leans to the left: from the innermost operator outwards, without a level of the stack for each.
    func chain(_ expression: Expression) throws(SQLError) -> PlanExpression {
        var steps: [(operation: BinaryOperator, left: SourceRange, right: Expression, range: SourceRange)] = []
        var innermost = expression
        while case .binary(let operation, let left, let right) = innermost.kind {
            steps.append((operation, left.range, right, innermost.range))
            innermost = left
        }
        var value = try bind(innermost)
        for step in steps.reversed() {
            value = try binary(step.operation, value, try bind(step.right), step.left, step.right.range, at: step.range)
        }
        return value
    }

    private func binary(
        _ operation: BinaryOperator, _ first: PlanExpression, _ second: PlanExpression, _ left: SourceRange,
        _ right: SourceRange, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        switch operation {
        case .concatenate:
            for (value, place) in [(first, left), (second, right)] {
                guard value.type.logical.isText || value.type.logical == .null else {
                    throw SQLError(
                        .type, "'||' joins texts, not \(value.type.logical)", at: place, hint: "CAST it to STRING")
                }
            }
            return concatenation([first, second])
        case .add: return try arithmetic(.add, first, second, "+", at: range)
        case .subtract: return try arithmetic(.subtract, first, second, "-", at: range)
        case .multiply: return try arithmetic(.multiply, first, second, "*", at: range)
        case .divide: return try arithmetic(.divide, first, second, "/", at: range)
        case .remainder: return try arithmetic(.modulo, first, second, "%", at: range)
        case .equal: return try compare(.equal, first, second, "=", left, right, at: range)
        case .notEqual: return try compare(.notEqual, first, second, "<>", left, right, at: range)
        case .less: return try compare(.less, first, second, "<", left, right, at: range)
        case .lessOrEqual: return try compare(.lessOrEqual, first, second, "<=", left, right, at: range)
        case .greater: return try compare(.greater, first, second, ">", left, right, at: range)
        case .greaterOrEqual:
            return try compare(.greaterOrEqual, first, second, ">=", left, right, at: range)
        }
    }

    /// Joined texts as one call, however many there are.
    private func concatenation(_ parts: [PlanExpression]) -> PlanExpression {
        var flat: [PlanExpression] = []
        for part in parts {
            if case .call(.concatenate, let inner, _) = part {
                flat += inner
            } else {
                flat.append(part.type.logical == .null ? .literal(.null, .string) : part)
            }
        }
        let length = flat.reduce(0) {
            min(LogicalType.unboundedLength, $0 + min(LogicalType.unboundedLength, $1.type.logical.textLength ?? 0))
        }
        let isNullable = flat.contains { $0.type.isNullable }
        return .call(.concatenate, flat, DataType(.varchar(max(1, length)), isNullable: isNullable))
    }

    func arithmetic(
        _ function: ScalarFunction, _ left: PlanExpression, _ right: PlanExpression, _ symbol: String,
        at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let first = left.type.logical
        let second = right.type.logical
        let isNullable = left.type.isNullable || right.type.isNullable
        if let result = timeArithmetic(function, left, right) { return result }
        let isBadLeft = !first.isNumeric && first != .null
        guard !isBadLeft, second.isNumeric || second == .null else {
            let bad = isBadLeft ? first : second
            throw SQLError(
                .type, "'\(symbol)' takes numbers, not \(bad): \(first) \(symbol) \(second)", at: range,
                hint: bad.isText
                    ? "CAST the text to a number"
                    : first.isTemporal && second.isTemporal && function == .subtract
                        ? "TIMESTAMPDIFF(DAY, from, to) gives the difference of two times" : nil)
        }
        if first == .null || second == .null {
            let known = first == .null ? second : first
            return .literal(.null, DataType(known == .null ? .integer : known))
        }
        if first.isDecimal || second.isDecimal, !first.isApproximate, !second.isApproximate,
            let result = LogicalType.decimalResult(function, first, second)
        {
            let operands = [Self.asDecimal(left), Self.asDecimal(right)]
            let call = PlanExpression.call(function, operands, DataType(result, isNullable: isNullable))
            return function == .divide || function == .modulo ? call.located(range) : call
        }
        guard let common = LogicalType.common(first, second) else {
            throw SQLError(.type, "'\(symbol)' doesn't take \(first) and \(second)", at: range)
        }
        let operands = [CastRules.convert(left, to: common), CastRules.convert(right, to: common)]
        var result = PlanExpression.call(function, operands, DataType(common, isNullable: isNullable))
        if common.isInteger, function == .divide || function == .modulo { result = result.located(range) }
        // The remainder has the type of the divisor.
        if function == .modulo, common.isInteger { return CastRules.convert(result, to: second) }
        return result
    }

    private static func asDecimal(_ value: PlanExpression) -> PlanExpression {
        guard value.type.logical.isInteger, let (precision, scale) = value.type.logical.asDecimal else { return value }
        return CastRules.convert(value, to: .decimal(precision: precision, scale: scale))
    }

    /// Sums of times and intervals, intervals and intervals, and multiples of intervals; nil for anything else.
    private func timeArithmetic(
        _ function: ScalarFunction, _ left: PlanExpression, _ right: PlanExpression
    ) -> PlanExpression? {
        let first = left.type.logical
        let second = right.type.logical
        let isNullable = left.type.isNullable || right.type.isNullable
        switch function {
        case .add where first.isTemporal && second.isInterval:
            return Self.shift(.addInterval, left, right, isNullable)
        case .add where first.isInterval && second.isTemporal:
            return Self.shift(.addInterval, right, left, isNullable)
        case .subtract where first.isTemporal && second.isInterval:
            return Self.shift(.subtractInterval, left, right, isNullable)
        case .add where first.isInterval && first == second, .subtract where first.isInterval && first == second:
            let type = DataType(first, isNullable: isNullable)
            if case .literal(.int64(let one), _) = left, case .literal(.int64(let two), _) = right {
                return .literal(.int64(function == .add ? one &+ two : one &- two), type)
            }
            return .call(function, [left, right], type)
        case .multiply where first.isInterval && second.isInteger: return Self.multiple(left, right, isNullable)
        case .multiply where first.isInteger && second.isInterval: return Self.multiple(right, left, isNullable)
        default: return nil
        }
    }

    private static func shift(
        _ function: ScalarFunction, _ time: PlanExpression, _ interval: PlanExpression, _ isNullable: Bool
    ) -> PlanExpression {
        var type = time.type.nullable(isNullable)
        // Milliseconds of an interval must have room in the result.
        if case .literal(.int64(let milliseconds), DataType(.intervalMilliseconds, isNullable: false)) = interval,
            milliseconds % 1_000 != 0
        {
            if case .timestamp(let precision) = type.logical { type.logical = .timestamp(precision: max(3, precision)) }
            if case .timestampLTZ(let precision) = type.logical {
                type.logical = .timestampLTZ(precision: max(3, precision))
            }
        }
        return .call(function, [time, interval], type)
    }

    private static func multiple(
        _ interval: PlanExpression, _ count: PlanExpression, _ isNullable: Bool
    ) -> PlanExpression {
        let type = interval.type.nullable(isNullable)
        if case .literal(.int64(let size), _) = interval, case .literal(.int64(let number), _) = count {
            return .literal(.int64(size &* number), type)
        }
        return .call(.multiply, [interval, CastRules.convert(count, to: .bigint)], type)
    }

    // MARK: Comparison

    func compare(
        _ function: ScalarFunction, _ left: PlanExpression, _ right: PlanExpression, _ symbol: String,
        _ leftRange: SourceRange, _ rightRange: SourceRange, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let (first, second) = try comparable(left, right, symbol, leftRange, rightRange, at: range)
        if case .literal(.null, _) = first { return .literal(.null, .boolean) }
        if case .literal(.null, _) = second { return .literal(.null, .boolean) }
        return .call(
            function, [first, second], DataType(.boolean, isNullable: first.type.isNullable || second.type.isNullable))
    }

    /// Both values in the one type they are compared in.
    func comparable(
        _ left: PlanExpression, _ right: PlanExpression, _ symbol: String, _ leftRange: SourceRange,
        _ rightRange: SourceRange, at range: SourceRange
    ) throws(SQLError) -> (PlanExpression, PlanExpression) {
        let first = left.type.logical
        let second = right.type.logical
        if first == .null { return (.literal(.null, right.type.nullable(true)), right) }
        if second == .null { return (left, .literal(.null, left.type.nullable(true))) }
        if first.isText, second.isText { return (left, right) }
        if first.isTemporal, second.isText {
            return (left, try Self.timeFromText(right, first, at: rightRange))
        }
        if first.isText, second.isTemporal {
            return (try Self.timeFromText(left, second, at: leftRange), right)
        }
        guard !first.isNested || ["=", "<>", "IN", "NULLIF", "IS DISTINCT FROM", "USING"].contains(symbol) else {
            throw SQLError(.type, "'\(symbol)' can't order \(first) values: they are only equal or not", at: range)
        }
        // A constant that fits the other side's type needs no cast of the column.
        if first != second {
            if let narrow = Self.narrowed(right, to: first) { return (left, narrow) }
            if let narrow = Self.narrowed(left, to: second) { return (narrow, right) }
        }
        if let common = LogicalType.common(first, second) {
            return (CastRules.convert(left, to: common), CastRules.convert(right, to: common))
        }
        let isNumberWithText = first.isNumeric && second.isText || first.isText && second.isNumeric
        throw SQLError(
            .type,
            isNumberWithText
                ? "\(first) and \(second) can't be compared: numbers and texts are not converted implicitly"
                : "'\(symbol)' can't compare \(first) and \(second)", at: range,
            hint: "CAST one side to the other's type")
    }

    /// An exact constant in another exact type, if that holds it to the last digit.
    private static func narrowed(_ value: PlanExpression, to type: LogicalType) -> PlanExpression? {
        guard value.isLiteral, value.type.logical.asDecimal != nil, type.asDecimal != nil else { return nil }
        let converted = CastRules.convert(value, to: type)
        guard case .literal(let new, _) = converted, case .literal(let old, _) = value else { return nil }
        if case .int64(let number) = old, case .int64(let kept) = new, number != kept { return nil }
        // A DECIMAL as an integer may have lost its fraction.
        if case .int128 = old, case .int64 = new { return nil }
        return converted
    }

    /// A text beside a time: constants are read now, columns row by row with NULL for what is no time.
    private static func timeFromText(
        _ value: PlanExpression, _ type: LogicalType, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        guard case .literal(.text(let bytes), _) = value else { return CastRules.convert(value, to: type, isTry: true) }
        if let folded = LiteralConversion.convert(.text(bytes), from: .string, to: Self.withAllDigits(type)) {
            return .literal(folded, DataType(type, isNullable: false))
        }
        guard case .timestampLTZ = type, TemporalText.timestamp(bytes) != nil else {
            throw SQLError(.type, "'\(String(decoding: bytes, as: UTF8.self))' is not a \(type)", at: range)
        }
        return .cast(value, to: DataType(type, isNullable: false), isTry: false)
    }

    /// Constants beside a column keep their digits below its precision.
    private static func withAllDigits(_ type: LogicalType) -> LogicalType {
        if case .timestamp = type { return .timestamp(precision: type.isWideTimestamp ? 9 : 6) }
        return type
    }
}
