/// What sinks can take.
enum SinkRules {
    /// Connectors that can only add rows.
    private static let appendOnly: Set<String> = ["filesystem", "kafka"]

    static func check(_ table: CatalogTable, _ changelog: ChangelogMode, at range: SourceRange) throws(SQLError) {
        guard let connector = table.connector, appendOnly.contains(connector), changelog != .append else { return }
        throw SQLError(
            .semantics, "the table '\(table.name)' can only take new rows, and this query changes rows it gave before",
            at: range,
            hint:
                "the connector '\(connector)' is append-only; aggregate by window, or write to a table with a PRIMARY KEY"
        )
    }
}

/// Finds aggregates whose rows go to one upsert sink by the same key: the row before an update need not travel.
struct UpsertTargets {
    private(set) var aggregates: Set<Int> = []

    init(_ plan: LogicalPlan) {
        let uses = plan.graph.uses(from: plan.roots.map(\.node))
        for root in plan.roots {
            guard case .table(let table) = root.target, !table.primaryKey.isEmpty else { continue }
            var keys = Set(table.primaryKey)
            var current = root.node
            while uses[current] == 1 {
                let node = plan.graph.nodes[current]
                if case .aggregate(let aggregate) = node.operation {
                    if keys == Set(0..<aggregate.groupColumns.count) { aggregates.insert(current) }
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
