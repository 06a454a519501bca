/// What sinks can take.
enum SinkRules {
    /// Connectors that can only add rows.
    private static let appendOnly: Set<String> = ["filesystem", "kafka"]

    static func check(_ table: CatalogTable, _ changelog: ChangelogMode, at range: SourceRange) throws(SQLError) {
        guard let connector = table.connector, appendOnly.contains(connector), changelog != .append,
            table.changelog == .append
        else { return }
        throw SQLError(
            .semantics, "the table '\(table.name)' can only take new rows, and this query changes rows it gave before",
            at: range,
            hint:
                "the connector '\(connector)' is append-only; aggregate by window, or write to a table with a PRIMARY KEY"
        )
    }
}

/// Finds aggregates and rankings whose rows go to one upsert sink by the same key: the row before an update need not travel.
struct UpsertTargets {
    private(set) var nodes: Set<Int> = []

    init(_ plan: LogicalPlan) {
        let uses = plan.graph.uses(from: plan.roots.map(\.node))
        for root in plan.roots {
            guard case .table(let table) = root.target, !table.primaryKey.isEmpty else { continue }
            var keys = Set(table.primaryKey)
            var current = root.node
            while uses[current] == 1 {
                let node = plan.graph.nodes[current]
                if case .aggregate(let aggregate) = node.operation {
                    if keys == Set(0..<aggregate.groupColumns.count) { nodes.insert(current) }
                    break
                }
                if case .rank(let rank) = node.operation, rank.window == nil {
                    var own = Set(rank.partition)
                    if rank.from != rank.to { own.insert(plan.graph.fields[node.inputs[0]].count) }
                    if keys == own { nodes.insert(current) }
                    break
                }
                if case .deduplicate(let deduplicate) = node.operation {
                    if keys == Set(deduplicate.keys) { nodes.insert(current) }
                    break
                }
                guard case .calculate(nil, let projections) = node.operation else { break }
                var below: Set<Int> = []
                var isComputed = false
                for key in keys where key < projections.count {
                    switch projections[key] {
                    case .column(let position, _): below.insert(position)
                    // A constant tells no two rows apart.
                    case .literal: break
                    default: isComputed = true
                    }
                }
                guard !isComputed else { break }
                keys = below
                current = node.inputs[0]
            }
        }
    }
}
