import Columnar

// UNNEST: a row for each element of a collection.
extension QueryBinder {
    /// UNNEST on the right of a join; it may read the columns of the left.
    func unnestJoin(
        _ join: Join, _ collections: [Expression], withOrdinality: Bool, at range: SourceRange
    ) throws(SQLError) -> Scope {
        let left = try scope(join.left)
        switch join.kind {
        case .inner, .cross, .left: break
        case .right, .full:
            throw SQLError(
                .semantics, "\(join.kind.rawValue) JOIN UNNEST has no meaning: the elements come from the left",
                at: join.right.range)
        }
        var combined = try unnest(
            collections, withOrdinality: withOrdinality, isLeft: join.kind == .left, over: left, join.right)
        switch join.condition {
        case .none: return combined
        case .on(let expression):
            let condition = try ExpressionBinder(scope: combined, clause: "ON").boolean(expression, "ON")
            if condition == .literal(.boolean(true), DataType(.boolean, isNullable: false)) { return combined }
            guard join.kind != .left else {
                throw SQLError(.unsupported, "LEFT JOIN UNNEST takes ON TRUE only", at: expression.range)
            }
            combined.node = graph.filter(combined.node, condition)
            return combined
        case .using, .natural:
            throw SQLError(.unsupported, "UNNEST is joined without USING and NATURAL", at: range)
        }
    }

    /// UNNEST alone in FROM.
    func unnestAlone(
        _ collections: [Expression], withOrdinality: Bool, _ reference: TableReference
    ) throws(SQLError) -> Scope {
        let row = graph.add(.values([[LiteralBinding.integer(0)]], [DataType(.integer, isNullable: false)]))
        let empty = Scope(Relation(node: row, columns: []), path: [])
        return try unnest(collections, withOrdinality: withOrdinality, isLeft: false, over: empty, reference)
    }

    /// The columns of a scope with those of the elements behind them.
    private func unnest(
        _ collections: [Expression], withOrdinality: Bool, isLeft: Bool, over left: Scope, _ reference: TableReference
    ) throws(SQLError) -> Scope {
        guard let expression = collections.first, collections.count == 1 else {
            throw SQLError(.unsupported, "UNNEST takes one collection", at: reference.range)
        }
        let collection = try ExpressionBinder(scope: left, clause: "UNNEST").bind(expression)
        let type = collection.type.logical
        let fields = UnnestPlan.elementFields(of: type, withOrdinality: withOrdinality)
        guard !fields.isEmpty else {
            throw SQLError(.type, "UNNEST takes an ARRAY, MAP or MULTISET, not \(type)", at: expression.range)
        }
        var node = left.node
        var column = left.columns.count
        if case .column(let position, _) = collection {
            column = position
        } else {
            node = graph.calculate(
                node, projections: Array(graph.columns(of: node).prefix(left.columns.count)) + [collection],
                names: left.columns.map(\.name) + ["collection"])
        }
        let plan = UnnestPlan(
            column: column, type: type, kept: Array(left.columns.indices), elements: Array(fields.indices),
            withOrdinality: withOrdinality, isLeft: isLeft)
        var columns = plan.fields.map { RelationColumn(name: $0.name, type: $0.type) }
        // One column without a name of its own has that of the alias.
        if let alias = reference.alias, alias.columns.isEmpty, columns.count == 1 { columns[0].name = alias.name.text }
        var elements = Relation(node: node, columns: columns)
        if let alias = reference.alias {
            elements = try renamed(elements, alias.columns, of: alias.name.text, at: reference.range)
        }
        var combined = Scope(
            left, Scope(elements, path: reference.alias.map { [$0.name.text] } ?? []), node: left.node)
        for position in combined.columns.indices { combined.columns[position].window = nil }
        combined.node = graph.add(.unnest(plan), [node], names: combined.columns.map(\.name))
        return combined
    }
}
