import Columnar

// LATERAL: what stands on the right of a join and reads the columns of the left.
extension QueryBinder {
    /// LATERAL (SELECT …) on the right of a join.
    func lateralJoin(_ join: Join, _ query: Query, at range: SourceRange) throws(SQLError) -> Scope {
        let left = try scope(join.left)
        switch join.kind {
        case .inner, .cross, .left: break
        case .right, .full:
            throw SQLError(
                .semantics, "\(join.kind.rawValue) JOIN LATERAL has no meaning: the rows come from the left",
                at: join.right.range)
        }
        switch join.condition {
        case .none, .on: break
        case .using, .natural:
            throw SQLError(.unsupported, "LATERAL is joined without USING and NATURAL", at: range)
        }
        if case .select(let select) = query.body, select.from == nil, query.with.isEmpty, query.limit == nil {
            return try lateralRow(join, select, left, at: range)
        }
        var outer = left
        return try retrying(query, &outer) { (outer) throws(SQLError) -> Scope in
            // What reads nothing from outside stands alone.
            if let rows = try tied(query, outer: outer) { return try joined(join, outer, rows, at: range) }
            return try joined(join, outer, TiedQuery(relation: try bind(query)), at: range)
        }
    }

    /// The columns of the left with those of the query, under the names of its alias.
    private func named(
        _ left: Scope, _ columns: [RelationColumn], _ reference: TableReference
    ) throws(SQLError) -> Scope {
        var relation = Relation(node: left.node, columns: columns)
        if let alias = reference.alias {
            relation = try renamed(relation, alias.columns, of: alias.name.text, at: reference.range)
        }
        var result = Scope(left, Scope(relation, path: reference.alias.map { [$0.name.text] } ?? []), node: left.node)
        result.version = nil
        result.lookup = nil
        for position in result.columns.indices { result.columns[position].window = nil }
        return result
    }

    private func joined(_ join: Join, _ left: Scope, _ tied: TiedQuery, at range: SourceRange) throws(SQLError) -> Scope
    {
        let leftCount = left.columns.count
        let isPadded = join.kind == .left || tied.valuesOverNothing != nil
        var columns = tied.columns
        for position in columns.indices {
            if isPadded { columns[position].type.isNullable = true }
            columns[position].time = .none
        }
        var result = try named(left, columns, join.right)
        var conditions = tied.conditions.map { condition in
            condition.shifted { $0 >= Scope.outerBase ? $0 - Scope.outerBase : $0 + leftCount }
        }
        var filter: PlanExpression?
        if case .on(let expression) = join.condition {
            let bound = try ExpressionBinder(scope: result, clause: "ON").boolean(expression, "ON")
            if tied.valuesOverNothing == nil {
                conditions += bound.conjuncts.map { condition in
                    condition.shifted { $0 < leftCount ? $0 : $0 + tied.firstColumn }
                }
            } else if bound != .literal(.boolean(true), DataType(.boolean, isNullable: false)) {
                guard join.kind != .left else {
                    throw SQLError(
                        .unsupported, "LEFT JOIN LATERAL of an aggregate takes ON TRUE only", at: expression.range)
                }
                filter = bound
            }
        }
        let truths = conditions.filter { $0 != .literal(.boolean(true), DataType(.boolean, isNullable: false)) }
        let node = joinBuilder.build(isPadded ? .left : .inner, left.node, tied.node, truths, at: range)
        let all = graph.columns(of: node)
        var outputs = Array(all[(leftCount + tied.firstColumn)...].prefix(columns.count))
        if let values = tied.valuesOverNothing, let key = all.dropFirst(leftCount).first {
            let isThere = PlanExpression.call(.isNotNull, [key], DataType(.boolean, isNullable: false))
            outputs = zip(outputs, values).map { output, value in
                .conditional([ConditionalBranch(condition: isThere, value: output)], otherwise: value, output.type)
            }
        }
        result.node = graph.calculate(
            node, projections: Array(all.prefix(leftCount)) + outputs, names: result.columns.map(\.name))
        result.node = graph.filter(result.node, filter)
        return result
    }

    /// LATERAL (SELECT expressions): one row, computed of the row of the left.
    private func lateralRow(
        _ join: Join, _ select: Select, _ left: Scope, at range: SourceRange
    ) throws(SQLError) -> Scope {
        guard select.filter == nil, !isGrouped(select, []) else {
            throw SQLError(.unsupported, "LATERAL (SELECT …) without FROM takes expressions only", at: select.range)
        }
        let binder = ExpressionBinder(scope: left, clause: "SELECT")
        var values: [PlanExpression] = []
        var columns: [RelationColumn] = []
        for item in select.items {
            guard case .expression(let expression, _) = item.kind else {
                throw SQLError(.semantics, "* needs FROM", at: item.range)
            }
            values.append(try binder.bind(expression))
        }
        for (item, value) in zip(try outputItems(select, nil), values) {
            columns.append(RelationColumn(name: item.name, type: value.type))
        }
        var result = try named(left, columns, join.right)
        result.node = graph.calculate(
            left.node, projections: Array(graph.columns(of: left.node).prefix(left.columns.count)) + values,
            names: result.columns.map(\.name))
        guard case .on(let expression) = join.condition else { return result }
        let condition = try ExpressionBinder(scope: result, clause: "ON").boolean(expression, "ON")
        guard condition != .literal(.boolean(true), DataType(.boolean, isNullable: false)) else { return result }
        guard join.kind != .left else {
            throw SQLError(
                .unsupported, "LEFT JOIN LATERAL (SELECT …) without FROM takes ON TRUE only", at: expression.range)
        }
        result.node = graph.filter(result.node, condition)
        return result
    }
}

extension QueryBinder.TiedQuery {
    /// Rows that nothing ties.
    fileprivate init(relation: Relation) {
        node = relation.node
        conditions = []
        columns = relation.columns
        firstColumn = 0
    }
}
