import Columnar

// Subqueries as values and conditions: each becomes a join with the FROM of its SELECT.
extension QueryBinder {
    /// Joins the subqueries of a SELECT to its FROM, whose scope then knows what each of them stands for.
    func joinSubqueries(of select: Select, _ scope: inout Scope) throws(SQLError) {
        if let filter = select.filter {
            for condition in Self.conjuncts(filter) where !(try joinCondition(condition, isNegated: false, &scope)) {
                try joinValues(in: condition, needsUnknown: false, &scope)
            }
        }
        let before = scope.columns.count
        for item in select.items {
            if case .expression(let expression, _) = item.kind {
                try joinValues(in: expression, needsUnknown: true, &scope)
            }
        }
        if let having = select.having { try joinValues(in: having, needsUnknown: true, &scope) }
        scope.constantColumns = Array(before..<scope.columns.count)
    }

    /// The scope of a SELECT without FROM that has subqueries: one row without names.
    func scopeOfOneRow(for select: Select) -> Scope? {
        guard Self.expressions(of: select).contains(where: Self.holdsSubquery) else { return nil }
        let type = DataType(.integer, isNullable: false)
        let row = graph.add(.values([[LiteralBinding.integer(0)]], [type]))
        var scope = Scope(Relation(node: row, columns: [RelationColumn(name: "", type: type)]), path: [])
        scope.hidden = [0]
        return scope
    }

    private static func expressions(of select: Select) -> [Expression] {
        let items = select.items.compactMap { item -> Expression? in
            if case .expression(let expression, _) = item.kind { return expression }
            return nil
        }
        return items + [select.filter, select.having].compactMap { $0 }
    }

    private static func holdsSubquery(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .exists, .inQuery, .scalarQuery, .quantified: true
        default: AggregateSearch.parts(of: expression).contains(where: holdsSubquery)
        }
    }

    private static func conjuncts(_ expression: Expression) -> [Expression] {
        if case .and(let operands) = expression.kind { return operands.flatMap(conjuncts) }
        return [expression]
    }

    // MARK: Conditions of WHERE

    /// Takes EXISTS and IN that stand alone in WHERE as a semi or anti join; false when the condition is another.
    private func joinCondition(
        _ expression: Expression, isNegated: Bool, _ scope: inout Scope
    ) throws(SQLError) -> Bool {
        switch expression.kind {
        case .not(let operand):
            guard try joinCondition(operand, isNegated: !isNegated, &scope) else { return false }
        case .quantified(let operation, let value, let quantifier, let query):
            try joinQuantified(
                operation, value, quantifier, query, isNegated: isNegated, &scope, at: expression.range)
        case .exists(let query):
            let source = try subquery(query, outer: scope)
            try restrict(&scope, isNegated ? .anti : .semi, source, source.conditions, at: expression.range)
        case .inQuery(let value, let query, let isNegatedHere):
            let isAnti = isNegated != isNegatedHere
            let source = try subquery(query, outer: scope)
            let pairs = try comparisons(value, source, scope, at: expression.range)
            if isAnti, !pairs.allSatisfy({ isNeverNull($0, source, scope) }) { return false }
            let equalities = pairs.map(\.equality)
            try restrict(
                &scope, isAnti ? .anti : .semi, source, source.conditions + equalities, at: expression.range)
        default: return false
        }
        // Nothing is left to test; NOT was turned round already.
        scope.subqueries[expression] = .literal(.boolean(true), DataType(.boolean, isNullable: false))
        return true
    }

    func restrict(
        _ scope: inout Scope, _ kind: JoinPlan.Kind, _ source: Subquery, _ conditions: [PlanExpression],
        at range: SourceRange
    ) throws(SQLError) {
        scope.node = joinBuilder.build(
            kind, scope.node, source.relation.node, conditions.map { placed($0, scope.columns.count) }, at: range)
    }

    var joinBuilder: JoinBuilder {
        let timeToLive = options.stateTimeToLiveMilliseconds
        return JoinBuilder(graph: graph, timesToLive: StateTimesToLive(left: timeToLive, right: timeToLive))
    }

    /// A condition over outer and inner columns as one over the columns of a join.
    private func placed(_ condition: PlanExpression, _ leftCount: Int) -> PlanExpression {
        condition.shifted { $0 >= Scope.outerBase ? $0 - Scope.outerBase : $0 + leftCount }
    }

    // MARK: Values

    /// Joins the subqueries inside an expression so that each is a column. `needsUnknown`: whether UNKNOWN must be told
    /// from FALSE.
    private func joinValues(
        in expression: Expression, needsUnknown: Bool, _ scope: inout Scope
    ) throws(SQLError) {
        guard scope.subqueries[expression] == nil else { return }
        switch expression.kind {
        case .scalarQuery(let query):
            scope.subqueries[expression] = try scalar(query, &scope, at: expression.range)
        case .exists(let query):
            let source = try subquery(query, outer: scope)
            scope.subqueries[expression] = try mark(source, [], &scope, at: expression.range)
        case .inQuery(let value, let query, let isNegated):
            try joinValues(in: value, needsUnknown: true, &scope)
            let source = try subquery(query, outer: scope)
            let found = try membership(
                value, source, &scope, needsUnknown: needsUnknown || isNegated, at: expression.range)
            scope.subqueries[expression] = isNegated ? .call(.not, [found], found.type) : found
        case .quantified:
            guard let other = Self.membership(expression) else {
                throw SQLError(
                    .unsupported,
                    "ANY and ALL other than = ANY and <> ALL are supported only where they stand alone in "
                        + "WHERE", at: expression.range, hint: "compare with MIN or MAX of the subquery")
            }
            try joinValues(in: other, needsUnknown: needsUnknown, &scope)
            scope.subqueries[expression] = scope.subqueries[other]
        case .and, .or:
            for part in AggregateSearch.parts(of: expression) {
                try joinValues(in: part, needsUnknown: needsUnknown, &scope)
            }
        default:
            for part in AggregateSearch.parts(of: expression) { try joinValues(in: part, needsUnknown: true, &scope) }
        }
    }

    /// A BOOLEAN that tells whether the subquery has a row for which the conditions hold.
    private func mark(
        _ source: Subquery, _ more: [PlanExpression], _ scope: inout Scope, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        var outer: [PlanExpression] = []
        var inner: [PlanExpression] = []
        for condition in source.conditions + more {
            let sides = try equality(condition, at: range)
            outer.append(sides.outer)
            inner.append(sides.inner)
        }
        let truth = PlanExpression.literal(.boolean(true), DataType(.boolean, isNullable: false))
        let projected = graph.calculate(
            source.relation.node, projections: inner + [truth], names: inner.indices.map { "key\($0)" } + ["found"])
        let aggregate = LogicalAggregate(groupColumns: Array(0...inner.count), calls: [])
        let distinct = graph.add(.aggregate(aggregate), [projected])
        let column = extend(&scope, with: distinct, keys: outer, column: inner.count, at: range)
        return .call(.isNotNull, [column], DataType(.boolean, isNullable: false))
    }

    /// `value IN (subquery)` with all three truth values where they matter.
    private func membership(
        _ value: Expression, _ source: Subquery, _ scope: inout Scope, needsUnknown: Bool, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let pairs = try comparisons(value, source, scope, at: range)
        let values = pairs.map { $0.outer.shifted { $0 - Scope.outerBase } }
        let isCertain = pairs.allSatisfy { isNeverNull($0, source, scope) }
        let found = try mark(source, pairs.map(\.equality), &scope, at: range)
        guard needsUnknown, !isCertain else { return found }
        guard let value = values.first, let pair = pairs.first, pairs.count == 1 else {
            throw SQLError(.unsupported, "NOT IN over rows that may be NULL is not supported yet", at: range)
        }
        // Whether there is a row at all, and whether there is a NULL among them.
        var outer: [PlanExpression] = []
        var inner: [PlanExpression] = []
        for condition in source.conditions {
            let sides = try equality(condition, at: range)
            outer.append(sides.outer)
            inner.append(sides.inner)
        }
        let truth = DataType(.boolean, isNullable: false)
        let count = DataType(.bigint, isNullable: false)
        let projected = graph.calculate(
            source.relation.node, projections: inner + [pair.inner],
            names: inner.indices.map { "key\($0)" } + ["value"])
        let aggregate = LogicalAggregate(
            groupColumns: Array(inner.indices),
            calls: [
                AggregateCall(.countRows, resultType: count),
                AggregateCall(
                    .count, argument: inner.count, argumentType: pair.inner.type, resultType: count),
            ])
        let counted = graph.add(.aggregate(aggregate), [projected])
        let columns = graph.columns(of: counted)
        let hasNull = PlanExpression.call(.less, [columns[inner.count + 1], columns[inner.count]], truth)
        let flags = graph.calculate(
            counted, projections: Array(columns.prefix(inner.count)) + [hasNull],
            names: inner.indices.map { "key\($0)" } + ["hasNull"])
        let flag = extend(&scope, with: flags, keys: outer, column: inner.count, at: range)
        let yes = PlanExpression.literal(.boolean(true), truth)
        let no = PlanExpression.literal(.boolean(false), truth)
        let unknown = PlanExpression.literal(.null, .boolean)
        let isUnsure = PlanExpression.call(.or, [.call(.isNull, [value], truth), .call(.isTrue, [flag], truth)], truth)
        return .conditional(
            [
                ConditionalBranch(condition: found, value: yes),
                ConditionalBranch(condition: .call(.isNull, [flag], truth), value: no),
                ConditionalBranch(condition: isUnsure, value: unknown),
            ], otherwise: no, .boolean)
    }

    /// Joins a node that has at most one row for each key; gives one of its columns.
    private func extend(
        _ scope: inout Scope, with node: Int, keys: [PlanExpression], column: Int, at range: SourceRange
    ) -> PlanExpression {
        let leftCount = scope.columns.count
        let conditions = keys.enumerated().map { position, outer in
            PlanExpression.call(
                .equal,
                [
                    outer.shifted { $0 - Scope.outerBase },
                    .column(leftCount + position, graph.fields[node][position].type),
                ],
                .boolean)
        }
        scope.node = joinBuilder.build(.left, scope.node, node, conditions, at: range)
        for field in graph.fields[node] {
            scope.hidden.insert(scope.columns.count)
            scope.columns.append(RelationColumn(name: "", type: field.type.nullable(true)))
        }
        return .column(leftCount + column, graph.fields[node][column].type.nullable(true))
    }

    // MARK: Scalar subqueries

    private func scalar(_ query: Query, _ scope: inout Scope, at range: SourceRange) throws(SQLError) -> PlanExpression
    {
        if case .select(let select) = query.body, isGrouped(select, []), select.groupBy == nil, query.with.isEmpty,
            query.limit == nil, query.offset == nil,
            let value = try correlatedScalar(select, &scope, at: range)
        {
            return value
        }
        let relation = try bind(query)
        guard relation.columns.count == 1 else {
            throw SQLError(
                .semantics, "a subquery as a value has one column, not \(relation.columns.count)", at: range)
        }
        guard isOneRow(query) else {
            throw SQLError(
                .unsupported, "a subquery as a value that may have several rows is not supported yet", at: range,
                hint: "an aggregate such as MAX makes it one row")
        }
        return extend(&scope, with: relation.node, keys: [], column: 0, at: range)
    }

    private func isOneRow(_ query: Query) -> Bool {
        if let limit = query.limit, case .literal(.integer("1")) = limit.kind { return true }
        switch query.body {
        case .select(let select):
            return select.groupBy == nil && (isGrouped(select, []) || select.from == nil)
        case .values(let values): return values.rows.count == 1
        case .query(let inner): return isOneRow(inner)
        case .table, .setOperation: return false
        }
    }

    /// An aggregate over the rows that belong to a row outside: grouped by what ties them, and joined.
    private func correlatedScalar(
        _ select: Select, _ scope: inout Scope, at range: SourceRange
    ) throws(SQLError) -> PlanExpression? {
        guard let from = select.from else { return nil }
        var inner = try self.scope(from)
        let (local, conditions) = try filters(of: select, &inner, outer: scope)
        guard !conditions.isEmpty else { return nil }
        var outer: [PlanExpression] = []
        var keys: [PlanExpression] = []
        for condition in conditions {
            let sides = try equality(condition, at: range)
            outer.append(sides.outer)
            keys.append(sides.inner)
        }
        inner.outer = []
        // Keys that are computed become columns of the scope.
        let names = inner.columns.map(\.name) + keys.indices.map { "key\($0)" }
        inner.node = graph.calculate(
            inner.node, condition: .conjunction(local), projections: graph.columns(of: inner.node) + keys, names: names)
        var keyItems: [Item] = []
        for key in keys {
            inner.hidden.insert(inner.columns.count)
            keyItems.append(Item(name: "", source: .column(inner.columns.count), range: range))
            inner.columns.append(RelationColumn(name: "", type: key.type))
        }
        let items = try outputItems(select, inner)
        guard items.count == 1, let item = items.first else {
            throw SQLError(.semantics, "a subquery as a value has one column, not \(items.count)", at: range)
        }
        var grouped = GroupedSelect(binder: self, scope: inner)
        grouped.extraKeys = keyItems.indices.map { .column(inner.columns.count - keys.count + $0, keys[$0].type) }
        let bound = try grouped.bind(select, keyItems + [item], nil, [])
        let value = extend(&scope, with: bound.relation.node, keys: outer, column: keys.count, at: range)
        guard case .expression(let expression) = item.source, Self.counts(expression) else { return value }
        // Nothing to count is no row, and stands for 0.
        guard case .call = expression.kind else {
            throw SQLError(
                .unsupported, "a correlated subquery that computes with COUNT is not supported yet", at: range,
                hint: "let the subquery give COUNT alone")
        }
        let zero = PlanExpression.literal(.int64(0), value.type.nullable(false))
        return .conditional(
            [
                ConditionalBranch(
                    condition: .call(.isNotNull, [value], DataType(.boolean, isNullable: false)), value: value)
            ],
            otherwise: zero, value.type)
    }

    private static func counts(_ expression: Expression) -> Bool {
        if case .call(let call) = expression.kind, Lexer.uppercased(call.name.last.utf8) == "COUNT" { return true }
        return AggregateSearch.parts(of: expression).contains(where: counts)
    }

    // MARK: Binding

    /// A subquery ready to be joined.
    struct Subquery {
        /// The rows; with conditions its FROM, else its output.
        var relation: Relation
        /// What ties a row to a row outside, over outer columns (from ``Scope/outerBase`` on) and inner ones.
        var conditions: [PlanExpression] = []
        /// The output over the columns of `relation`.
        var outputs: [PlanExpression]
        var ranges: [SourceRange]
    }

    func subquery(_ query: Query, outer: Scope) throws(SQLError) -> Subquery {
        if let correlated = try correlated(query, outer: outer) { return correlated }
        let relation = try bind(query)
        return Subquery(
            relation: relation, outputs: relation.columns.enumerated().map { .column($0.offset, $0.element.type) },
            ranges: relation.columns.map { _ in query.range })
    }

    /// The subquery when its WHERE reads columns from outside; nil when it stands alone.
    private func correlated(_ query: Query, outer: Scope) throws(SQLError) -> Subquery? {
        var query = query
        while case .query(let inner) = query.body, query.with.isEmpty, query.limit == nil, query.offset == nil {
            query = inner
        }
        guard case .select(let select) = query.body, query.with.isEmpty, let from = select.from, select.filter != nil
        else { return nil }
        var inner = try scope(from)
        let (local, conditions) = try filters(of: select, &inner, outer: outer)
        guard !conditions.isEmpty else { return nil }
        if query.limit != nil || query.offset != nil || isGrouped(select, []) {
            throw SQLError(
                .unsupported,
                "GROUP BY, aggregates and LIMIT in a subquery that reads columns from outside are not supported here yet",
                at: select.range)
        }
        inner.outer = []
        let node = graph.filter(inner.node, .conjunction(local))
        var outputs: [PlanExpression] = []
        var ranges: [SourceRange] = []
        let binder = ExpressionBinder(scope: inner, clause: "SELECT")
        for item in try outputItems(select, inner) {
            switch item.source {
            case .column(let position): outputs.append(.column(position, inner.columns[position].type))
            case .expression(let expression): outputs.append(try binder.bind(expression))
            }
            ranges.append(item.range)
        }
        return Subquery(
            relation: Relation(node: node, columns: inner.columns), conditions: conditions, outputs: outputs,
            ranges: ranges)
    }

    /// The conditions of a subquery's WHERE: those over its own columns, and those that read columns from outside.
    private func filters(
        of select: Select, _ inner: inout Scope, outer: Scope
    ) throws(SQLError) -> (local: [PlanExpression], conditions: [PlanExpression]) {
        guard let filter = select.filter else { return ([], []) }
        var bare = select
        bare.items = []
        bare.having = nil
        try joinSubqueries(of: bare, &inner)
        inner.outer = [outer]
        var local: [PlanExpression] = []
        var conditions: [PlanExpression] = []
        let binder = ExpressionBinder(scope: inner, clause: "WHERE")
        for condition in try binder.boolean(filter, "WHERE").conjuncts {
            if condition.columnSet.contains(where: { $0 >= Scope.outerBase }) {
                conditions.append(condition)
            } else {
                local.append(condition)
            }
        }
        return (local, conditions)
    }

    /// An equality between something outside and something inside.
    private func equality(
        _ condition: PlanExpression, at range: SourceRange
    ) throws(SQLError) -> (outer: PlanExpression, inner: PlanExpression) {
        if case .call(.equal, let operands, _) = condition, operands.count == 2 {
            let isOuter = operands.map { operand in
                let columns = operand.columnSet
                return columns.isEmpty ? nil : columns.allSatisfy { $0 >= Scope.outerBase }
            }
            let isInner = operands.map { $0.columnSet.allSatisfy { $0 < Scope.outerBase } }
            if isOuter[0] == true, isInner[1] { return (operands[0], operands[1]) }
            if isOuter[1] == true, isInner[0] { return (operands[1], operands[0]) }
        }
        throw SQLError(
            .unsupported, "this subquery can be tied to the query around it by equalities only", at: range,
            hint: "EXISTS and IN that stand alone in WHERE take other conditions too")
    }

    // MARK: IN

    /// A value outside and the column it is looked up in.
    private struct Comparison {
        /// Over outer columns.
        var outer: PlanExpression
        var inner: PlanExpression
        var equality: PlanExpression
    }

    private func comparisons(
        _ value: Expression, _ source: Subquery, _ scope: Scope, at range: SourceRange
    ) throws(SQLError) -> [Comparison] {
        var values = [value]
        if case .row(let parts) = value.kind { values = parts }
        guard values.count == source.outputs.count else {
            throw SQLError(
                .semantics, "IN compares \(values.count) values with a subquery of \(source.outputs.count) columns",
                at: range)
        }
        let binder = ExpressionBinder(scope: scope, clause: "IN")
        var result: [Comparison] = []
        for (index, part) in values.enumerated() {
            let outer = try binder.bind(part).shifted { $0 + Scope.outerBase }
            let equality = try binder.compare(
                .equal, outer, source.outputs[index], "IN", part.range, source.ranges[index], at: range)
            guard case .call(.equal, let operands, _) = equality, operands.count == 2 else {
                throw SQLError(.type, "IN can't compare these values", at: range)
            }
            result.append(Comparison(outer: operands[0], inner: operands[1], equality: equality))
        }
        return result
    }

    private func isNeverNull(_ pair: Comparison, _ source: Subquery, _ scope: Scope) -> Bool {
        !pair.outer.type.isNullable && !pair.inner.type.isNullable
    }
}
