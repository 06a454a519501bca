import Columnar

// What nodes say of their state, for queries that follow.
extension PhysicalPlanner {
    /// The fields of a logical node's first input.
    func fieldsBelow(_ id: Int) -> [Field] { graph.fields[graph.nodes[id].inputs.first ?? id] }

    /// Rows of the first input that a node holds.
    func heldRows(_ id: Int, areTakenBack: Bool = false) -> NodeState.Rows {
        rows(of: graph.nodes[id].inputs.first ?? id, areTakenBack: areTakenBack)
    }

    /// Rows of the first input that are held with a number behind their columns.
    func heldRows(_ id: Int, areTakenBack: Bool = false, with number: String) -> NodeState.Rows {
        var rows = heldRows(id, areTakenBack: areTakenBack)
        rows.columns.append(
            NodeState.Piece(origin: StableHash.of(number), label: number, kind: .int64, beginning: .unknown))
        return rows
    }

    /// Rows that are held with what they do: 1, or -1 for those that take others back.
    func signedRows(_ id: Int) -> NodeState.Rows { heldRows(id, areTakenBack: true, with: "what a row does") }

    /// Rows that a node gave.
    func rows(of id: Int, areTakenBack: Bool) -> NodeState.Rows {
        NodeState.Rows(columns: signatures.pieces(id, graph.fields[id]), areTakenBack: areTakenBack)
    }

    mutating func addAggregate(
        _ operation: AggregatePlan, _ aggregate: LogicalAggregate, _ inputs: [Int], _ id: Int,
        _ changelog: ChangelogMode
    ) -> Int {
        let forgets = operation.stateTimeToLiveMilliseconds != nil
        let node = add(
            .aggregate(operation), inputs, graph.fields[id], changelog, result.nodes[inputs[0]].distribution,
            name: name("aggregate", id, stateLayout: operation.stateLayout(forgets: forgets)),
            state: state(of: aggregate, id))
        result.nodes[node].otherNames = [name("aggregate", id, stateLayout: operation.stateLayout(forgets: !forgets))]
        return node
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
    func stateLayout(forgets: Bool) -> String { (inputRetracts ? "retracts" : "") + (forgets ? " forgets" : "") }
}
