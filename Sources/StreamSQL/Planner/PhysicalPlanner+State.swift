import Columnar

// What nodes say of their state, for queries that follow.
extension PhysicalPlanner {
    /// The fields of a logical node's first input.
    func fieldsBelow(_ id: Int) -> [Field] { graph.fields[graph.nodes[id].inputs.first ?? id] }

    /// Rows of the first input that a node holds.
    func heldRows(_ id: Int, areTakenBack: Bool = false) -> NodeState.Rows {
        rows(of: graph.nodes[id].inputs.first ?? id, areTakenBack: areTakenBack)
    }

    /// Rows that a node gave.
    func rows(of id: Int, areTakenBack: Bool) -> NodeState.Rows {
        NodeState.Rows(columns: signatures.pieces(id, graph.fields[id]), areTakenBack: areTakenBack)
    }

    func state(of aggregate: LogicalAggregate, _ id: Int) -> NodeState {
        let input = graph.nodes[id].inputs.first ?? id
        return NodeState(
            label: label("aggregation", aggregate.groupColumns, id),
            calls: signatures.pieces(aggregate.calls, over: input, graph.fields[input]))
    }

    /// Such as `aggregation by grp, day`; the columns are those of the first input.
    func label(_ what: String, _ columns: [Int], _ id: Int) -> String {
        let fields = fieldsBelow(id)
        let names = columns.compactMap { fields.indices.contains($0) ? fields[$0].name : nil }
        return names.isEmpty ? what : what + " by " + names.joined(separator: ", ")
    }

    /// A table's rows are kept while it is the same table; its other columns may come and go.
    func sinkState(_ root: LogicalPlan.Root, _ changelog: ChangelogMode) -> NodeState {
        guard case .table(let table) = root.target else { return NodeState(label: "result") }
        let key = table.primaryKey.map { "\(table.physicalFields[$0].name) \(table.physicalFields[$0].type.logical)" }
        let areTakenBack = table.primaryKey.isEmpty && changelog != .append
        let columns = table.physicalFields.map { field in
            NodeState.Piece(
                origin: StableHash.of("\(field.name) \(field.type.logical)"), label: field.name, kind: field.type.kind,
                beginning: areTakenBack ? .unknown : .null)
        }
        return NodeState(
            label: "table \(table.name)", condition: table.place + " by " + key.joined(separator: ", "),
            feeder: signatures.nodes[root.node], rows: [NodeState.Rows(columns: columns, areTakenBack: areTakenBack)])
    }
}

extension CatalogTable {
    /// What tells one place of rows from another, out of the options: positions in one mean nothing in another.
    var place: String {
        let names = [
            "path", "topic", "topics", "topic-pattern", "table-name", "url", "properties.bootstrap.servers", "hostname",
        ]
        let told = names.compactMap { name in options[name].map { "\(name)=\($0)" } }
        return ([connector ?? "result table"] + told).joined(separator: " ")
    }
}

extension AggregatePlan {
    /// What changes the form of a group's entry beside its calls.
    var stateLayout: String {
        (inputRetracts ? "retracts" : "") + (stateTimeToLiveMilliseconds == nil ? "" : " forgets")
    }
}
