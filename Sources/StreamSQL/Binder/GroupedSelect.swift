import Columnar

/// Binds a SELECT with GROUP BY or aggregates: what is computed before, the aggregation, what is computed after.
struct GroupedSelect {
    let binder: QueryBinder
    private(set) var scope: Scope
    /// Keys beside those of GROUP BY, over the scope.
    var extraKeys: [PlanExpression] = []
    private let collector: AggregateCollector
    private let overs: OverCollector

    init(binder: QueryBinder, scope: Scope, windows: [NamedWindow] = []) {
        overs = OverCollector(windows: windows)
        self.binder = binder
        self.scope = scope
        collector = AggregateCollector(inputColumns: scope.columns.count)
    }

    private var graph: LogicalGraph { binder.graph }

    /// Lets the aggregates take rows in only where a condition holds.
    func countRowsWhere(_ condition: PlanExpression) { collector.rowCondition = condition }

    mutating func bind(
        _ select: Select, _ items: [QueryBinder.Item], _ condition: PlanExpression?, _ orderBy: [OrderItem]
    ) throws(SQLError) -> QueryBinder.BoundSelect {
        var grouping = try groupingSets(select.groupBy)
        if grouping.isExpanded {
            // A key is NULL in the rows of the sets that leave it out, whatever its column says.
            for key in grouping.keys { key.forEachColumn { scope.columns[$0].type.isNullable = true } }
            grouping = try groupingSets(select.groupBy)
        }
        for key in extraKeys { grouping.add(key) }
        try checkReads(of: select, grouping)
        collector.groupingSets = grouping
        let outputs = try bound(items)
        let having = try select.having.map { (having) throws(SQLError) in
            try expressionBinder("HAVING").boolean(having, "HAVING")
        }
        let qualify = try QueryBinder.qualification(select, items, outputs, expressionBinder("QUALIFY"), overs)
        var visible = items.map { RelationColumn(name: $0.name, type: DataType(.null)) }
        for (position, output) in outputs.enumerated() { visible[position].type = output.type }
        var sorts: [(position: Int?, expression: PlanExpression)] = []
        for item in orderBy {
            if let position = try binder.outputPosition(item.expression, visible[...]) {
                sorts.append((position, outputs[position]))
            } else {
                sorts.append((nil, try expressionBinder("ORDER BY").bind(item.expression)))
            }
        }
        let aggregation = Aggregation(
            graph: graph, scope: scope, grouping: grouping, calls: collector.calls, groupWindow: collector.groupWindow,
            callBase: collector.callBase, windowBase: collector.windowBase,
            stateTimeToLiveMilliseconds: try StateHint.timeToLive(select, scope, binder.options),
            windowEmission: binder.options.windowEmission, distinctBuckets: binder.options.distinctBuckets)
        var built = try aggregation.build(condition, at: select.range)
        if let row = scope.rowOfConstants {
            let node = binder.joinBuilder.build(.left, built.node, row, [], at: select.range)
            built.add(scope.columns.count - graph.fields[row].count, of: row, joinedAs: node, in: graph)
        }

        var projections: [PlanExpression] = []
        var columns: [RelationColumn] = []
        var found: [SQLError] = []
        for (item, output) in zip(items, outputs) {
            do throws(SQLError) {
                projections.append(try after(output, built, item.source, "SELECT", item.range))
                columns.append(column(item.name, projections[projections.count - 1], built))
            } catch {
                found.append(error)
            }
        }
        try binder.report(found)
        let filter = try having.map { (having) throws(SQLError) in
            try after(
                having, built, select.having.map { .expression($0) }, "HAVING", select.having?.range ?? select.range)
        }
        let kept = try qualify.map { (qualify) throws(SQLError) in
            try after(
                qualify, built, select.qualify.map { .expression($0) }, "QUALIFY", select.qualify?.range ?? select.range
            )
        }
        return try finish(select, orderBy, sorts, (projections, columns), (filter, kept), built)
    }

    /// Subqueries behind the aggregation read what is the same for all rows of a group.
    private func checkReads(of select: Select, _ grouping: GroupingSets) throws(SQLError) {
        let grouped = grouping.keys.compactMap { key -> Int? in
            if case .column(let position, _) = key { return position }
            return nil
        }
        guard let read = scope.constantReads.subtracting(grouped).min() else { return }
        let place = select.items.first { item in
            if case .expression(let expression, _) = item.kind { return QueryBinder.holdsSubquery(expression) }
            return false
        }
        throw SQLError(
            .semantics,
            "the column '\(scope.columns[read].name)', which a subquery reads, is neither grouped nor aggregated",
            at: place?.range ?? select.having?.range ?? select.range, hint: "add it to GROUP BY")
    }

    private func expressionBinder(_ clause: String) -> ExpressionBinder {
        ExpressionBinder(scope: scope, aggregates: collector, overs: clause == "HAVING" ? nil : overs, clause: clause)
    }

    private func bound(_ items: [QueryBinder.Item]) throws(SQLError) -> [PlanExpression] {
        var outputs: [PlanExpression] = []
        var found: [SQLError] = []
        let binder = expressionBinder("SELECT")
        for item in items {
            switch item.source {
            case .column(let position): outputs.append(.column(position, scope.columns[position].type))
            case .expression(let expression):
                do throws(SQLError) {
                    outputs.append(try binder.bind(expression))
                } catch {
                    found.append(error)
                }
            }
        }
        try self.binder.report(found)
        return outputs
    }

    private func finish(
        _ select: Select, _ orderBy: [OrderItem], _ sorts: [(position: Int?, expression: PlanExpression)],
        _ outputs: (values: [PlanExpression], columns: [RelationColumn]),
        _ filters: (having: PlanExpression?, qualify: PlanExpression?), _ built: Aggregation.Built
    ) throws(SQLError) -> QueryBinder.BoundSelect {
        var (projections, columns) = outputs
        var positions: [Int] = []
        for (item, sort) in zip(orderBy, sorts) {
            if let position = sort.position {
                positions.append(position)
                continue
            }
            let expression = try after(
                sort.expression, built, .expression(item.expression), "ORDER BY", item.expression.range)
            if let known = projections.firstIndex(of: expression) {
                positions.append(known)
                continue
            }
            positions.append(projections.count)
            projections.append(expression)
            columns.append(column("sort\(projections.count)", expression, built))
        }
        var condition = PlanExpression.conjunction(built.condition, filters.having)
        var input = built.node
        if !overs.calls.isEmpty {
            let builder = OverBuilder(graph: graph, options: binder.options) {
                $0 == built.timePosition ? .rowTime : .none
            }
            let calls = try overs.calls.map { (call) throws(SQLError) in try after(call, built) }
            let placed = try builder.build(graph.filter(built.node, condition), calls)
            for position in projections.indices {
                projections[position] = overs.placed(projections[position], placed.columns)
            }
            (input, condition) = (placed.node, filters.qualify.map { overs.placed($0, placed.columns) })
        }
        let node = graph.calculate(
            input, condition: condition, projections: projections, names: columns.map(\.name))
        var relation = Relation(node: node, columns: columns)
        if select.isDistinct { relation = binder.distinct(relation) }
        var bound = QueryBinder.BoundSelect(relation: relation, visible: outputs.values.count, keys: [])
        for (item, position) in zip(orderBy, positions) { binder.addKey(position, item, to: &bound) }
        return bound
    }

    // MARK: Keys

    private func groupingSets(_ groupBy: GroupBy?) throws(SQLError) -> GroupingSets {
        let binder = ExpressionBinder(scope: scope, clause: "GROUP BY")
        collector.groupWindow = nil
        return try GroupingSets(groupBy) { (expression) throws(SQLError) in
            if try groupWindow(expression, binder) { return nil }
            return try binder.bind(expression)
        }
    }

    /// Takes TUMBLE(ts, size) in GROUP BY as the window of the aggregation.
    private func groupWindow(_ expression: Expression, _ binder: ExpressionBinder) throws(SQLError) -> Bool {
        guard case .call(let call) = expression.kind else { return false }
        let name = Lexer.uppercased(call.name.last.utf8)
        guard GroupWindowBinding.names.contains(name) else { return false }
        guard collector.groupWindow == nil else {
            throw SQLError(.semantics, "GROUP BY can have one window", at: expression.range)
        }
        collector.groupWindow = try GroupWindowBinding.bind(name, call, binder: binder, at: expression.range)
        return true
    }

    // MARK: After the aggregation

    /// An expression over the input as one over the aggregation's output.
    private func after(
        _ expression: PlanExpression, _ built: Aggregation.Built, _ source: QueryBinder.Item.Source?, _ clause: String,
        _ range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        var missing: Int?
        func rewrite(_ expression: PlanExpression) -> PlanExpression {
            if case .column(let position, _) = expression, position >= OverCollector.base { return expression }
            if let position = built.position(of: expression) {
                return .column(position, graph.fields[built.node][position].type)
            }
            if case .column(let position, _) = expression {
                if missing == nil { missing = position }
                return expression
            }
            return expression.mapChildren(rewrite)
        }
        let result = rewrite(expression)
        guard let missing else { return result }
        let name = missing < scope.columns.count ? scope.columns[missing].name : "?"
        var place = range
        if case .expression(let syntax)? = source { place = AggregateSearch.place(of: name, in: syntax) ?? range }
        throw SQLError(
            .semantics, "the column '\(name)' in \(clause) is neither grouped nor aggregated", at: place,
            hint: "add it to GROUP BY or put it into an aggregate")
    }

    /// A function with OVER over the aggregation's output.
    private func after(_ call: OverCollector.Call, _ built: Aggregation.Built) throws(SQLError) -> OverCollector.Call {
        func moved(_ expression: PlanExpression) throws(SQLError) -> PlanExpression {
            try after(expression, built, nil, "OVER", call.range)
        }
        func moved(_ expressions: [PlanExpression]) throws(SQLError) -> [PlanExpression] {
            var result: [PlanExpression] = []
            for expression in expressions { result.append(try moved(expression)) }
            return result
        }
        var result = call
        result.partition = try moved(call.partition)
        for index in result.order.indices {
            result.order[index].expression = try moved(call.order[index].expression)
        }
        switch call.function {
        case .aggregate(var aggregate):
            aggregate.argument = try aggregate.argument.map { (value) throws(SQLError) in try moved(value) }
            aggregate.moreArguments = try moved(aggregate.moreArguments)
            aggregate.filter = try aggregate.filter.map { (value) throws(SQLError) in try moved(value) }
            result.function = .aggregate(aggregate)
        case .shifted(let value, let rows, let otherwise):
            result.function = .shifted(
                try moved(value), rows: rows,
                otherwise: try otherwise.map { (value) throws(SQLError) in try moved(value) })
        default: break
        }
        return result
    }

    private func column(_ name: String, _ expression: PlanExpression, _ built: Aggregation.Built) -> RelationColumn {
        var column = RelationColumn(name: name, type: expression.type)
        if case .column(let position, _) = expression, position == built.timePosition { column.time = .rowTime }
        if case .call(.processingTime, _, _) = expression { column.time = .processingTime }
        return column
    }
}
