import Columnar

// Result tables that the job itself writes: who reads them reads what goes into them.
extension QueryBinder {
    /// The rows that INSERTs before in the job write into a result table, as the table holds them; nil where none does.
    func written(_ definition: TableDefinition, at range: SourceRange) throws(SQLError) -> Relation? {
        let nodes = jobRoots.compactMap { root -> Int? in
            guard case .table(let table) = root.target, table.name == definition.table.name else { return nil }
            return root.node
        }
        guard let first = nodes.first else { return nil }
        guard definition.watermark == nil else {
            throw SQLError(
                .unsupported,
                "reading the result table '\(definition.table.name)', which has a watermark, is not supported",
                at: range, hint: "read the query that fills it, from a view")
        }
        let fields = definition.table.physicalFields
        var node = nodes.count == 1 ? first : graph.add(.union, nodes, names: fields.map(\.name))
        if !definition.table.primaryKey.isEmpty {
            // Of rows with one key the newest is in the table.
            var rank = LogicalRank(
                partition: definition.table.primaryKey, order: [], from: 1, to: 1, prefersLatest: true,
                isOrderedByTime: false, emitsNumber: false, window: nil, stateTimeToLiveMilliseconds: nil, range: range)
            rank.keepsTable = true
            node = graph.add(.rank(rank), [node])
        }
        let base = graph.columns(of: node)
        var projections: [PlanExpression] = []
        for column in definition.columns {
            switch column.kind {
            case .physical(let position): projections.append(base[position])
            case .computed(let expression): projections.append(expression.inlined(base))
            case .metadata:
                throw SQLError(
                    .semantics, "the result table '\(definition.table.name)' has no metadata columns", at: range)
            }
        }
        let columns = definition.columns.map { column in
            RelationColumn(
                name: column.name, type: column.type, time: column.isProcessingTime ? .processingTime : .none)
        }
        let names = columns.map(\.name)
        return Relation(node: graph.calculate(node, projections: projections, names: names), columns: columns)
    }
}
