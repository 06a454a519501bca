import Columnar

// FOR SYSTEM_TIME AS OF processing time: tables as they are when a row of the other side comes.
extension QueryBinder {
    /// Whether an expression is a column of processing time of the left side.
    func isProcessingTime(_ time: Expression, of left: Scope?) -> Bool {
        guard let left,
            case .column(let position, _)? = try? ExpressionBinder(scope: left, clause: "FOR SYSTEM_TIME").bind(time)
        else { return false }
        return left.columns[position].time == .processingTime
    }

    /// How rows are looked up in a table; nil where it is no table that ends by itself, which is joined as it comes.
    func lookup(in table: NamedTable, alias: TableAlias?) throws(SQLError) -> LookupSettings? {
        guard case .table(let definition)? = try catalog.find(table.name) else { return nil }
        let hinted = try applyHints(table.hints, to: definition).table
        guard hinted.connector == nil || hinted.isBounded, hinted.changelog == .append else { return nil }
        let settings = try LookupOptions(options: hinted.options, table: table.name.text, range: table.name.range)
            .settings()
        let name = alias?.name.text ?? table.name.last
        guard let hint = lookupHints[name] else { return settings }
        metLookupHints.insert(name)
        return try hint.applied(to: settings)
    }

    /// A hint that names no table that is looked up in would do nothing without a word.
    func checkLookupHints(_ select: Select) throws(SQLError) {
        for hint in lookupHints.values.sorted(by: { $0.table < $1.table }) where !metLookupHints.contains(hint.table) {
            throw SQLError(
                .name, "LOOKUP names '\(hint.table)', which this SELECT does not look rows up in", at: hint.range,
                hint: "name the alias of a table that is joined FOR SYSTEM_TIME AS OF processing time")
        }
    }

    /// A join with the right side as it was, or is.
    func joinAsOf(
        _ kind: Join.Kind, _ left: Scope, _ right: Scope, _ conditions: [PlanExpression], at range: SourceRange
    ) throws(SQLError) -> Int {
        if let version = right.version { return try versionJoin(kind, left, right, version, conditions, at: range) }
        guard kind == .inner || kind == .left else {
            throw SQLError(.semantics, "FOR SYSTEM_TIME AS OF takes an INNER or LEFT JOIN", at: range)
        }
        var builder = joinBuilder
        builder.lookup = right.lookup
        return builder.build(kind == .inner ? .inner : .left, left.node, right.node, conditions, at: range)
    }
}
