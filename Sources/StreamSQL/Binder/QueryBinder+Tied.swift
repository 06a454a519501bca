import Columnar

// Queries that read columns from outside, as rows beside what ties each of them to a row outside.
extension QueryBinder {
    /// The rows of a query for all rows outside at once: to be joined.
    struct TiedQuery {
        var node: Int
        /// Over outer columns (from ``Scope/outerBase`` on) and columns of the node.
        var conditions: [PlanExpression]
        /// The columns of the query, the first of which stands at `firstColumn` of the node.
        var columns: [RelationColumn]
        var firstColumn: Int
        /// An aggregation without GROUP BY gives a row also where there is nothing: these values.
        var valuesOverNothing: [PlanExpression]?
    }

    /// The query when its WHERE reads columns from outside; nil when it stands alone.
    ///
    /// What is compared with something outside becomes a column: the rows are grouped, made distinct or numbered for
    /// each of its values, and joined by it.
    func tied(_ query: Query, outer: Scope) throws(SQLError) -> TiedQuery? {
        if dependents.contains(query) { return try dependent(query, outer: outer) }
        var query = query
        while case .query(let inner) = query.body, query.with.isEmpty, query.limit == nil, query.offset == nil,
            query.orderBy.isEmpty
        {
            query = inner
        }
        guard case .select(let select) = query.body, query.with.isEmpty, let from = select.from, select.filter != nil
        else { return nil }
        var inner = try scope(from)
        let (local, conditions) = try filters(of: select, &inner, outer: outer)
        guard !conditions.isEmpty else { return nil }
        inner.outer = []
        let limits = try limits(of: query)
        let isGrouped = isGrouped(select, query.orderBy)
        let ties = try ties(
            conditions, inner, areEqualities: isGrouped || limits != nil || select.isDistinct, at: select.range)
        for column in ties.columns {
            inner.hidden.insert(inner.columns.count)
            inner.columns.append(RelationColumn(name: "", type: column.type))
        }
        let names = inner.columns.map(\.name)
        inner.node = graph.calculate(
            inner.node, condition: .conjunction(local), projections: graph.columns(of: inner.node) + ties.columns,
            names: names)
        let keys = (inner.columns.count - ties.columns.count)..<inner.columns.count
        let bound = try bindTied(select, inner, TiedShape(keys: Array(keys), isGrouped: isGrouped), query.orderBy)
        let columns = Array(bound.relation.columns[ties.columns.count..<bound.visible])
        var result = TiedQuery(
            node: bound.relation.node, conditions: ties.conditions, columns: columns, firstColumn: ties.columns.count)
        if isGrouped, Self.isTotal(select) {
            guard limits == nil else {
                throw SQLError(.unsupported, "LIMIT of the one row of an aggregate is not supported", at: select.range)
            }
            result.valuesOverNothing = try valuesOverNothing(result, select)
        }
        if let limits { result.node = limited(bound, ties.columns.count, limits, at: select.range) }
        return result
    }

    /// How the rows of a SELECT are kept apart by what ties them.
    struct TiedShape {
        /// The columns that tie.
        var keys: [Int]
        var isGrouped: Bool
        /// What of WHERE is still to be tested.
        var condition: PlanExpression?
        /// Where there may be a row for the keys without a row of the SELECT's own: whether this is one.
        var isThere: PlanExpression?
    }

    /// The SELECT with the tied columns in front of its own.
    func bindTied(
        _ select: Select, _ inner: Scope, _ shape: TiedShape, _ orderBy: [OrderItem]
    ) throws(SQLError) -> BoundSelect {
        let count = shape.keys.count
        let keys = shape.keys.map { Item(name: "", source: .column($0), range: select.range) }
        let items = keys + (try outputItems(select, inner))
        // Numbers in ORDER BY count the SELECT's own columns.
        let orderBy = orderBy.map { item in
            guard case .literal(.integer(let digits)) = item.expression.kind, let number = Int(digits) else {
                return item
            }
            var item = item
            item.expression.kind = .literal(.integer(String(number.addingReportingOverflow(count).partialValue)))
            return item
        }
        guard shape.isGrouped else {
            return try plain(select, items, inner, shape.condition, orderBy, binderScope: inner)
        }
        var grouped = GroupedSelect(binder: self, scope: inner, windows: select.windows)
        grouped.extraKeys = (shape.keys + inner.constantColumns).map { .column($0, inner.columns[$0].type) }
        guard let isThere = shape.isThere else {
            return try grouped.bind(select, items, shape.condition, orderBy)
        }
        // Each aggregate leaves out what is no row of the SELECT; its group stays.
        grouped.countRowsWhere(.conjunction([isThere] + (shape.condition.map { [$0] } ?? [])) ?? isThere)
        return try grouped.bind(select, items, nil, orderBy)
    }

    // MARK: Ties

    /// Columns of the inner rows, computed over them, and the conditions over outer columns and these.
    private struct Ties {
        var columns: [PlanExpression] = []
        var conditions: [PlanExpression] = []

        mutating func place(of expression: PlanExpression) -> Int {
            if let known = columns.firstIndex(of: expression) { return known }
            columns.append(expression)
            return columns.count - 1
        }
    }

    private func ties(
        _ conditions: [PlanExpression], _ inner: Scope, areEqualities: Bool, at range: SourceRange
    ) throws(SQLError) -> Ties {
        var result = Ties()
        for condition in conditions {
            if !areEqualities, !Self.isEquality(condition) {
                // Each inner column that it reads goes along.
                var rewritten = Ties(columns: result.columns)
                let moved = condition.replacingColumns { position, type in
                    guard position < Scope.outerBase else { return .column(position, type) }
                    return .column(rewritten.place(of: .column(position, type)), type)
                }
                result.columns = rewritten.columns
                result.conditions.append(moved)
                continue
            }
            let sides = try equality(condition, at: range)
            guard !sides.isNullSafe else {
                throw SQLError(.unsupported, "IS NOT DISTINCT FROM ties rows in the general way", at: range)
            }
            let place = result.place(of: sides.inner)
            result.conditions.append(
                .call(.equal, [sides.outer, .column(place, sides.inner.type)], condition.type))
        }
        return result
    }

    private static func isEquality(_ condition: PlanExpression) -> Bool {
        guard case .call(.equal, let operands, _) = condition, operands.count == 2 else { return false }
        let areOuter = operands.map { $0.columnSet.allSatisfy { $0 >= Scope.outerBase } && !$0.columnSet.isEmpty }
        let areInner = operands.map { $0.columnSet.allSatisfy { $0 < Scope.outerBase } }
        return areOuter[0] && areInner[1] || areOuter[1] && areInner[0]
    }

    // MARK: LIMIT

    func limits(of query: Query) throws(SQLError) -> (offset: Int, limit: Int)? {
        let limit = try count(query.limit, "LIMIT")
        let offset = try count(query.offset, "OFFSET")
        guard limit != nil || offset != nil else { return nil }
        guard let limit else {
            throw SQLError(
                .unsupported, "OFFSET without LIMIT in a subquery that reads columns from outside is not supported",
                at: query.range, hint: "add LIMIT or FETCH FIRST")
        }
        return (offset ?? 0, limit)
    }

    /// The rows from `offset` on for each value of the first `count` columns, so many of them.
    func limited(
        _ bound: BoundSelect, _ count: Int, _ limits: (offset: Int, limit: Int), at range: SourceRange
    ) -> Int {
        let node = bound.relation.node
        let time = bound.keys.first.map { bound.relation.columns[$0.column].time } ?? .none
        let numbered = LogicalRowNumber(
            partition: Array(0..<count), order: bound.keys, time: LogicalRowNumber.TimeOrder(time),
            stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds, range: range)
        let added = graph.add(.rowNumber(numbered), [node])
        let number = PlanExpression.column(graph.fields[node].count, LogicalGraph.numberField.type)
        let truth = DataType(.boolean, isNullable: false)
        func test(_ function: ScalarFunction, _ value: Int) -> PlanExpression {
            .call(function, [number, .literal(.int64(Int64(value)), number.type)], truth)
        }
        let (last, overflows) = limits.offset.addingReportingOverflow(limits.limit)
        var conditions = [test(.lessOrEqual, overflows ? Int.max : last)]
        if limits.offset > 0 { conditions.append(test(.greater, limits.offset)) }
        return graph.calculate(
            added, condition: .conjunction(conditions), projections: Array(graph.columns(of: added).dropLast()),
            names: graph.fields[node].map(\.name))
    }

    // MARK: Aggregates over nothing

    private func valuesOverNothing(_ tied: TiedQuery, _ select: Select) throws(SQLError) -> [PlanExpression] {
        if let having = select.having {
            throw SQLError(
                .unsupported, "HAVING without GROUP BY in a subquery that reads columns from outside is not supported",
                at: having.range)
        }
        return tied.columns.indices.map { index in
            let column = tied.firstColumn + index
            let type = graph.fields[tied.node][column].type
            return valueOverNothing(tied.node, column, type) ?? .literal(.null, type.nullable(true))
        }
    }

    /// What a column that is computed of aggregates holds when there are no rows; nil where that is not known.
    private func valueOverNothing(_ id: Int, _ column: Int, _ type: DataType) -> PlanExpression? {
        let node = graph.nodes[id]
        switch node.operation {
        case .calculate(nil, let projections):
            var isKnown = true
            let value = projections[column].replacingColumns { position, type in
                if let value = valueOverNothing(node.inputs[0], position, type) { return value }
                isKnown = false
                return .literal(.null, type.nullable(true))
            }
            return isKnown ? value : nil
        case .aggregate(let aggregate):
            let call = column - aggregate.groupColumns.count
            let isZero = call >= 0 && call < aggregate.calls.count && aggregate.calls[call].beginning == .zero
            guard isZero else { return .literal(.null, type.nullable(true)) }
            switch type.kind {
            case .int64: return .literal(.int64(0), type)
            case .float64: return .literal(.float64(0), type)
            case .int128: return .literal(.int128(0), type)
            case .bits, .text: return nil
            }
        default: return nil
        }
    }
}
