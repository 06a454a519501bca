import Columnar

// Joins with tables as they are when a row comes.
extension PhysicalPlanner {
    /// A lookup join; nil where the table can only be read whole beside the other side.
    mutating func lookupJoin(
        _ join: LogicalJoin, _ settings: LookupSettings, _ id: Int, _ isStatic: Bool, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int? {
        let inputs = graph.nodes[id].inputs
        guard let read = tableRead(inputs[1]) else { return nil }
        guard !join.leftKeys.isEmpty else {
            guard read.scan.table.connector == nil else { return nil }
            throw SQLError(
                .semantics, "a row is looked up in '\(read.scan.table.name)' by an equality with one of its columns",
                at: join.range, hint: "ON o.k = t.k")
        }
        var left = try node(inputs[0], isStatic: isStatic, root)
        if isBatchMode { left = settled(left) }
        let below = result.nodes[left]
        let operation = LookupJoinPlan(
            isLeft: join.kind == .left, leftKeys: join.leftKeys, rightKeys: join.rightKeys, nullSafe: join.nullSafe,
            residual: join.residual, scan: read.scan, shape: read.shape, rightFields: graph.fields[inputs[1]],
            settings: settings)
        return add(
            .lookupJoin(operation), [left], graph.fields[id], below.changelog, below.distribution,
            name: name("lookup-join", id, stateLayout: settings.retry == nil ? "" : "waiting"),
            state: NodeState(
                label: label("lookup join", join.leftKeys, id),
                rows: settings.retry == nil ? [] : [rows(of: inputs[0], areTakenBack: false)]))
    }

    /// A table with what is computed of its rows one by one; nil where there is more than that.
    private func tableRead(_ id: Int) -> (scan: ScanPlan, shape: CalculatePlan)? {
        var condition: PlanExpression?
        var projections = graph.columns(of: id)
        var place = id
        while true {
            switch graph.nodes[place].operation {
            case .calculate(let test, let columns):
                let outer = condition?.inlined(columns)
                condition = .conjunction(test, outer)
                projections = projections.map { $0.inlined(columns) }
                place = graph.nodes[place].inputs[0]
            case .watermark: place = graph.nodes[place].inputs[0]
            case .scan(let scan):
                let plan = ScanPlan(table: scan.table, columns: scan.columns, isStatic: true)
                return (plan, CalculatePlan(condition: condition, projections: projections))
            default: return nil
            }
        }
    }
}
