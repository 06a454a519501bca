// What a STATE_TTL hint can't do for a join.
extension QueryBinder {
    /// Set where a hint names a side of a join of two bounded tables: one of them is read whole and kept while the other
    /// passes by, and nothing is ever idle.
    func warning(of kind: Join.Kind, _ left: Scope, _ right: Scope, at range: SourceRange) -> SQLError? {
        guard [.inner, .cross, .left, .right].contains(kind), hinted(left) != nil || hinted(right) != nil,
            let leftTables = boundedTables(below: left.node), let rightTables = boundedTables(below: right.node),
            leftTables.isDisjoint(with: rightTables)
        else { return nil }
        return SQLError(
            .option, "STATE_TTL has no effect on a join of bounded tables", at: range,
            hint: "one of them is kept as a whole until the other has been read")
    }

    /// The tables that a node reads; nil when one of them never ends.
    private func boundedTables(below node: Int) -> Set<String>? {
        var tables: Set<String> = []
        var seen: Set<Int> = []
        var open = [node]
        while let next = open.popLast() {
            guard seen.insert(next).inserted else { continue }
            if case .scan(let scan) = graph.nodes[next].operation {
                guard scan.table.isBounded else { return nil }
                tables.insert(scan.table.name)
            }
            open += graph.nodes[next].inputs
        }
        return tables
    }
}
