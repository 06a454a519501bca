import Columnar

// Calls: aggregates, helpers of group windows, and scalar functions by the catalogue.
extension ExpressionBinder {
    func call(_ call: FunctionCall, at range: SourceRange) throws(SQLError) -> PlanExpression {
        let name = Lexer.uppercased(call.name.last.utf8)
        if let over = call.over { throw Self.unsupportedOver(name, over, at: range) }
        if let function = Self.aggregateFunctions[name] { return try aggregate(function, name, call, at: range) }
        if Self.unsupportedAggregates.contains(name) {
            throw SQLError(.unsupported, "function \(name) is not supported yet", at: call.name.range)
        }
        if call.quantifier != nil || call.filter != nil || call.isStar || !call.withinGroup.isEmpty {
            throw SQLError(.semantics, "\(name) is not an aggregate function", at: range)
        }
        if let column = try windowHelper(name, call, at: range) { return column }
        if name == "CURRENT_WATERMARK" { return try currentWatermark(call, at: range) }
        var values: [PlanExpression] = []
        var ranges: [SourceRange] = []
        for argument in call.arguments {
            if let label = argument.name {
                throw SQLError(.semantics, "\(name) takes no named arguments", at: label.range)
            }
            values.append(try bind(argument.value))
            ranges.append(argument.value.range)
        }
        let arguments = FunctionArguments(name: name, values: values, ranges: ranges, range: range)
        return try functions.bind(arguments, nameRange: call.name.range, hasBrackets: call.hasBrackets)
    }

    static let aggregateFunctions: [String: AggregateCall.Function] = [
        "COUNT": .count, "SUM": .sum, "AVG": .average, "MIN": .minimum, "MAX": .maximum,
    ]

    static let unsupportedAggregates: Set<String> = [
        "FIRST_VALUE", "LAST_VALUE", "LISTAGG", "ARRAY_AGG", "SUM0", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VAR_POP",
        "VAR_SAMP", "VARIANCE", "COLLECT", "PERCENTILE", "LAG", "LEAD", "RANK", "DENSE_RANK", "CUME_DIST",
        "PERCENT_RANK", "NTILE", "APPROX_COUNT_DISTINCT", "GROUPING", "GROUPING_ID", "GROUP_ID", "SINGLE_VALUE",
    ]

    private static func unsupportedOver(_ name: String, _ over: WindowReference, at range: SourceRange) -> SQLError {
        if name == "ROW_NUMBER" {
            return SQLError(
                .unsupported, "ROW_NUMBER() OVER is supported as a column of a subquery only", at: range,
                hint:
                    "SELECT … FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY t) AS rn FROM x) WHERE rn = 1")
        }
        return SQLError(.unsupported, "\(name)(…) OVER is not supported yet", at: range)
    }

    private func aggregate(
        _ function: AggregateCall.Function, _ name: String, _ call: FunctionCall, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        guard !isInsideAggregate else {
            throw SQLError(.semantics, "the aggregate \(name) can't stand inside another aggregate", at: range)
        }
        guard let aggregates else {
            throw SQLError(
                .semantics, "the aggregate \(name) can't stand in \(clause)", at: range,
                hint: clause == "WHERE" ? "conditions on aggregates go into HAVING" : nil)
        }
        if !call.withinGroup.isEmpty || !call.orderBy.isEmpty {
            throw SQLError(.unsupported, "ORDER BY inside of aggregates is not supported yet", at: range)
        }
        let inner = insideAggregate()
        let filter = try call.filter.map { (filter) throws(SQLError) in try inner.boolean(filter, "FILTER") }
        if call.isStar || (function == .count && call.arguments.isEmpty && call.isStar) {
            guard function == .count else {
                throw SQLError(.semantics, "only COUNT takes *", at: range)
            }
            return try aggregates.column(
                for: .init(
                    function: .countRows, argument: nil, isDistinct: false, filter: filter,
                    resultType: DataType(.bigint, isNullable: false)), at: range)
        }
        guard let first = call.arguments.first, call.arguments.count == 1 else {
            let code: SQLErrorCode = function == .count && call.arguments.count > 1 ? .unsupported : .semantics
            throw SQLError(code, "\(name) takes one argument", at: range)
        }
        let argument = try inner.bind(first.value)
        let type = try Self.resultType(function, name, argument, at: first.value.range)
        let isDistinct = call.quantifier == .distinct && function != .minimum && function != .maximum
        // COUNT of what is never NULL counts rows.
        if function == .count, !isDistinct, !argument.type.isNullable {
            return try aggregates.column(
                for: .init(function: .countRows, argument: nil, isDistinct: false, filter: filter, resultType: type),
                at: range)
        }
        return try aggregates.column(
            for: .init(
                function: function, argument: argument, isDistinct: isDistinct, filter: filter, resultType: type),
            at: range)
    }

    /// The type of an aggregate's result; NULL over no rows, so nullable except for COUNT.
    private static func resultType(
        _ function: AggregateCall.Function, _ name: String, _ argument: PlanExpression, at range: SourceRange
    ) throws(SQLError) -> DataType {
        let type = argument.type.logical
        switch function {
        case .count, .countRows: return DataType(.bigint, isNullable: false)
        case .sum, .average:
            guard type.isNumeric else {
                throw SQLError(
                    .type, "\(name) takes a number, not \(type)", at: range,
                    hint: type.isText ? "CAST it to a number" : nil)
            }
            guard case .decimal(_, let scale) = type else { return DataType(type) }
            return DataType(
                .decimal(
                    precision: LogicalType.maximumPrecision, scale: function == .sum ? scale : max(6, scale)))
        case .minimum, .maximum:
            guard !type.isNested, !type.isBinary, type != .null else {
                throw SQLError(.type, "\(name) doesn't take \(type)", at: range)
            }
            return argument.type.nullable(true)
        }
    }

    // MARK: Group windows

    /// TUMBLE_START(ts, size) and its like stand for columns of the group window.
    private func windowHelper(
        _ name: String, _ call: FunctionCall, at range: SourceRange
    ) throws(SQLError) -> PlanExpression? {
        guard let (window, column) = Self.windowHelpers[name] else { return nil }
        guard let aggregates, let group = aggregates.groupWindow, group.name == window else {
            throw SQLError(
                .semantics, "\(name) needs GROUP BY \(window)(…) in the same query", at: range)
        }
        let bound = try GroupWindowBinding.bind(window, call, binder: insideAggregate(), at: range)
        guard bound == group else {
            throw SQLError(.semantics, "\(name) must have the arguments of \(window) in GROUP BY", at: range)
        }
        let timeType = scope?.columns[group.timeColumn].type ?? DataType(.timestamp(precision: 3))
        let fields = LogicalGraph.windowFields(timeType: timeType)
        return .column(aggregates.windowBase + column, fields[column].type)
    }

    /// Name of the helper to its window and column: start, end, time.
    private static let windowHelpers: [String: (String, Int)] = [
        "TUMBLE_START": ("TUMBLE", 0), "TUMBLE_END": ("TUMBLE", 1), "TUMBLE_ROWTIME": ("TUMBLE", 2),
        "HOP_START": ("HOP", 0), "HOP_END": ("HOP", 1), "HOP_ROWTIME": ("HOP", 2),
        "SESSION_START": ("SESSION", 0), "SESSION_END": ("SESSION", 1), "SESSION_ROWTIME": ("SESSION", 2),
    ]

    private func currentWatermark(_ call: FunctionCall, at range: SourceRange) throws(SQLError) -> PlanExpression {
        guard call.arguments.count == 1, let argument = call.arguments.first?.value else {
            throw SQLError(.semantics, "CURRENT_WATERMARK takes one argument", at: range)
        }
        let bound = try bind(argument)
        guard case .column(let position, let type) = bound, let scope, position < scope.columns.count,
            scope.columns[position].time == .rowTime
        else {
            throw SQLError(.type, "CURRENT_WATERMARK takes a time attribute", at: argument.range)
        }
        return .call(.currentWatermark, [bound], type.nullable(true))
    }
}
