import Columnar

// UNION, INTERSECT and EXCEPT.
extension QueryBinder {
    func bind(_ operation: SetOperation) throws(SQLError) -> Relation {
        let left = try bind(operation.left)
        let right = try bind(operation.right)
        let columns = try commonColumns(left, right, operation)
        guard let kind = Self.physicalKind(operation.kind) else { return union(left, right, columns, operation) }
        let inputs = [converted(left.node, to: columns), converted(right.node, to: columns)]
        let logical = LogicalSetOperation(
            kind: kind, isAll: operation.isAll, stateTimeToLiveMilliseconds: options.stateTimeToLiveMilliseconds)
        let node = graph.add(.setOperation(logical), inputs, names: columns.map(\.name))
        let fields = graph.fields[node]
        return Relation(
            node: node, columns: zip(columns, fields).map { RelationColumn(name: $0.name, type: $1.type) })
    }

    private static func physicalKind(_ kind: SetOperation.Kind) -> SetOperationPlan.Kind? {
        switch kind {
        case .union: nil
        case .intersect: .intersect
        case .except: .except
        }
    }

    /// The columns of the result: names of the left, types that hold both sides.
    private func commonColumns(
        _ left: Relation, _ right: Relation, _ operation: SetOperation
    ) throws(SQLError) -> [RelationColumn] {
        let name = operation.kind.rawValue
        guard left.columns.count == right.columns.count else {
            throw SQLError(
                .semantics, "\(name) joins queries of \(left.columns.count) and \(right.columns.count) columns",
                at: operation.right.range)
        }
        var columns: [RelationColumn] = []
        for (first, second) in zip(left.columns, right.columns) {
            guard let type = DataType.common(first.type, second.type) else {
                throw SQLError(
                    .type,
                    "the column '\(first.name)' of \(name) is \(first.type.logical) on the left and "
                        + "\(second.type.logical) on the right", at: operation.right.range, hint: "CAST one of them")
            }
            columns.append(
                RelationColumn(name: first.name, type: type, time: first.time == second.time ? first.time : .none))
        }
        return columns
    }

    private func union(
        _ left: Relation, _ right: Relation, _ columns: [RelationColumn], _ operation: SetOperation
    ) -> Relation {
        var inputs: [Int] = []
        for side in [left, right] {
            let node = converted(side.node, to: columns)
            if case .union = graph.nodes[node].operation, graph.nodes[node].inputs.count < Self.maximumFlatInputs {
                inputs += graph.nodes[node].inputs
            } else {
                inputs.append(node)
            }
        }
        let relation = Relation(
            node: graph.add(.union, inputs, names: columns.map(\.name)), columns: columns)
        return operation.isAll ? relation : distinct(relation)
    }

    /// The node with its columns brought to these types.
    private func converted(_ node: Int, to columns: [RelationColumn]) -> Int {
        let projections = zip(graph.columns(of: node), columns).map { column, wanted in
            column.type.logical == .null
                ? PlanExpression.literal(.null, wanted.type) : CastRules.coerce(column, to: wanted.type.logical)
        }
        return graph.calculate(node, projections: projections, names: columns.map(\.name))
    }
}
