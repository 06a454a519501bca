// QUALIFY: a filter over what functions with OVER clauses give, as WHERE around a subquery would be.
extension QueryBinder {
    /// The condition of QUALIFY; nil where there is none. `outputs` are the bound items, whose names it may use.
    static func qualification(
        _ select: Select, _ items: [Item], _ outputs: [PlanExpression], _ binder: ExpressionBinder,
        _ overs: OverCollector
    ) throws(SQLError) -> PlanExpression? {
        guard let qualify = select.qualify else { return nil }
        var binder = binder
        for (item, output) in zip(items, outputs) where binder.aliases[item.name] == nil {
            binder.aliases[item.name] = output
        }
        let condition = try binder.boolean(qualify, "QUALIFY")
        var readsWindow = false
        condition.forEachColumn { if $0 >= OverCollector.base { readsWindow = true } }
        guard readsWindow else {
            throw SQLError(
                .semantics, "QUALIFY needs a function with an OVER clause", at: qualify.range,
                hint: "use WHERE, or HAVING for aggregates; for example "
                    + "QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY t DESC) = 1")
        }
        return condition
    }
}
