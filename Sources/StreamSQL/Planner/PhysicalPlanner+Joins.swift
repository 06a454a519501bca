import Columnar

// Joins that keep rows of both inputs.
extension PhysicalPlanner {
    /// Whether a bounded side can be read whole first and spread to all, so that the other passes by.
    func readsOneSideFirst(_ join: LogicalJoin, _ id: Int) -> Bool {
        let inputs = graph.nodes[id].inputs
        if !isBatchMode, times.timing(of: join, id) != .unbounded { return false }
        switch join.kind {
        case .inner: return isBounded[inputs[1]] || isBounded[inputs[0]]
        case .left: return isBounded[inputs[1]]
        case .right, .full, .semi, .anti: return false
        }
    }

    mutating func streamJoin(
        _ join: LogicalJoin, _ id: Int, _ isStatic: Bool, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        let inputs = graph.nodes[id].inputs
        var left = try node(inputs[0], isStatic: isStatic, root)
        var right = try node(inputs[1], isStatic: isStatic, root)
        if isBatchMode {
            left = settled(left)
            right = settled(right)
        }
        let retracts = [left, right].map { result.nodes[$0].changelog != .append }
        var timing = isBatchMode ? JoinTiming.unbounded : times.timing(of: join, id)
        if retracts.contains(true) { timing = .unbounded }
        let inputFields = result.nodes[left].fields.map(\.type) + result.nodes[right].fields.map(\.type)
        let layout = inputFields.map { "\($0.logical)" }.joined(separator: ", ")
            + (join.residual.map { " where \(ExpressionText.text($0) { String($0) })" } ?? "") + " \(timing)"
        left = dealt(left, join.leftKeys)
        right = dealt(right, join.rightKeys)
        let operation = StreamJoinPlan(
            kind: join.kind, leftKeys: join.leftKeys, rightKeys: join.rightKeys, nullSafe: join.nullSafe,
            residual: join.residual, timing: timing, leftRetracts: retracts[0], rightRetracts: retracts[1],
            leftTimeToLiveMilliseconds: isBatchMode ? nil : join.timesToLive.left,
            rightTimeToLiveMilliseconds: isBatchMode ? nil : join.timesToLive.right)
        let onlyAdds =
            !retracts.contains(true) && (timing != .unbounded || join.kind == .inner || join.kind == .semi)
        return add(
            .streamJoin(operation), [left, right], graph.fields[id], onlyAdds || isBatchMode ? .append : .retract,
            join.leftKeys.isEmpty ? .single : .sharded, name: name("stream-join", id, stateLayout: layout))
    }

    /// Both inputs come through an exchange, so that they are pipelines of their own.
    private mutating func dealt(_ input: Int, _ keys: [Int]) -> Int {
        keys.isEmpty ? exchange(input, .single, to: .single) : exchange(input, .hash(keys), to: .sharded)
    }
}
