import Columnar

// Subqueries as values.
extension QueryBinder {
    /// The value of a subquery: of its one row, NULL without a row; the job fails where there are several.
    func scalar(_ query: Query, _ scope: inout Scope, at range: SourceRange) throws(SQLError) -> PlanExpression {
        if let tied = try tied(query, outer: scope) { return try scalar(tied, query, &scope, at: range) }
        let relation = try bind(query)
        try checkOneColumn(relation.columns.count, at: range)
        guard !isOneRow(query) else { return extend(&scope, with: relation.node, keys: [], column: 0, at: range) }
        let value = graph.columns(of: relation.node)[0]
        let gathered = extend(
            &scope, with: gathered(relation.node, [], value), keys: [], column: 0, at: range)
        return only(gathered, value.type, at: range)
    }

    private func checkOneColumn(_ count: Int, at range: SourceRange) throws(SQLError) {
        guard count != 1 else { return }
        throw SQLError(.semantics, "a subquery as a value has one column, not \(count)", at: range)
    }

    /// The value of the rows that belong to a row outside.
    private func scalar(
        _ tied: TiedQuery, _ query: Query, _ scope: inout Scope, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        try checkOneColumn(tied.columns.count, at: range)
        for condition in tied.conditions { _ = try equality(condition, at: range) }
        let leftCount = scope.columns.count
        if tied.valuesOverNothing == nil, !isOneRow(query) {
            let value = PlanExpression.column(tied.firstColumn, tied.columns[0].type)
            let node = gathered(tied.node, Array(0..<tied.firstColumn), value)
            let all = extend(&scope, with: node, conditions: tied.conditions, column: tied.firstColumn, at: range)
            return only(all, value.type, at: range)
        }
        let value = extend(
            &scope, with: tied.node, conditions: tied.conditions, column: tied.firstColumn, at: range)
        guard let nothing = tied.valuesOverNothing?.first, nothing != .literal(.null, value.type) else { return value }
        let key = PlanExpression.column(leftCount, graph.fields[tied.node][0].type.nullable(true))
        let isThere = PlanExpression.call(.isNotNull, [key], DataType(.boolean, isNullable: false))
        return .conditional(
            [ConditionalBranch(condition: isThere, value: value)], otherwise: nothing, value.type)
    }

    /// The values of each group in one array.
    private func gathered(_ node: Int, _ keys: [Int], _ value: PlanExpression) -> Int {
        let columns = graph.columns(of: node)
        let projected = graph.calculate(
            node, projections: keys.map { columns[$0] } + [value],
            names: keys.map { graph.fields[node][$0].name } + ["value"])
        let call = AggregateCall(
            .arrayAggregate, argument: keys.count, argumentType: value.type, skipsNulls: false,
            resultType: DataType(.array(value.type.nullable(true))))
        let aggregate = LogicalAggregate(
            groupColumns: Array(keys.indices), calls: [call],
            stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds)
        return graph.add(.aggregate(aggregate), [projected])
    }

    /// The only element of an array; more of them fail the job.
    private func only(_ array: PlanExpression, _ type: DataType, at range: SourceRange) -> PlanExpression {
        let isOfSubquery = PlanExpression.literal(.boolean(true), DataType(.boolean, isNullable: false))
        return .located(.call(.element, [array, isOfSubquery], type.nullable(true)), range)
    }

    private func isOneRow(_ query: Query) -> Bool {
        if let limit = query.limit, case .literal(.integer("1")) = limit.kind { return true }
        switch query.body {
        case .select(let select):
            return Self.isTotal(select) && (isGrouped(select, []) || select.from == nil)
        case .values(let values): return values.rows.count == 1
        case .query(let inner): return isOneRow(inner)
        case .table, .setOperation: return false
        }
    }
}
