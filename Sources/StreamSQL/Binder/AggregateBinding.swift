import Columnar

/// Binds the calls of aggregate functions: their arguments, their types, and what is written with simpler ones.
struct AggregateBinding {
    /// The binder of the arguments.
    let arguments: ExpressionBinder
    /// Where the calls go.
    let collector: AggregateCollector

    /// The functions by name.
    static let names: Set<String> = [
        "COUNT", "SUM", "SUM0", "AVG", "MIN", "MAX", "FIRST_VALUE", "LAST_VALUE", "LISTAGG", "COLLECT", "ARRAY_AGG",
        "APPROX_COUNT_DISTINCT", "PERCENTILE", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP", "VARIANCE",
    ]

    /// A call being bound: what was written, and what is the same for every function.
    struct Written {
        var name: String
        var values: [PlanExpression] = []
        var ranges: [SourceRange] = []
        var isDistinct: Bool
        var filter: PlanExpression?
        var nullTreatment: FunctionCall.NullTreatment?
        var range: SourceRange
    }

    func bind(_ name: String, _ call: FunctionCall, at range: SourceRange) throws(SQLError) -> PlanExpression {
        if !call.withinGroup.isEmpty || !call.orderBy.isEmpty {
            throw SQLError(
                .unsupported, "\(name) takes its rows in the order they come: it has no ORDER BY of its own", at: range,
                hint: "the dialect has none either; a subquery can order the rows of a bounded query")
        }
        let filter = try call.filter.map { (filter) throws(SQLError) in try arguments.boolean(filter, "FILTER") }
        var written = Written(
            name: name, isDistinct: call.quantifier == .distinct, filter: filter, nullTreatment: call.nullTreatment,
            range: range)
        if call.isStar {
            guard name == "COUNT" else { throw SQLError(.semantics, "only COUNT takes *", at: range) }
            return try countRows(written)
        }
        for argument in call.arguments {
            if let label = argument.name {
                throw SQLError(.semantics, "\(name) takes no named arguments", at: label.range)
            }
            written.values.append(try arguments.bind(argument.value))
            written.ranges.append(argument.value.range)
        }
        return try bind(written)
    }

    private func bind(_ written: Written) throws(SQLError) -> PlanExpression {
        if written.name == "COUNT" { return try count(written) }
        if written.name == "APPROX_COUNT_DISTINCT" {
            // The exact number is the best estimate, and needs 16 bytes a value.
            var exact = written
            exact.isDistinct = true
            guard written.values.count == 1 else {
                throw SQLError(.semantics, "APPROX_COUNT_DISTINCT takes one argument", at: written.range)
            }
            return try count(exact)
        }
        let most = written.name == "PERCENTILE" ? 3 : written.name == "LISTAGG" ? 2 : 1
        let least = written.name == "PERCENTILE" ? 2 : 1
        guard (least...most).contains(written.values.count) else {
            let wanted = least == most ? "one argument" : "\(least) to \(most) arguments"
            throw SQLError(.semantics, "\(written.name) takes \(wanted)", at: written.range)
        }
        switch written.name {
        case "SUM": return try sum(.sum, written)
        case "SUM0": return try sum(.sumOrZero, written)
        case "AVG": return try sum(.average, written)
        case "MIN": return try extreme(.minimum, written)
        case "MAX": return try extreme(.maximum, written)
        case "FIRST_VALUE": return try first(.firstValue, written)
        case "LAST_VALUE": return try first(.lastValue, written)
        case "LISTAGG": return try list(written)
        case "COLLECT", "ARRAY_AGG": return try collection(written)
        case "PERCENTILE": return try percentile(written)
        default: return try VarianceBinding(binding: self).bind(written)
        }
    }

    /// Adds a call whose first value is its argument.
    func add(
        _ function: AggregateCall.Function, _ written: Written, _ resultType: DataType,
        parameter: AggregateCall.Parameter = .none, skipsNulls: Bool = true
    ) throws(SQLError) -> PlanExpression {
        try collector.column(
            for: .init(
                function: function, argument: written.values.first, moreArguments: Array(written.values.dropFirst()),
                parameter: parameter, skipsNulls: skipsNulls, isDistinct: written.isDistinct, filter: written.filter,
                resultType: resultType), at: written.range)
    }

    // MARK: COUNT

    private static let countType = DataType(.bigint, isNullable: false)

    private func countRows(_ written: Written) throws(SQLError) -> PlanExpression {
        try collector.column(
            for: .init(
                function: .countRows, argument: nil, isDistinct: false, filter: written.filter,
                resultType: Self.countType), at: written.range)
    }

    /// COUNT(x, y) counts the rows where nothing is NULL, COUNT(DISTINCT x, y) the different ones among them.
    private func count(_ written: Written) throws(SQLError) -> PlanExpression {
        guard !written.values.isEmpty else {
            throw SQLError(.semantics, "COUNT takes at least one argument, or *", at: written.range)
        }
        var written = written
        let tests = written.values.filter(\.type.isNullable).map {
            PlanExpression.call(.isNotNull, [$0], DataType(.boolean, isNullable: false))
        }
        // COUNT of what is never NULL counts rows.
        if !written.isDistinct, written.values.count > 1 || tests.isEmpty {
            written.filter = PlanExpression.conjunction(
                (written.filter.map { [$0] } ?? []) + (written.values.count > 1 ? tests : []))
            return try countRows(written)
        }
        if written.values.count > 1 {
            let fields = written.values.enumerated().map { Field("EXPR$\($0.offset)", $0.element.type) }
            let row = PlanExpression.call(.makeRow, written.values, DataType(.row(fields), isNullable: false))
            written.values = [row]
            written.filter = PlanExpression.conjunction((written.filter.map { [$0] } ?? []) + tests)
        }
        return try add(.count, written, Self.countType)
    }

    // MARK: Numbers

    func sum(_ function: AggregateCall.Function, _ written: Written) throws(SQLError) -> PlanExpression {
        let type = written.values[0].type.logical
        guard type.isNumeric else {
            throw SQLError(
                .type, "\(written.name) takes a number, not \(type)", at: written.ranges.first ?? written.range,
                hint: type.isText ? "CAST it to a number" : nil)
        }
        var result = DataType(type, isNullable: function != .sumOrZero)
        if case .decimal(_, let scale) = type {
            result.logical = .decimal(
                precision: LogicalType.maximumPrecision, scale: function == .average ? max(6, scale) : scale)
        }
        return try add(function, written, result)
    }

    private func extreme(_ function: AggregateCall.Function, _ written: Written) throws(SQLError) -> PlanExpression {
        let type = written.values[0].type
        guard !type.logical.isNested, !type.logical.isBinary, type.logical != .null else {
            throw SQLError(
                .type, "\(written.name) doesn't take \(type.logical)", at: written.ranges.first ?? written.range)
        }
        var written = written
        written.isDistinct = false
        return try add(function, written, type.nullable(true))
    }

    private func percentile(_ written: Written) throws(SQLError) -> PlanExpression {
        var written = written
        guard written.values[0].type.logical.isNumeric else {
            throw SQLError(
                .type, "PERCENTILE takes a number, not \(written.values[0].type.logical)", at: written.ranges[0])
        }
        let fractions = try fractions(written.values[1], at: written.ranges[1])
        var values = [CastRules.convert(written.values[0], to: .double)]
        if written.values.count > 2 {
            guard written.values[2].type.logical.isInteger else {
                throw SQLError(.type, "the third argument of PERCENTILE is a whole number", at: written.ranges[2])
            }
            values.append(CastRules.convert(written.values[2], to: .bigint))
        }
        var result = DataType(.double)
        if case .array = written.values[1].type.logical { result = DataType(.array(DataType(.double))) }
        written.values = values
        return try add(.percentile, written, result, parameter: .fractions(fractions))
    }

    /// The constants of PERCENTILE: one, or an array of them.
    private func fractions(_ value: PlanExpression, at range: SourceRange) throws(SQLError) -> [Double] {
        var items = [value]
        if case .call(.makeArray, let elements, _) = value { items = elements }
        var result: [Double] = []
        for item in items {
            guard case .literal(.float64(let fraction), _) = CastRules.convert(item, to: .double),
                fraction >= 0, fraction <= 1
            else {
                throw SQLError(
                    .semantics, "PERCENTILE takes a constant between 0 and 1, or an array of them", at: range)
            }
            result.append(fraction)
        }
        return result
    }

    // MARK: Values in order

    private func first(_ function: AggregateCall.Function, _ written: Written) throws(SQLError) -> PlanExpression {
        try add(
            function, written, written.values[0].type.nullable(true), skipsNulls: written.nullTreatment != .respect)
    }

    private func list(_ written: Written) throws(SQLError) -> PlanExpression {
        var written = written
        guard written.values[0].type.logical.isText else {
            throw SQLError(
                .type, "LISTAGG takes a text, not \(written.values[0].type.logical)", at: written.ranges[0],
                hint: "CAST it to STRING")
        }
        var separator: [UInt8] = [0x2C]
        if written.values.count > 1 {
            guard case .literal(.text(let bytes), _) = written.values[1] else {
                throw SQLError(.semantics, "the separator of LISTAGG must be a constant text", at: written.ranges[1])
            }
            separator = bytes
        }
        written.values = [written.values[0]]
        return try add(.listAggregate, written, .string, parameter: .separator(separator))
    }

    private func collection(_ written: Written) throws(SQLError) -> PlanExpression {
        let type = written.values[0].type
        guard type.logical != .null else {
            throw SQLError(.type, "\(written.name) doesn't take a bare NULL", at: written.range)
        }
        if written.name == "COLLECT" {
            return try add(
                .collect, written, DataType(.multiset(type.nullable(false)), isNullable: false))
        }
        return try add(
            .arrayAggregate, written, DataType(.array(type)), skipsNulls: written.nullTreatment == .ignore)
    }

    // MARK: JSON

    /// JSON_ARRAYAGG(value) and JSON_OBJECTAGG(key VALUE value).
    func bind(_ call: JSONCall, at range: SourceRange) throws(SQLError) -> PlanExpression {
        let filter = try call.filter.map { (filter) throws(SQLError) in try arguments.boolean(filter, "FILTER") }
        let name = call.function.rawValue
        var written = Written(name: name, isDistinct: false, filter: filter, range: range)
        let type = DataType(.string, isNullable: false)
        if call.function == .arrayAgg {
            guard let value = call.arguments.first else {
                throw SQLError(.semantics, "\(name) takes one argument", at: range)
            }
            written.values = [try arguments.bind(value)]
            return try add(.jsonArray, written, type, skipsNulls: call.nullHandling != .null)
        }
        guard let member = call.members.first else {
            throw SQLError(.semantics, "\(name) takes a key and a value", at: range)
        }
        let key = try arguments.bind(member.key)
        guard key.type.logical.isText else {
            throw SQLError(
                .type, "the key of \(name) is a text, not \(key.type.logical)", at: member.key.range,
                hint: "CAST it to STRING")
        }
        written.values = [key, try arguments.bind(member.value)]
        return try add(
            .jsonObject, written, type, parameter: call.nullHandling == .absent ? .absentOnNull : .none)
    }
}
