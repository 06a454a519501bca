import Columnar

// Joins that keep rows of both inputs.
extension PhysicalPlanner {
    /// Whether a bounded side can be read whole first and spread to all, so that the other passes by.
    ///
    /// Not when both come from one scan, which would be read twice, and inside of what is read first would wait for
    /// itself.
    func readsOneSideFirst(_ join: LogicalJoin, _ id: Int, isStatic: Bool) -> Bool {
        let inputs = graph.nodes[id].inputs
        if join.asOf != nil || isStatic { return false }
        if !isBatchMode, times.timing(of: join, id) != .unbounded { return false }
        switch join.kind {
        case .inner:
            guard isBounded[inputs[1]] || isBounded[inputs[0]] else { return false }
            return isBatchMode || scans(below: inputs[0]).isDisjoint(with: scans(below: inputs[1]))
        case .left: return isBounded[inputs[1]]
        case .right, .full, .semi, .anti: return false
        }
    }

    /// The scans that a node passes rows on from; none where rows change on the way.
    private func scans(below id: Int) -> Set<Int> {
        var found: Set<Int> = []
        var seen: Set<Int> = []
        var open = [id]
        while let next = open.popLast() {
            guard seen.insert(next).inserted else { continue }
            switch graph.nodes[next].operation {
            case .scan: found.insert(next)
            case .calculate, .watermark, .window, .union: open += graph.nodes[next].inputs
            default: return []
            }
        }
        return found
    }

    mutating func streamJoin(
        _ join: LogicalJoin, _ id: Int, _ isStatic: Bool, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        if let asOf = join.asOf { return try versionJoin(join, asOf, id, isStatic, root) }
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
        let layout = joinLayout(join, timing, retracts, inputs)
        // Only where the greatest value of a group is told once, when all of its rows are there.
        if !retracts.contains(true), isBatchMode || timing != .unbounded { left = leadingRows(left, of: join, id) }
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
            join.leftKeys.isEmpty ? .single : .sharded, name: name("stream-join", id, stateLayout: layout),
            state: NodeState(
                label: label("join", join.leftKeys, id),
                rows: zip(inputs, retracts).map { rows(of: $0, areTakenBack: $1) }))
    }

    /// What rows that are kept must have in common beside the keys and the kind.
    private func joinLayout(_ join: LogicalJoin, _ timing: JoinTiming, _ retracts: [Bool], _ inputs: [Int]) -> String {
        let forgets = [join.timesToLive.left, join.timesToLive.right].map { $0 != nil && !isBatchMode }
        var parts = ["\(join.nullSafe) \(retracts) \(forgets)"]
        if let residual = join.residual { parts.append(signatures.text(residual, ofJoined: inputs[0], inputs[1])) }
        switch timing {
        case .unbounded: break
        case .interval(let bounds):
            let columns =
                signatures.joined([bounds.leftTime], inputs[0]) + signatures.joined([bounds.rightTime], inputs[1])
            parts.append("within \(columns) \(bounds.lower) \(bounds.upper) \(bounds.isProcessingTime)")
        case .window(let ends):
            let columns = signatures.joined([ends.left], inputs[0]) + signatures.joined([ends.right], inputs[1])
            parts.append("until \(columns) \(ends.isZoned)")
        }
        return parts.joined(separator: " and ")
    }

    private mutating func versionJoin(
        _ join: LogicalJoin, _ asOf: VersionTimes, _ id: Int, _ isStatic: Bool, _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        let inputs = graph.nodes[id].inputs
        var left = try node(inputs[0], isStatic: isStatic, root)
        var right = try node(inputs[1], isStatic: isStatic, root)
        let changelog = result.nodes[left].changelog
        guard !asOf.isOfRows || result.nodes[right].changelog == .append else {
            throw SQLError(
                .unsupported, "the right side of an ASOF JOIN must only add rows", at: join.range,
                hint: "FOR SYSTEM_TIME AS OF joins with a table whose rows change")
        }
        let layout = versionLayout(join, asOf, inputs)
        left = dealt(left, join.leftKeys)
        right = dealt(right, join.rightKeys)
        let operation = VersionJoinPlan(
            isLeft: join.kind == .left, leftKeys: join.leftKeys, rightKeys: join.rightKeys, nullSafe: join.nullSafe,
            residual: join.residual, leftTime: asOf.left, rightTime: asOf.right,
            isStrict: asOf.isStrict)
        return add(
            .versionJoin(operation), [left, right], graph.fields[id], changelog, .sharded,
            name: name("version-join", id, stateLayout: layout),
            state: NodeState(
                label: label("temporal join", join.leftKeys, id), rows: inputs.map { rows(of: $0, areTakenBack: false) }
            ))
    }

    /// What rows that wait and versions must have in common beside the keys and the kind.
    private func versionLayout(_ join: LogicalJoin, _ asOf: VersionTimes, _ inputs: [Int]) -> String {
        var parts = [
            "\(join.nullSafe) at \(signatures.joined([asOf.left], inputs[0])) of \(signatures.joined([asOf.right], inputs[1]))"
        ]
        if asOf.isOfRows { parts.append("as of \(asOf.isStrict)") }
        if let residual = join.residual { parts.append(signatures.text(residual, ofJoined: inputs[0], inputs[1])) }
        return parts.joined(separator: " and ")
    }

    /// Both inputs come through an exchange, so that they are pipelines of their own.
    private mutating func dealt(_ input: Int, _ keys: [Int]) -> Int {
        keys.isEmpty ? exchange(input, .single, to: .single) : exchange(input, .hash(keys), to: .sharded)
    }
}
