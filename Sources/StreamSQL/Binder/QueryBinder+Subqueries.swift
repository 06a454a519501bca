import Columnar

// Subqueries as values and conditions: each becomes a join with the FROM of its SELECT.
extension QueryBinder {
    /// Joins the subqueries of a SELECT to its FROM, whose scope then knows what each of them stands for.
    ///
    /// Behind an aggregation (`isGrouped`) those that read nothing from outside are joined to its output. Where WHERE must not
    /// take rows away (`keepsRows`), what it asks of subqueries becomes columns.
    func joinSubqueries(
        of select: Select, _ orderBy: [OrderItem], isGrouped: Bool = false, keepsRows: Bool = false,
        _ scope: inout Scope
    ) throws(SQLError) {
        for condition in select.filter.map(Self.conjuncts) ?? [] {
            if !keepsRows, try joinCondition(condition, isNegated: false, &scope) { continue }
            try joinValues(in: condition, needsUnknown: false, &scope)
        }
        let keys = (select.groupBy?.elements ?? []).flatMap(OuterNames.expressions)
        let behind = Self.items(of: select) + [select.having].compactMap { $0 } + orderBy.map(\.expression)
        for expression in keys + behind.flatMap(AggregateSearch.calls) {
            try joinValues(in: expression, needsUnknown: true, &scope)
        }
        let constants = isGrouped ? try rowOfConstants(behind, scope) : nil
        let placed = scope.subqueries
        if let constants { scope.subqueries.merge(constants.subqueries) { known, _ in known } }
        let before = scope.columns.count
        scope.reads = []
        for expression in behind { try joinValues(in: expression, needsUnknown: true, &scope) }
        scope.constantColumns = Array(before..<scope.columns.count)
        scope.constantReads = scope.reads.filter { $0 < before }
        guard let constants else { return }
        let base = scope.columns.count
        for (expression, value) in constants.subqueries where placed[expression] == nil {
            scope.subqueries[expression] = value.shifted { $0 + base }
        }
        scope.rowOfConstants = constants.node
        scope.hidden.formUnion(base..<(base + constants.columns.count))
        scope.columns += constants.columns
    }

    /// One row with the values of those expressions' subqueries that stand alone; nil where none does.
    private func rowOfConstants(_ expressions: [Expression], _ scope: Scope) throws(SQLError) -> Scope? {
        guard expressions.contains(where: Self.holdsSubquery) else { return nil }
        var row = oneRow()
        row.subqueries = scope.subqueries
        for expression in expressions where Self.holdsSubquery(expression) {
            let (before, noted) = (row, errors)
            do throws(SQLError) {
                try joinValues(in: expression, needsUnknown: true, &row)
            } catch _ {
                // It reads columns, or is wrong, which is told when it is joined before the aggregation.
                try takeSecondWay(at: expression.range)
                (row, errors) = (before, noted)
            }
        }
        return row.columns.count > 1 ? row : nil
    }

    private func oneRow() -> Scope {
        let type = DataType(.integer, isNullable: false)
        let row = graph.add(.values([[LiteralBinding.integer(0)]], [type]))
        var scope = Scope(Relation(node: row, columns: [RelationColumn(name: "", type: type)]), path: [])
        scope.hidden = [0]
        return scope
    }

    /// The scope of a SELECT without FROM that has subqueries: one row without names.
    func scopeOfOneRow(for select: Select) -> Scope? {
        guard
            (Self.items(of: select) + [select.filter, select.having].compactMap { $0 })
                .contains(where: Self.holdsSubquery)
        else { return nil }
        return oneRow()
    }

    private static func items(of select: Select) -> [Expression] {
        select.items.compactMap { item in
            if case .expression(let expression, _) = item.kind { return expression }
            return nil
        }
    }

    static func holdsSubquery(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .exists, .inQuery, .scalarQuery, .quantified: true
        default: AggregateSearch.parts(of: expression).contains(where: holdsSubquery)
        }
    }

    static func conjuncts(_ expression: Expression) -> [Expression] {
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
            try retrying(query, &scope) { (scope) throws(SQLError) in
                try joinQuantified(
                    operation, value, quantifier, query, isNegated: isNegated, &scope, at: expression.range)
            }
        case .exists(let query):
            try retrying(query, &scope) { (scope) throws(SQLError) in
                let source = try subquery(query, outer: scope)
                try restrict(&scope, isNegated ? .anti : .semi, source, source.conditions, at: expression.range)
            }
        case .inQuery(let value, let query, let isNegatedHere):
            let isAnti = isNegated != isNegatedHere
            let isJoined = try retrying(query, &scope) { (scope) throws(SQLError) in
                let source = try subquery(query, outer: scope)
                let pairs = try comparisons(value, source, scope, at: expression.range)
                let isCertain = pairs.allSatisfy { isNeverNull($0, source, scope) }
                // A single value that may be NULL is looked up by its key, and NULLs are counted.
                if isAnti, !isCertain, pairs.count == 1 { return false }
                let conditions = source.conditions + pairs.map { isAnti ? possible($0, source, scope) : $0.equality }
                try restrict(&scope, isAnti ? .anti : .semi, source, conditions, at: expression.range)
                return true
            }
            guard isJoined else { return false }
        default: return false
        }
        // Nothing is left to test: of the rows that are left it is known what this gives.
        scope.subqueries[expression] = .literal(.boolean(!isNegated), DataType(.boolean, isNullable: false))
        return true
    }

    func restrict(
        _ scope: inout Scope, _ kind: JoinPlan.Kind, _ source: Subquery, _ conditions: [PlanExpression],
        at range: SourceRange
    ) throws(SQLError) {
        scope.noteReads(of: conditions)
        scope.node = joinBuilder.build(
            kind, scope.node, source.relation.node, conditions.map { placed($0, scope.columns.count) }, at: range)
    }

    var joinBuilder: JoinBuilder {
        let timeToLive = options.stateTimeToLiveMilliseconds
        return JoinBuilder(graph: graph, timesToLive: StateTimesToLive(left: timeToLive, right: timeToLive))
    }

    /// A condition over outer and inner columns as one over the columns of a join.
    func placed(_ condition: PlanExpression, _ leftCount: Int) -> PlanExpression {
        condition.shifted { $0 >= Scope.outerBase ? $0 - Scope.outerBase : $0 + leftCount }
    }

    // MARK: Values

    /// Joins the subqueries inside an expression so that each is a column. `needsUnknown`: whether UNKNOWN must be told
    /// from FALSE.
    func joinValues(
        in expression: Expression, needsUnknown: Bool, _ scope: inout Scope
    ) throws(SQLError) {
        guard scope.subqueries[expression] == nil else { return }
        switch expression.kind {
        case .scalarQuery(let query):
            scope.subqueries[expression] = try retrying(query, &scope) { (scope) throws(SQLError) in
                try scalar(query, &scope, at: expression.range)
            }
        case .exists(let query):
            scope.subqueries[expression] = try retrying(query, &scope) { (scope) throws(SQLError) in
                try mark(try subquery(query, outer: scope), [], &scope, at: expression.range)
            }
        case .inQuery(let value, let query, let isNegated):
            try joinValues(in: value, needsUnknown: true, &scope)
            let found = try retrying(query, &scope) { (scope) throws(SQLError) in
                try membership(
                    value, try subquery(query, outer: scope), &scope, needsUnknown: needsUnknown || isNegated,
                    at: expression.range)
            }
            scope.subqueries[expression] = isNegated ? .call(.not, [found], found.type) : found
        case .quantified(let operation, let value, let quantifier, let query):
            guard let other = Self.membership(expression) else {
                try joinValues(in: value, needsUnknown: true, &scope)
                scope.subqueries[expression] = try retrying(query, &scope) { (scope) throws(SQLError) in
                    try quantifiedValue(operation, value, quantifier, query, &scope, at: expression.range)
                }
                return
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
        var ties: [Tie] = []
        for condition in source.conditions + more { ties.append(try equality(condition, at: range)) }
        let inner = ties.map(\.inner)
        let truth = PlanExpression.literal(.boolean(true), DataType(.boolean, isNullable: false))
        let projected = graph.calculate(
            source.relation.node, projections: inner + [truth], names: inner.indices.map { "key\($0)" } + ["found"])
        let aggregate = LogicalAggregate(
            groupColumns: Array(0...inner.count), calls: [],
            stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds)
        let distinct = graph.add(.aggregate(aggregate), [projected])
        let column = extend(&scope, with: distinct, keys: ties, column: inner.count, at: range)
        return .call(.isNotNull, [column], DataType(.boolean, isNullable: false))
    }

    /// `value IN (subquery)` with all three truth values where they matter.
    private func membership(
        _ value: Expression, _ source: Subquery, _ scope: inout Scope, needsUnknown: Bool, at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let pairs = try comparisons(value, source, scope, at: range)
        let values = pairs.map { $0.outer.shifted { $0 - Scope.outerBase } }
        let isCertain = pairs.allSatisfy { isNeverNull($0, source, scope) }
        let outside = scope
        let found = try mark(source, pairs.map(\.equality), &scope, at: range)
        guard needsUnknown, !isCertain else { return found }
        guard let value = values.first, let pair = pairs.first, pairs.count == 1 else {
            let maybe = doubt(source, pairs, outside, &scope, at: range)
            return Self.truth(found, or: maybe)
        }
        // Whether there is a row at all, and whether there is a NULL among them.
        var ties: [Tie] = []
        for condition in source.conditions { ties.append(try equality(condition, at: range)) }
        let inner = ties.map(\.inner)
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
            ], stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds)
        let counted = graph.add(.aggregate(aggregate), [projected])
        let columns = graph.columns(of: counted)
        // Without keys there is a row for no rows as well: it says nothing, as a missing one does.
        let zero = PlanExpression.literal(.int64(0), count)
        let hasNull = PlanExpression.conditional(
            [
                ConditionalBranch(
                    condition: .call(.greater, [columns[inner.count], zero], truth),
                    value: .call(.less, [columns[inner.count + 1], columns[inner.count]], truth))
            ], otherwise: .literal(.null, .boolean), .boolean)
        let flags = graph.calculate(
            counted, projections: Array(columns.prefix(inner.count)) + [hasNull],
            names: inner.indices.map { "key\($0)" } + ["hasNull"])
        let flag = extend(&scope, with: flags, keys: ties, column: inner.count, at: range)
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
    func extend(
        _ scope: inout Scope, with node: Int, keys: [Tie], column: Int, at range: SourceRange
    ) -> PlanExpression {
        let conditions = keys.enumerated().map { position, tie in
            PlanExpression.call(
                tie.isNullSafe ? .isNotDistinctFrom : .equal,
                [tie.outer, .column(position, graph.fields[node][position].type)], .boolean)
        }
        return extend(&scope, with: node, conditions: conditions, column: column, at: range)
    }

    /// Joins a node that has at most one row for which the conditions, over outer columns and its own, hold.
    func extend(
        _ scope: inout Scope, with node: Int, conditions: [PlanExpression], column: Int, at range: SourceRange
    ) -> PlanExpression {
        let leftCount = scope.columns.count
        scope.noteReads(of: conditions)
        scope.node = joinBuilder.build(
            .left, scope.node, node, conditions.map { placed($0, leftCount) }, at: range)
        for field in graph.fields[node] {
            scope.hidden.insert(scope.columns.count)
            scope.columns.append(RelationColumn(name: "", type: field.type.nullable(true)))
        }
        return .column(leftCount + column, graph.fields[node][column].type.nullable(true))
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
        if dependents.contains(query) {
            return try dependent(query, outer: outer).map { rows(of: $0, query) }
        }
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
            return try groupedOrLimited(query, outer: outer, at: select.range)
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

    /// A correlated subquery with GROUP BY or LIMIT.
    private func groupedOrLimited(_ query: Query, outer: Scope, at range: SourceRange) throws(SQLError) -> Subquery? {
        guard let tied = try tied(query, outer: outer) else { return nil }
        guard tied.valuesOverNothing == nil else {
            throw SQLError(
                .unsupported,
                "an aggregate without GROUP BY in a subquery that reads columns from outside is not supported here yet",
                at: range, hint: "compare with the subquery as a value")
        }
        return rows(of: tied, query)
    }

    private func rows(of tied: TiedQuery, _ query: Query) -> Subquery {
        let fields = graph.fields[tied.node]
        return Subquery(
            relation: Relation(
                node: tied.node, columns: fields.map { RelationColumn(name: $0.name, type: $0.type) }),
            conditions: tied.conditions,
            outputs: tied.columns.indices.map { .column(tied.firstColumn + $0, tied.columns[$0].type) },
            ranges: tied.columns.map { _ in query.range })
    }

    /// The conditions of a subquery's WHERE: those over its own columns, and those that read columns from outside.
    func filters(
        of select: Select, _ inner: inout Scope, outer: Scope
    ) throws(SQLError) -> (local: [PlanExpression], conditions: [PlanExpression]) {
        guard let filter = select.filter else { return ([], []) }
        var bare = select
        bare.items = []
        bare.having = nil
        try joinSubqueries(of: bare, [], &inner)
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
    struct Tie {
        var outer: PlanExpression
        var inner: PlanExpression
        /// Whether NULL equals NULL.
        var isNullSafe: Bool
    }

    func equality(_ condition: PlanExpression, at range: SourceRange) throws(SQLError) -> Tie {
        if case .call(let function, let operands, _) = condition, operands.count == 2,
            function == .equal || function == .isNotDistinctFrom
        {
            let isNullSafe = function == .isNotDistinctFrom
            let isOuter = operands.map { operand in
                let columns = operand.columnSet
                return columns.isEmpty ? nil : columns.allSatisfy { $0 >= Scope.outerBase }
            }
            let isInner = operands.map { $0.columnSet.allSatisfy { $0 < Scope.outerBase } }
            // A constant stands outside too.
            if isOuter[0] != false, isInner[1], isOuter[1] != nil {
                return Tie(outer: operands[0], inner: operands[1], isNullSafe: isNullSafe)
            }
            if isOuter[1] != false, isInner[0], isOuter[0] != nil {
                return Tie(outer: operands[1], inner: operands[0], isNullSafe: isNullSafe)
            }
        }
        throw SQLError(
            .unsupported, "this subquery can be tied to the query around it by equalities only", at: range,
            hint: "EXISTS and IN that stand alone in WHERE take other conditions too")
    }

    // MARK: IN

    /// A value outside and the column it is looked up in.
    struct Comparison {
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
                // NULL, which is equal to nothing.
                let inner = source.outputs[index]
                let null = PlanExpression.literal(.null, inner.type.nullable(true))
                let never = PlanExpression.call(.equal, [null, inner], .boolean)
                result.append(Comparison(outer: null, inner: inner, equality: never))
                continue
            }
            result.append(Comparison(outer: operands[0], inner: operands[1], equality: equality))
        }
        return result
    }

    func isNeverNull(_ pair: Comparison, _ source: Subquery, _ scope: Scope) -> Bool {
        !pair.outer.type.isNullable && !pair.inner.type.isNullable
    }
}
