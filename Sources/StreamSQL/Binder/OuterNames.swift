/// Looks for the names that a query may read columns by, those in subqueries of it included.
enum OuterNames {
    static func names(in query: Query) -> [[Identifier]] {
        var result: [[Identifier]] = []
        collect(query, &result)
        return result
    }

    private static func collect(_ query: Query, _ names: inout [[Identifier]]) {
        for common in query.with { collect(common.query, &names) }
        collect(query.body, &names)
        for item in query.orderBy { collect(item.expression, &names) }
    }

    private static func collect(_ body: QueryBody, _ names: inout [[Identifier]]) {
        switch body {
        case .select(let select): collect(select, &names)
        case .values(let values): for row in values.rows { collect(row.values, &names) }
        case .setOperation(let operation):
            collect(operation.left, &names)
            collect(operation.right, &names)
        case .table: break
        case .query(let query): collect(query, &names)
        }
    }

    private static func collect(_ select: Select, _ names: inout [[Identifier]]) {
        for item in select.items {
            if case .expression(let expression, _) = item.kind { collect(expression, &names) }
        }
        if let from = select.from { collect(from, &names) }
        for element in select.groupBy?.elements ?? [] { collect(expressions(of: element), &names) }
        collect([select.filter, select.having, select.qualify].compactMap { $0 }, &names)
    }

    private static func collect(_ reference: TableReference, _ names: inout [[Identifier]]) {
        switch reference.kind {
        case .derived(let query, _): collect(query, &names)
        case .nested(let inner): collect(inner, &names)
        case .join(let join):
            collect(join.left, &names)
            collect(join.right, &names)
            if case .on(let condition) = join.condition { collect(condition, &names) }
        case .unnest(let collections, _): collect(collections, &names)
        case .table, .function, .match: break
        }
    }

    /// The keys of an element of GROUP BY.
    static func expressions(of element: GroupBy.Element) -> [Expression] {
        switch element {
        case .expression(let expression): [expression]
        case .empty: []
        case .list(let expressions): expressions
        case .groupingSets(let elements), .cube(let elements), .rollup(let elements):
            elements.flatMap(expressions)
        }
    }

    private static func collect(_ expressions: [Expression], _ names: inout [[Identifier]]) {
        for expression in expressions { collect(expression, &names) }
    }

    private static func collect(_ expression: Expression, _ names: inout [[Identifier]]) {
        switch expression.kind {
        case .name(let parts): names.append(parts)
        case .exists(let query), .scalarQuery(let query), .collectionQuery(_, let query), .inQuery(_, let query, _),
            .quantified(_, _, _, let query):
            collect(query, &names)
        case .call(let call):
            collect((call.orderBy + call.withinGroup).map(\.expression), &names)
        default: break
        }
        collect(AggregateSearch.parts(of: expression), &names)
    }
}
