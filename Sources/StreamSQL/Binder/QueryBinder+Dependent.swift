import Columnar

// Subqueries that read columns from outside in any place, and in other conditions than equalities.
//
// The different values of those columns are joined to the subquery's FROM, where they are columns like others; its rows
// are then grouped, made distinct or numbered for each of those values, and joined to the rows outside by them.
extension QueryBinder {
    /// Takes the plain way, and where that fails for a query that reads columns from outside, the general one.
    func retrying<Result>(
        _ query: Query, _ scope: inout Scope, _ body: (inout Scope) throws(SQLError) -> Result
    ) throws(SQLError) -> Result {
        let (before, noted) = (scope, errors)
        do throws(SQLError) {
            return try body(&scope)
        } catch {
            guard !dependents.contains(query), readsOutside(query, before) else { throw error }
            try takeSecondWay(at: query.range)
            (scope, errors) = (before, noted)
            dependents.insert(query)
            defer { dependents.remove(query) }
            do throws(SQLError) { return try body(&scope) } catch { throw outOfReach(error, query, before) ?? error }
        }
    }

    /// Says of a name that means nothing where it stands that it is a column of the query around the subquery; nil where it
    /// is none.
    private func outOfReach(_ error: SQLError, _ query: Query, _ outer: Scope) -> SQLError? {
        let parts = OuterNames.names(in: query).first { parts in
            parts.contains { $0.range.offset == error.range.offset } && (try? outer.findAnywhere(parts)) != nil
        }
        // An ambiguous name has been found, more than once.
        guard error.code == .name, error.message.hasPrefix("there is no "), let parts else { return nil }
        let name = parts.map(\.text).joined(separator: ".")
        return SQLError(
            .unsupported,
            "'\(name)' is a column of the query around this subquery, which its FROM and WITH, and its parts beside UNION, "
                + "INTERSECT or EXCEPT, do not see", at: error.range,
            hint: "compare it in WHERE of the subquery itself; for EXISTS (a UNION b) write EXISTS (a) OR EXISTS (b)")
    }

    /// Counts that a subquery is bound once more.
    func takeSecondWay(at range: SourceRange) throws(SQLError) {
        guard secondWaysLeft > 0 else {
            throw SQLError(
                .limit,
                "a statement can have \(Self.maximumSecondWays) subqueries that are tied to what is around them in a "
                    + "way that is not plain", at: range, hint: "compute some of them in views or in FROM")
        }
        secondWaysLeft -= 1
    }

    private func readsOutside(_ query: Query, _ outer: Scope) -> Bool {
        OuterNames.names(in: query).contains { (try? outer.findAnywhere($0)) != nil }
    }

    /// The rows of a query beside the values of the outer columns they belong to; nil for what is no SELECT.
    ///
    /// `only`: the outer columns that it reads, where that is known.
    func dependent(_ query: Query, outer: Scope, only: Set<Int>? = nil) throws(SQLError) -> TiedQuery? {
        let whole = query
        let names = OuterNames.names(in: query)
        var query = query
        while case .query(let inner) = query.body, query.with.isEmpty, query.limit == nil, query.offset == nil,
            query.orderBy.isEmpty
        {
            query = inner
        }
        guard case .select(let select) = query.body, query.with.isEmpty else { return nil }
        var inner = try select.from.map { (from) throws(SQLError) in try scope(from) }
        let columns = outerColumns(names, inner, outer).filter { only?.contains($0) ?? true }
        guard !columns.isEmpty else { return nil }
        let values = different(columns, outer)
        let isGrouped = isGrouped(select, query.orderBy)
        // An aggregate without GROUP BY has a row for each of the values, whether there are rows for it or not.
        let isTotal = isGrouped && Self.isTotal(select)
        var joined: Dependent
        if let from = inner {
            joined = try join(select, from, values, columns, outer, keepsAll: isTotal)
        } else {
            joined = Dependent(scope: Scope(Relation(node: values, columns: []), path: []), rest: select.filter)
            joined.scope.readCopies = ReadCopies()
        }
        inner = nil
        let result = try finish(query, select, joined, values, columns, outer, isGrouped: isGrouped)
        // Names in FROM of subqueries inside may have meant columns there: without those that nothing reads.
        let read = joined.scope.readCopies?.columns ?? []
        guard only == nil, read.count < columns.count else { return result }
        try takeSecondWay(at: select.range)
        return try dependent(whole, outer: outer, only: read)
    }

    /// A SELECT whose FROM has the outer values beside it.
    private struct Dependent {
        var scope: Scope
        /// What of WHERE is still to be tested.
        var rest: Expression?
        /// Of an aggregate without GROUP BY: true where a row belongs to the values, which may be there without one.
        var isThere: PlanExpression?
    }

    /// The outer columns that names may mean which mean nothing inside.
    private func outerColumns(_ names: [[Identifier]], _ inner: Scope?, _ outer: Scope) -> [Int] {
        var columns: [Int] = []
        for parts in names {
            guard inner?.isUnknown(parts) ?? true, let path = try? outer.findAnywhere(parts),
                !columns.contains(path.column)
            else { continue }
            columns.append(path.column)
        }
        return columns
    }

    private func different(_ columns: [Int], _ outer: Scope) -> Int {
        let all = graph.columns(of: outer.node)
        let names = columns.map { "outer\($0)" }
        let projected = graph.calculate(outer.node, projections: columns.map { all[$0] }, names: names)
        let aggregate = LogicalAggregate(
            groupColumns: Array(columns.indices), calls: [],
            stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds)
        return graph.add(.aggregate(aggregate), [projected], names: names)
    }

    /// The columns of the values behind those of a scope, where names from outside find them.
    private func extended(_ scope: Scope, _ values: Int, _ columns: [Int], _ outer: Scope) -> Scope {
        var result = scope
        result.outer = [outer]
        result.readCopies = scope.readCopies ?? ReadCopies()
        for (index, column) in columns.enumerated() {
            result.copies[column] = result.columns.count
            result.hidden.insert(result.columns.count)
            result.columns.append(RelationColumn(name: "", type: graph.fields[values][index].type))
        }
        return result
    }

    private func join(
        _ select: Select, _ inner: Scope, _ values: Int, _ columns: [Int], _ outer: Scope, keepsAll: Bool
    ) throws(SQLError) -> Dependent {
        var result = Dependent(scope: extended(inner, values, columns, outer))
        let width = inner.columns.count
        var rest: [Expression] = []
        var conditions: [PlanExpression] = []
        let binder = ExpressionBinder(scope: result.scope, clause: "WHERE")
        for condition in select.filter.map(Self.conjuncts) ?? [] {
            if Self.holdsSubquery(condition) {
                rest.append(condition)
            } else {
                conditions += try binder.boolean(condition, "WHERE").conjuncts
            }
        }
        if let first = rest.first {
            result.rest = rest.count == 1 ? first : Expression(kind: .and(rest), range: first.range)
        }
        guard keepsAll else {
            result.scope.node = joinBuilder.build(.inner, inner.node, values, conditions, at: select.range)
            return result
        }
        let truth = DataType(.boolean, isNullable: false)
        let marked = graph.calculate(
            inner.node,
            projections: Array(graph.columns(of: inner.node).prefix(width)) + [.literal(.boolean(true), truth)],
            names: inner.columns.map(\.name) + ["isThere"])
        let placed = conditions.map { condition in
            condition.shifted { $0 < width ? $0 + columns.count : $0 - width }
        }
        let node = joinBuilder.build(.left, values, marked, placed, at: select.range)
        let all = graph.columns(of: node)
        let ordered = Array(all[columns.count..<(columns.count + width)]) + Array(all.prefix(columns.count))
        for position in 0..<width { result.scope.columns[position].type.isNullable = true }
        result.scope.node = graph.calculate(
            node, projections: ordered + [all[columns.count + width]],
            names: result.scope.columns.map(\.name) + ["isThere"])
        result.isThere = .call(.isNotNull, [.column(result.scope.columns.count, .boolean)], truth)
        result.scope.hidden.insert(result.scope.columns.count)
        result.scope.columns.append(RelationColumn(name: "", type: .boolean))
        return result
    }

    private func finish(
        _ query: Query, _ select: Select, _ joined: Dependent, _ values: Int, _ columns: [Int], _ outer: Scope,
        isGrouped: Bool
    ) throws(SQLError) -> TiedQuery {
        var joined = joined
        if select.from == nil { joined.scope = extended(joined.scope, values, columns, outer) }
        let keys = columns.compactMap { joined.scope.copies[$0] }
        var rest = select
        rest.filter = joined.rest
        try joinSubqueries(of: rest, query.orderBy, keepsRows: joined.isThere != nil, &joined.scope)
        let limits = try limits(of: query)
        var condition: PlanExpression?
        if let filter = joined.rest {
            condition = try ExpressionBinder(scope: joined.scope, clause: "WHERE").boolean(filter, "WHERE")
        }
        let shape = TiedShape(keys: keys, isGrouped: isGrouped, condition: condition, isThere: joined.isThere)
        let bound = try bindTied(select, joined.scope, shape, query.orderBy)
        let outputs = Array(bound.relation.columns[columns.count..<bound.visible])
        var result = TiedQuery(
            node: bound.relation.node, conditions: [], columns: outputs, firstColumn: columns.count)
        for (index, column) in columns.enumerated() {
            let type = outer.columns[column].type
            let function: ScalarFunction = type.isNullable ? .isNotDistinctFrom : .equal
            result.conditions.append(
                .call(
                    function,
                    [.column(Scope.outerBase + column, type), .column(index, graph.fields[result.node][index].type)],
                    DataType(.boolean, isNullable: false)))
        }
        if let limits { result.node = limited(bound, columns.count, limits, at: select.range) }
        return result
    }
}
