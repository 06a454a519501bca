import Columnar

// SELECT: its clauses in the order they take effect.
extension QueryBinder {
    /// One output column before it is bound.
    struct Item {
        enum Source {
            case column(Int)
            case expression(Expression)
        }
        var name: String
        var source: Source
        var range: SourceRange
    }

    func bind(_ select: Select, orderBy: [OrderItem]) throws(SQLError) -> BoundSelect {
        let outer = (joinTimesToLive, lookupHints, metLookupHints)
        joinTimesToLive = try StateHint.timesToLive(select)
        lookupHints = try LookupHint.hints(select)
        metLookupHints = []
        defer { (joinTimesToLive, lookupHints, metLookupHints) = outer }
        var scope =
            try select.from.map { (from) throws(SQLError) in try self.scope(from) } ?? scopeOfOneRow(for: select)
        try checkLookupHints(select)
        if var joined = scope {
            try joinSubqueries(of: select, orderBy, isGrouped: isGrouped(select, orderBy), &joined)
            scope = joined
        }
        if let scope, scope.subqueries.isEmpty { try StateHint.checkNames(select, scope) }
        let items = try outputItems(select, scope)
        let condition = condition(select, scope)
        let bound = try bind(select, items, scope, condition, orderBy)
        // A mistake in ON or WHERE was noted and the rest looked at all the same.
        if !defersErrors, let last = errors.popLast() { throw last }
        return bound
    }

    private func condition(_ select: Select, _ scope: Scope?) -> PlanExpression? {
        guard let filter = select.filter else { return nil }
        do throws(SQLError) {
            return try ExpressionBinder(scope: scope, clause: "WHERE").boolean(filter, "WHERE")
        } catch {
            errors.append(error)
            return nil
        }
    }

    private func bind(
        _ select: Select, _ items: [Item], _ scope: Scope?, _ condition: PlanExpression?, _ orderBy: [OrderItem]
    ) throws(SQLError) -> BoundSelect {
        guard let scope else {
            // One row to compute constants from.
            let row = graph.add(.values([[LiteralBinding.integer(0)]], [DataType(.integer, isNullable: false)]))
            let empty = Scope(Relation(node: row, columns: []), path: [])
            return try plain(select, items, empty, condition, orderBy, binderScope: nil)
        }
        if isGrouped(select, orderBy) {
            var grouped = GroupedSelect(binder: self, scope: scope, windows: select.windows)
            grouped.extraKeys = scope.constantColumns.map { .column($0, scope.columns[$0].type) }
            return try grouped.bind(select, items, condition, orderBy)
        }
        if let having = select.having {
            throw SQLError(.semantics, "HAVING needs GROUP BY or aggregates", at: having.range, hint: "use WHERE")
        }
        return try plain(select, items, scope, condition, orderBy, binderScope: scope)
    }

    // MARK: Items

    func outputItems(_ select: Select, _ scope: Scope?) throws(SQLError) -> [Item] {
        var items: [Item] = []
        for item in select.items {
            switch item.kind {
            case .star(let qualifier):
                guard let scope else { throw SQLError(.semantics, "* needs FROM", at: item.range) }
                if let fields = try rowFields(qualifier, scope, at: item.range) {
                    items += fields
                    continue
                }
                for position in try starColumns(qualifier, scope, at: item.range) {
                    items.append(Item(name: scope.columns[position].name, source: .column(position), range: item.range))
                }
            case .expression(let expression, let alias):
                let name = alias?.text ?? Self.defaultName(expression, position: items.count)
                items.append(Item(name: name, source: .expression(expression), range: expression.range))
            }
            if items.count > 10_000 {
                throw SQLError(.limit, "a SELECT can have 10000 columns at most", at: item.range)
            }
        }
        return items
    }

    private func starColumns(_ qualifier: [Identifier], _ scope: Scope, at range: SourceRange) throws(SQLError) -> [Int]
    {
        if qualifier.isEmpty { return scope.starColumns }
        if let table = try scope.table(qualifier) { return Array(table.columns) }
        let name = qualifier.map(\.text).joined(separator: ".")
        let near = nearestName(to: name, in: scope.tables.compactMap(\.path.last))
        throw SQLError(.name, "there is no table '\(name)' here", at: range, hint: near.map { "did you mean \($0)?" })
    }

    /// The fields of the ROW that stands before `.*`; nil where a table does, or nothing.
    private func rowFields(_ qualifier: [Identifier], _ scope: Scope, at range: SourceRange) throws(SQLError) -> [Item]?
    {
        guard let first = qualifier.first, try scope.table(qualifier) == nil,
            qualifier.count > 1 || scope.columns.contains(where: { $0.name == first.text })
        else { return nil }
        let value = try ExpressionBinder(scope: scope, clause: "SELECT").bind(
            Expression(kind: .name(qualifier), range: range))
        guard case .row(let fields) = value.type.logical else {
            throw SQLError(.type, "'.*' takes a table or a ROW, not \(value.type.logical)", at: range)
        }
        return fields.map { field in
            let name = Expression(kind: .name(qualifier + [Identifier(field.name, range: range)]), range: range)
            return Item(name: field.name, source: .expression(name), range: range)
        }
    }

    /// The name of a column without alias.
    private static func defaultName(_ expression: Expression, position: Int) -> String {
        switch expression.kind {
        case .name(let parts): parts.last?.text ?? "EXPR$\(position)"
        case .field(_, let name): name.text
        default: "EXPR$\(position)"
        }
    }

    // MARK: Without aggregates

    func plain(
        _ select: Select, _ items: [Item], _ scope: Scope, _ condition: PlanExpression?, _ orderBy: [OrderItem],
        binderScope: Scope?
    ) throws(SQLError) -> BoundSelect {
        let overs = OverCollector(windows: select.windows)
        let binder = ExpressionBinder(scope: binderScope, overs: overs, clause: "SELECT")
        var projections: [PlanExpression] = []
        var columns: [RelationColumn] = []
        var found: [SQLError] = []
        for item in items {
            do throws(SQLError) {
                let bound = try bind(item, binder, scope)
                projections.append(bound)
                columns.append(Self.output(item.name, bound, scope))
            } catch {
                found.append(error)
            }
        }
        try report(found)
        let visible = columns.count
        var sortPositions: [Int] = []
        for item in orderBy {
            let expression: PlanExpression
            if let position = try outputPosition(item.expression, columns.prefix(visible)) {
                sortPositions.append(position)
                continue
            }
            expression = try ExpressionBinder(scope: binderScope, overs: overs, clause: "ORDER BY")
                .bind(item.expression)
            if let known = projections.firstIndex(of: expression) {
                sortPositions.append(known)
                continue
            }
            if select.isDistinct {
                throw SQLError(
                    .semantics, "ORDER BY of SELECT DISTINCT takes selected columns only", at: item.expression.range)
            }
            sortPositions.append(projections.count)
            projections.append(expression)
            columns.append(Self.output("sort\(projections.count)", expression, scope))
        }
        // It is placed with the projections, and taken away from them again.
        let qualify = try Self.qualification(select, items, projections, binder, overs)
        if let qualify { projections.append(qualify) }
        var (input, rest) = try placed(overs, &projections, &columns, scope, condition)
        if qualify != nil { rest = projections.removeLast() }
        let node = graph.calculate(
            input, condition: rest, projections: projections, names: columns.map(\.name))
        var relation = Relation(node: node, columns: columns)
        if select.isDistinct { relation = distinct(relation) }
        var bound = BoundSelect(relation: relation, visible: visible, keys: [])
        for (item, position) in zip(orderBy, sortPositions) { addKey(position, item, to: &bound) }
        return bound
    }

    private func bind(_ item: Item, _ binder: ExpressionBinder, _ scope: Scope) throws(SQLError) -> PlanExpression {
        let bound: PlanExpression
        switch item.source {
        case .column(let position): bound = .column(position, scope.columns[position].type)
        case .expression(let expression): bound = try binder.bind(expression)
        }
        return bound
    }

    /// Keeps all the errors of one list: the last is thrown, the others are noted.
    func report(_ found: [SQLError]) throws(SQLError) {
        guard let last = found.last else { return }
        errors += found.dropLast()
        throw last
    }

    /// An output column; references to attributes of time stay such.
    static func output(_ name: String, _ expression: PlanExpression, _ scope: Scope) -> RelationColumn {
        switch expression {
        case .column(let position, let type) where position < scope.columns.count:
            let source = scope.columns[position]
            return RelationColumn(name: name, type: type, time: source.time, window: source.window)
        case .call(.processingTime, _, let type):
            return RelationColumn(name: name, type: type, time: .processingTime)
        default: return RelationColumn(name: name, type: expression.type)
        }
    }

    /// The output column that an item of ORDER BY means by number or alias.
    func outputPosition(
        _ expression: Expression, _ columns: ArraySlice<RelationColumn>
    ) throws(SQLError) -> Int? {
        if let position = try ordinal(expression, of: columns.count) { return position }
        guard case .name(let parts) = expression.kind, parts.count == 1, let name = parts.first else { return nil }
        let found = columns.indices.filter { columns[$0].name == name.text }
        return found.count == 1 ? found[0] : nil
    }

    // MARK: OVER

    /// Builds what computes the functions with OVER clauses, and puts their columns into the projections; gives the
    /// node to project from and the condition that is still to be tested.
    private func placed(
        _ overs: OverCollector, _ projections: inout [PlanExpression], _ columns: inout [RelationColumn],
        _ scope: Scope, _ condition: PlanExpression?
    ) throws(SQLError) -> (node: Int, condition: PlanExpression?) {
        guard !overs.calls.isEmpty else { return (scope.node, condition) }
        let builder = OverBuilder(graph: graph, options: options) { position in
            position < scope.columns.count ? scope.columns[position].time : .none
        }
        let built = try builder.build(graph.filter(scope.node, condition), overs.calls)
        for position in projections.indices {
            projections[position] = overs.placed(projections[position], built.columns)
        }
        for position in columns.indices { columns[position].window = nil }
        return (built.node, nil)
    }

    // MARK: Grouping

    /// Whether what is grouped at all is one group, which is there without rows too: no GROUP BY, or GROUP BY ().
    static func isTotal(_ select: Select) -> Bool {
        (select.groupBy?.elements ?? []).allSatisfy { element in
            switch element {
            case .empty: true
            case .groupingSets(let sets): sets == [.empty]
            default: false
            }
        }
    }

    func isGrouped(_ select: Select, _ orderBy: [OrderItem]) -> Bool {
        if select.groupBy != nil { return true }
        for item in select.items {
            if case .expression(let expression, _) = item.kind, AggregateSearch.holds(expression) { return true }
        }
        if let having = select.having, AggregateSearch.holds(having) { return true }
        if let qualify = select.qualify, AggregateSearch.holds(qualify) { return true }
        return orderBy.contains { AggregateSearch.holds($0.expression) }
    }
}
