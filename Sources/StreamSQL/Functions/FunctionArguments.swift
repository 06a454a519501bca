import Columnar
import Diagnostics

/// The bound arguments of one call, with checks that give good messages.
struct FunctionArguments: Sendable {
    /// The name in upper case.
    var name: String
    var values: [PlanExpression]
    var ranges: [SourceRange]
    var range: SourceRange

    var count: Int { values.count }

    /// Whether the result may be NULL because an argument may.
    var isNullable: Bool { values.contains { $0.type.isNullable || $0.type.logical == .null } }

    func type(_ position: Int) -> LogicalType { values[position].type.logical }

    private func mismatch(_ position: Int, _ wanted: String, hint: String? = nil) -> SQLError {
        SQLError(
            .type, "\(name) takes \(wanted) as argument \(position + 1), not \(type(position))", at: ranges[position],
            hint: hint)
    }

    func text(_ position: Int) throws(SQLError) -> PlanExpression {
        if type(position) == .null { return .literal(.null, .string) }
        guard type(position).isText else { throw mismatch(position, "a text", hint: "CAST it to STRING") }
        return values[position]
    }

    /// A text that is known while planning.
    func constantText(_ position: Int) throws(SQLError) -> PlanExpression {
        let value = try text(position)
        guard value.isLiteral else {
            throw SQLError(
                .unsupported, "argument \(position + 1) of \(name) must be a constant for now", at: ranges[position])
        }
        return value
    }

    /// A pattern of times; a constant one is checked now.
    func timePattern(_ position: Int) throws(SQLError) -> PlanExpression {
        let value = try text(position)
        guard case .literal(.text(let bytes), _) = value else { return value }
        do throws(MillraceError) {
            _ = try TimePattern(bytes)
        } catch {
            throw SQLError(.semantics, error.message, at: ranges[position], hint: error.hint)
        }
        return value
    }

    /// The time unit written at this place.
    func unit(_ position: Int) throws(SQLError) -> PlanExpression {
        guard case .literal(.text(let bytes), _) = values[position],
            TimeUnit(rawValue: String(decoding: bytes, as: UTF8.self)) != nil
        else { throw mismatch(position, "a unit of time such as DAY") }
        return values[position]
    }

    func integer(_ position: Int) throws(SQLError) -> PlanExpression {
        if type(position) == .null { return .literal(.null, DataType(.integer)) }
        guard type(position).isInteger else { throw mismatch(position, "a whole number") }
        return CastRules.convert(values[position], to: .integer)
    }

    func bigint(_ position: Int) throws(SQLError) -> PlanExpression {
        if type(position) == .null { return .literal(.null, DataType(.bigint)) }
        guard type(position).isInteger else { throw mismatch(position, "a whole number") }
        return CastRules.convert(values[position], to: .bigint)
    }

    func number(_ position: Int) throws(SQLError) -> PlanExpression {
        if type(position) == .null { return .literal(.null, DataType(.double)) }
        guard type(position).isNumeric else {
            throw mismatch(position, "a number", hint: type(position).isText ? "CAST it to a number" : nil)
        }
        return values[position]
    }

    func double(_ position: Int) throws(SQLError) -> PlanExpression {
        CastRules.convert(try number(position), to: .double)
    }

    func temporal(_ position: Int) throws(SQLError) -> PlanExpression {
        if type(position) == .null { return .literal(.null, DataType(.timestamp(precision: 3))) }
        guard type(position).isTemporal else {
            throw mismatch(
                position, "a DATE, TIME or TIMESTAMP", hint: type(position).isText ? "use TO_TIMESTAMP or CAST" : nil)
        }
        return values[position]
    }

    /// A time for a function that looks at microseconds at most: those of more digits are cut to six.
    func shortTime(_ position: Int) throws(SQLError) -> PlanExpression {
        let value = try temporal(position)
        switch value.type.logical {
        case .timestamp(let precision) where precision > LogicalType.microsecondPrecision:
            return CastRules.convert(value, to: .timestamp(precision: LogicalType.microsecondPrecision))
        case .timestampLTZ(let precision) where precision > LogicalType.microsecondPrecision:
            return CastRules.convert(value, to: .timestampLTZ(precision: LogicalType.microsecondPrecision))
        default: return value
        }
    }

    /// A TIMESTAMP or TIMESTAMP_LTZ of at most six digits; dates are taken at midnight.
    func timestamp(_ position: Int) throws(SQLError) -> PlanExpression {
        let value = try shortTime(position)
        switch value.type.logical {
        case .date: return CastRules.convert(value, to: .timestamp(precision: 3))
        case .time: throw mismatch(position, "a DATE or TIMESTAMP")
        default: return value
        }
    }
}

/// One function of the catalogue.
struct BuiltinFunction: Sendable {
    var name: String
    var arity: ClosedRange<Int>
    /// Checks the arguments and gives the call.
    var bind: @Sendable (FunctionArguments) throws(SQLError) -> PlanExpression

    init(
        _ name: String, _ arity: ClosedRange<Int>,
        _ bind: @escaping @Sendable (FunctionArguments) throws(SQLError) -> PlanExpression
    ) {
        self.name = name
        self.arity = arity
        self.bind = bind
    }
}
