import Columnar
import StreamSQL

/// A row whose value does not exist.
struct NaiveFailure: Error {}

/// Evaluates expressions one row at a time in the plainest way; what the engine is compared with.
enum NaiveEvaluator {
    /// The value of a row in a session of a zone.
    static func value(
        _ expression: PlanExpression, _ row: [LiteralValue], _ zone: NaiveZone = .utc
    ) throws(NaiveFailure) -> LiteralValue {
        switch expression {
        case .column(let index, _): return row[index]
        case .literal(let value, _): return value
        case .located(let inner, _): return try value(inner, row, zone)
        case .conditional(let branches, let otherwise, _):
            for branch in branches where try value(branch.condition, row, zone) == .boolean(true) {
                return try value(branch.value, row, zone)
            }
            return try value(otherwise, row, zone)
        case .cast(let argument, let type, let isTry):
            let inner = try value(argument, row, zone)
            if inner == .null { return .null }
            let from = argument.type.logical
            if case .array = from, type.logical == .string { return NaiveNested.shown(inner) }
            if let result = NaiveZones.cast(inner, from: from, to: type.logical, zone) { return result }
            if let result = NaiveTimes.cast(inner, from: from, to: type.logical) { return result }
            if let result = try NaiveCasts.cast(inner, from: from, to: type.logical, isTry: isTry) { return result }
            return cast(inner, to: type.logical)
        case .call(.and, let arguments, _): return try logic(arguments, row, zone, deciding: false)
        case .call(.or, let arguments, _): return try logic(arguments, row, zone, deciding: true)
        case .call(let function, let arguments, let type):
            var values: [LiteralValue] = []
            for argument in arguments { values.append(try value(argument, row, zone)) }
            let types = arguments.map(\.type.logical)
            if let result = try NaiveNested.value(function, values, types, type.logical) { return result }
            if let result = try NaiveJSON.value(function, values, types, type.logical) { return result }
            if !values.contains(.null) {
                if let result = try NaiveZones.value(function, values, types, type.logical, zone) { return result }
                if let result = try NaiveTimes.value(function, values, types, type.logical) { return result }
                if let result = NaiveMath.value(function, values, types, type.logical) { return result }
            }
            return try call(function, values, type.logical)
        }
    }

    /// AND is decided by FALSE, OR by TRUE; what stands behind is not looked at.
    private static func logic(
        _ arguments: [PlanExpression], _ row: [LiteralValue], _ zone: NaiveZone, deciding: Bool
    ) throws(NaiveFailure) -> LiteralValue {
        var result = LiteralValue.boolean(!deciding)
        for argument in arguments {
            let value = try value(argument, row, zone)
            if value == .boolean(deciding) { return value }
            if value == .null { result = .null }
        }
        return result
    }

    private static func call(
        _ function: ScalarFunction, _ values: [LiteralValue], _ type: LogicalType
    ) throws(NaiveFailure) -> LiteralValue {
        switch function {
        case .isNull: return .boolean(values[0] == .null)
        case .isDigit where values[0] == .null: return .boolean(false)
        case .isNotNull: return .boolean(values[0] != .null)
        case .isTrue: return .boolean(values[0] == .boolean(true))
        case .isNotTrue: return .boolean(values[0] != .boolean(true))
        case .isFalse: return .boolean(values[0] == .boolean(false))
        case .isNotFalse: return .boolean(values[0] != .boolean(false))
        case .isDistinctFrom, .isNotDistinctFrom:
            let areSame = values.contains(.null) ? values[0] == values[1] : order(values[0], values[1]) == 0
            return .boolean(areSame == (function == .isNotDistinctFrom))
        case .inList:
            if values[0] == .null { return .null }
            let rest = values.dropFirst()
            if rest.contains(where: { $0 != .null && order($0, values[0]) == 0 }) { return .boolean(true) }
            return rest.contains(.null) ? .null : .boolean(false)
        default: break
        }
        if values.contains(.null) { return .null }
        if let result = comparison(function, values) { return result }
        if let result = try arithmetic(function, values, type) { return result }
        return text(function, values)
    }

    private static func comparison(_ function: ScalarFunction, _ values: [LiteralValue]) -> LiteralValue? {
        switch function {
        case .not: return values[0] == .boolean(true) ? .boolean(false) : .boolean(true)
        case .equal: return .boolean(order(values[0], values[1]) == 0)
        case .notEqual: return .boolean(order(values[0], values[1]) != 0)
        case .less: return .boolean((order(values[0], values[1]) ?? 2) == -1)
        case .lessOrEqual: return .boolean((order(values[0], values[1]) ?? 2) <= 0)
        case .greater: return .boolean(order(values[0], values[1]) == 1)
        case .greaterOrEqual: return .boolean((order(values[0], values[1]) ?? -1) >= 0)
        default: return nil
        }
    }

    /// -1, 0 or 1; nil where there is no order.
    private static func order(_ left: LiteralValue, _ right: LiteralValue) -> Int? {
        switch (left, right) {
        case (.int64(let x), .int64(let y)): return x < y ? -1 : x > y ? 1 : 0
        case (.int128(let x), .int128(let y)): return x < y ? -1 : x > y ? 1 : 0
        case (.float64(let x), .float64(let y)): return x < y ? -1 : x > y ? 1 : x == y ? 0 : nil
        case (.boolean(let x), .boolean(let y)): return x == y ? 0 : x ? 1 : -1
        case (.text(let x), .text(let y)): return x.lexicographicallyPrecedes(y) ? -1 : x == y ? 0 : 1
        default: return nil
        }
    }

    private static func wrap(_ value: Int64, _ type: LogicalType) -> LiteralValue {
        type == .integer ? .int64(Int64(Int32(truncatingIfNeeded: value))) : .int64(value)
    }

    private static func arithmetic(
        _ function: ScalarFunction, _ values: [LiteralValue], _ type: LogicalType
    ) throws(NaiveFailure) -> LiteralValue? {
        if case .int64(let x)? = values.first {
            guard values.count > 1, case .int64(let y) = values[1] else {
                return function == .negate ? wrap(0 &- x, type) : nil
            }
            switch function {
            case .add: return wrap(x &+ y, type)
            case .subtract: return wrap(x &- y, type)
            case .multiply: return wrap(x &* y, type)
            case .divide:
                if y == 0 { throw NaiveFailure() }
                return wrap(x.dividedReportingOverflow(by: y).partialValue, type)
            case .modulo:
                if y == 0 { throw NaiveFailure() }
                return wrap(x.remainderReportingOverflow(dividingBy: y).partialValue, type)
            default: return nil
            }
        }
        guard case .float64(let x)? = values.first, values.count > 1, case .float64(let y) = values[1] else {
            return nil
        }
        switch function {
        case .add: return .float64(x + y)
        case .subtract: return .float64(x - y)
        case .multiply: return .float64(x * y)
        case .divide: return .float64(x / y)
        default: return nil
        }
    }

    private static func scalars(_ value: LiteralValue) -> [UnicodeScalar] {
        guard case .text(let bytes) = value else { return [] }
        return Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    }

    private static func joined(_ scalars: some Sequence<UnicodeScalar>) -> LiteralValue {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return .text(Array(String(text).utf8))
    }

    private static func text(_ function: ScalarFunction, _ values: [LiteralValue]) -> LiteralValue {
        let first = scalars(values[0])
        switch function {
        case .characterLength: return .int64(Int64(first.count))
        case .reverse: return joined(first.reversed())
        case .concatenate: return joined(values.flatMap { scalars($0) })
        case .left:
            guard case .int64(let count) = values[1] else { return .null }
            return joined(first.prefix(Int(max(0, min(count, 1_000)))))
        case .startsWith: return .boolean(first.starts(with: scalars(values[1])))
        case .position:
            let (needle, text) = (first, scalars(values[1]))
            guard needle.count <= text.count else { return .int64(0) }
            let place = (0...(text.count - needle.count)).first { Array(text[$0..<($0 + needle.count)]) == needle }
            return .int64(Int64(place.map { $0 + 1 } ?? 0))
        case .substring:
            guard case .int64(let start) = values[1], case .int64(let length) = values[2] else { return .null }
            if length < 0 { return .null }
            let begin = start > 0 ? Int(start) - 1 : start < 0 ? first.count + Int(start) : 0
            guard begin >= 0, begin < first.count else { return .text([]) }
            return joined(first[begin...].prefix(Int(min(length, 1_000))))
        default: return NaiveTexts.value(function, values) ?? .null
        }
    }

    private static func cast(_ value: LiteralValue, to type: LogicalType) -> LiteralValue {
        switch (value, type) {
        case (.null, _): return .null
        case (.int64(let number), .integer): return wrap(number, .integer)
        case (.int64(let number), .double): return .float64(Double(number))
        case (.int64(let number), .boolean): return .boolean(number != 0)
        case (.boolean(let value), .integer): return .int64(value ? 1 : 0)
        case (.int64(let number), .varchar): return .text(Array(String(number).utf8))
        default: return value
        }
    }
}
