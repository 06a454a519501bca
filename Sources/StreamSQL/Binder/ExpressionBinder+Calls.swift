import Columnar

// Calls: aggregates, helpers of group windows, and scalar functions by the catalogue.
extension ExpressionBinder {
    func call(_ call: FunctionCall, at range: SourceRange) throws(SQLError) -> PlanExpression {
        let name = Lexer.uppercased(call.name.last.utf8)
        if let over = call.over {
            guard let overs else {
                throw SQLError(
                    .semantics, "\(name)(…) OVER can't stand in \(clause)", at: range,
                    hint: "compute it in a subquery")
            }
            return try OverBinding(binder: insideOver(), collector: overs).bind(name, call, over, at: range)
        }
        if let matchRows, let bound = try matchRows.bind(name, call, self, at: range) { return bound }
        if OverBinding.names.contains(name) {
            throw SQLError(.semantics, "\(name) needs an OVER clause", at: range)
        }
        if AggregateBinding.names.contains(name) {
            return try aggregateBinding(name, at: range).bind(name, call, at: range)
        }
        if GroupingSets.functions.contains(name) { return try grouping(name, call, at: range) }
        if call.quantifier != nil || call.filter != nil || call.isStar || !call.withinGroup.isEmpty {
            let near = nearestName(to: name, in: AggregateBinding.names.sorted())
            throw SQLError(
                .semantics, "\(name) is not an aggregate function", at: range, hint: near.map { "did you mean \($0)?" })
        }
        if let column = try windowHelper(name, call, at: range) { return column }
        if name == "CURRENT_DATABASE", call.arguments.isEmpty {
            return .literal(.text(Array(StatementContext.currentDatabase.utf8)), DataType(.string, isNullable: false))
        }
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

    /// What binds an aggregate that stands here, if one may.
    func aggregateBinding(_ name: String, at range: SourceRange) throws(SQLError) -> AggregateBinding {
        guard !isInsideAggregate else {
            throw SQLError(.semantics, "the aggregate \(name) can't stand inside another aggregate", at: range)
        }
        guard let aggregates else {
            throw SQLError(
                .semantics, "the aggregate \(name) can't stand in \(clause)", at: range,
                hint: clause == "WHERE" ? "conditions on aggregates go into HAVING" : nil)
        }
        return AggregateBinding(arguments: insideAggregate(), collector: aggregates)
    }

    /// GROUPING(key, …), GROUPING_ID(key, …) and GROUP_ID().
    private func grouping(
        _ name: String, _ call: FunctionCall, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        guard let aggregates, let sets = aggregates.groupingSets, !isInsideAggregate else {
            throw SQLError(.semantics, "\(name) needs GROUP BY in the same query", at: range)
        }
        if name == "GROUP_ID" {
            guard call.arguments.isEmpty else { throw SQLError(.semantics, "GROUP_ID takes no arguments", at: range) }
            return sets.groupId(column: aggregates.groupingColumn)
        }
        guard !call.arguments.isEmpty, call.arguments.count < 64 else {
            throw SQLError(.semantics, "\(name) takes the keys it asks about", at: range)
        }
        let binder = insideAggregate()
        var keys: [Int] = []
        for argument in call.arguments {
            let value = try binder.bind(argument.value)
            guard let key = sets.keys.firstIndex(of: value) else {
                throw SQLError(.semantics, "\(name) takes keys of GROUP BY only", at: argument.value.range)
            }
            keys.append(key)
        }
        return sets.grouping(keys, column: aggregates.groupingColumn)
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
        if column == 3 {
            return .call(.processingTime, [], DataType(.timestampLTZ(precision: 3), isNullable: false))
        }
        guard column < 2 || !group.isProcessingTime else {
            throw SQLError(
                .semantics, "\(name) needs a window over event time", at: range, hint: "use \(window)_PROCTIME")
        }
        let timeType = scope?.columns[group.timeColumn].type ?? DataType(.timestamp(precision: 3))
        let fields = LogicalGraph.windowFields(timeType: timeType)
        return .column(aggregates.windowBase + column, fields[column].type)
    }

    /// Name of the helper to its window and column: start, end, time, the clock.
    static let windowHelpers: [String: (String, Int)] = [
        "TUMBLE_PROCTIME": ("TUMBLE", 3), "HOP_PROCTIME": ("HOP", 3), "SESSION_PROCTIME": ("SESSION", 3),
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
