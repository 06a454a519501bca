import Columnar

/// Builds joins out of conditions: equalities become keys, conditions on one side go below the join.
struct JoinBuilder {
    let graph: LogicalGraph
    var timesToLive = StateTimesToLive()
    /// The right side has versions, of which those that held at a time of the left are joined.
    var asOf: VersionTimes?
    /// The right side is looked at as it is when a row of the left comes.
    var lookup: LookupSettings?
    /// What the versions are of: other equalities only test the version that was found.
    var versionKeys: [Int] = []

    /// A node with the columns of `left`, then those of `right`, joined where all the conditions hold; those of `left`
    /// only for semi and anti joins. The conditions are over the columns of both.
    func build(
        _ kind: JoinPlan.Kind, _ left: Int, _ right: Int, _ conditions: [PlanExpression], at range: SourceRange
    ) -> Int {
        let leftCount = graph.fields[left].count
        var leftFilters: [PlanExpression] = []
        var rightFilters: [PlanExpression] = []
        var residual: [PlanExpression] = []
        var nullSafe: [Bool] = []
        var leftSide = Side(count: leftCount)
        var rightSide = Side(count: graph.fields[right].count)
        for condition in conditions {
            let columns = condition.columnSet
            let readsLeft = columns.contains { $0 < leftCount }
            let readsRight = columns.contains { $0 >= leftCount }
            if readsRight, !readsLeft, !kind.keepsUnmatched(1), asOf == nil, condition.isDeterministic {
                rightFilters.append(condition.shifted { $0 - leftCount })
            } else if !readsRight, !kind.keepsUnmatched(0), condition.isDeterministic {
                leftFilters.append(condition)
            } else if let (first, second, isNullSafe) = Self.equality(condition, leftCount),
                isKey(second, leftCount)
            {
                leftSide.addKey(first)
                rightSide.addKey(second.shifted { $0 - leftCount })
                nullSafe.append(isNullSafe)
            } else {
                residual.append(condition)
            }
        }
        let leftNode = prepared(graph.filter(left, .conjunction(leftFilters)), leftSide)
        let rightNode = prepared(graph.filter(right, .conjunction(rightFilters)), rightSide)
        let leftWidth = leftCount + leftSide.extra.count
        let join = LogicalJoin(
            kind: kind, leftKeys: leftSide.keys, rightKeys: rightSide.keys,
            nullSafe: nullSafe, timesToLive: timesToLive, asOf: asOf, lookup: lookup,
            residual: PlanExpression.conjunction(residual)?.shifted {
                $0 < leftCount ? $0 : $0 - leftCount + leftWidth
            }, range: range)
        let node = graph.add(.join(join), [leftNode, rightNode])
        let columns = graph.columns(of: node)
        var kept = Array(columns[..<leftCount])
        if kind.emitsPairs { kept += columns[leftWidth..<(leftWidth + rightSide.count)] }
        return graph.calculate(node, projections: kept, names: kept.map(name(of: node)))
    }

    private func isKey(_ right: PlanExpression, _ leftCount: Int) -> Bool {
        guard asOf != nil else { return true }
        guard case .column(let position, _) = right else { return false }
        return versionKeys.contains(position - leftCount)
    }

    /// Whether the conditions say of which key a version is looked for.
    func coversVersionKeys(_ conditions: [PlanExpression], leftCount: Int) -> Bool {
        let found = conditions.compactMap { condition -> Int? in
            guard let (_, second, _) = Self.equality(condition, leftCount), isKey(second, leftCount),
                case .column(let position, _) = second
            else { return nil }
            return position - leftCount
        }
        return Set(found) == Set(versionKeys)
    }

    private func name(of node: Int) -> (PlanExpression) -> String {
        { expression in
            guard case .column(let position, _) = expression else { return "" }
            return graph.fields[node][position].name
        }
    }

    /// One side of a join: its columns, then the keys that had to be computed.
    private struct Side {
        var count: Int
        var extra: [PlanExpression] = []
        var keys: [Int] = []

        init(count: Int) { self.count = count }

        mutating func addKey(_ expression: PlanExpression) {
            if case .column(let position, _) = expression {
                keys.append(position)
                return
            }
            if let known = extra.firstIndex(of: expression) {
                keys.append(count + known)
                return
            }
            keys.append(count + extra.count)
            extra.append(expression)
        }
    }

    private func prepared(_ node: Int, _ side: Side) -> Int {
        guard !side.extra.isEmpty else { return node }
        let names = graph.fields[node].map(\.name) + side.extra.indices.map { "key\($0)" }
        return graph.calculate(node, projections: graph.columns(of: node) + side.extra, names: names)
    }

    /// The two sides of an equality between the left and the right, left first, and whether NULL equals NULL in it.
    private static func equality(
        _ condition: PlanExpression, _ leftCount: Int
    ) -> (PlanExpression, PlanExpression, Bool)? {
        guard case .call(let function, let operands, _) = condition, operands.count == 2, condition.isDeterministic,
            function == .equal || function == .isNotDistinctFrom
        else { return nil }
        let first = operands[0].columnSet
        let second = operands[1].columnSet
        guard !first.isEmpty, !second.isEmpty else { return nil }
        let isNullSafe = function == .isNotDistinctFrom
        if first.allSatisfy({ $0 < leftCount }), second.allSatisfy({ $0 >= leftCount }) {
            return (operands[0], operands[1], isNullSafe)
        }
        if first.allSatisfy({ $0 >= leftCount }), second.allSatisfy({ $0 < leftCount }) {
            return (operands[1], operands[0], isNullSafe)
        }
        return nil
    }
}
