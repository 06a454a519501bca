import Columnar

// NOT IN, and IN as a value, of several values at once, of which some may be NULL.
extension QueryBinder {
    /// A condition that holds where a value is equal, or might be: one of the two is NULL.
    ///
    /// A row of values is in a subquery for certain, or may be, as long as no part of it certainly differs. Parts that are
    /// never NULL stay equalities, by which rows are found without looking at all of them.
    func possible(_ pair: Comparison, _ source: Subquery, _ scope: Scope) -> PlanExpression {
        guard !isNeverNull(pair, source, scope) else { return pair.equality }
        return .call(.isNotFalse, [pair.equality], DataType(.boolean, isNullable: false))
    }

    /// Whether a row of the subquery is equal or might be, as a column of `scope`.
    ///
    /// The join that finds out takes conditions that are no equalities and so can't give one row for each: it is made for
    /// the different values in `outside`, the scope without what was joined since, and joined to the rows by these.
    func doubt(
        _ source: Subquery, _ pairs: [Comparison], _ outside: Scope, _ scope: inout Scope, at range: SourceRange
    ) -> PlanExpression {
        let truth = DataType(.boolean, isNullable: false)
        let conditions = source.conditions + pairs.map { possible($0, source, outside) }
        let read = conditions.reduce(into: Set<Int>()) { read, condition in
            read.formUnion(condition.columnSet.filter { $0 >= Scope.outerBase }.map { $0 - Scope.outerBase })
        }.sorted()
        let columns = graph.columns(of: outside.node)
        let values = graph.calculate(
            outside.node, projections: read.map { columns[$0] } + [.literal(.boolean(true), truth)],
            names: read.map { graph.fields[outside.node][$0].name } + ["possible"])
        let aggregate = LogicalAggregate(
            groupColumns: Array(0...read.count), calls: [],
            stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds)
        let distinct = graph.add(.aggregate(aggregate), [values])
        let width = read.count + 1
        let found = joinBuilder.build(
            .semi, distinct, source.relation.node,
            conditions.map { condition in
                condition.shifted { column in
                    guard column >= Scope.outerBase else { return column + width }
                    return read.firstIndex(of: column - Scope.outerBase) ?? 0
                }
            }, at: range)
        let ties = read.enumerated().map { place, column in
            Tie(
                outer: .column(Scope.outerBase + column, columns[column].type),
                inner: .column(place, columns[column].type), isNullSafe: true)
        }
        let column = extend(&scope, with: found, keys: ties, column: read.count, at: range)
        return .call(.isNotNull, [column], truth)
    }

    /// TRUE where a row was found, UNKNOWN where one might be, else FALSE.
    static func truth(_ found: PlanExpression, or possible: PlanExpression) -> PlanExpression {
        let truth = DataType(.boolean, isNullable: false)
        return .conditional(
            [
                ConditionalBranch(condition: found, value: .literal(.boolean(true), truth)),
                ConditionalBranch(condition: possible, value: .literal(.null, .boolean)),
            ], otherwise: .literal(.boolean(false), truth), .boolean)
    }
}
