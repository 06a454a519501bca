import Columnar

// OVER: rows that pass with time, or partitions that are kept sorted and change.
extension PhysicalPlanner {
    mutating func over(_ over: LogicalOver, _ id: Int, _ input: Int) throws(SQLError) -> Int {
        let isAppend = result.nodes[input].changelog == .append
        var order = OverPlan.Order.sorted(over.time == .processingTime ? [] : over.order)
        var changelog: ChangelogMode = isBatchMode ? .append : .retract
        if !isBatchMode, isAppend, over.followsTime, let key = over.order.first {
            order = over.time == .rowTime ? .rowTime(key.column) : .arrival
            changelog = .append
        } else if !isBatchMode {
            try check(over, isAppend: isAppend)
        }
        let dealt = keyed(input, over.partition)
        let operation = OverPlan(
            partition: over.partition, order: order, frame: over.frame, calls: over.calls,
            stateTimeToLiveMilliseconds: isBatchMode ? nil : over.stateTimeToLiveMilliseconds)
        return add(
            .over(operation), [dealt], graph.fields[id], changelog, result.nodes[dealt].distribution,
            name: name("over", id, stateLayout: stateLayout(order)), state: state(operation, id, isAppend: isAppend))
    }

    /// By what rows are held; the columns are in the signature.
    private func stateLayout(_ order: OverPlan.Order) -> String {
        switch order {
        case .rowTime: "time"
        case .arrival: "arrival"
        case .sorted: "sorted"
        }
    }

    /// Functions over moving frames follow from the rows that are held, others have a state of their own. Where rows come
    /// in between, results that were given are taken back: those must be of the same functions.
    private func state(_ over: OverPlan, _ id: Int, isAppend: Bool) -> NodeState {
        let input = graph.nodes[id].inputs[0]
        var state = NodeState(
            label: label("OVER", over.partition, id), rows: [heldRows(id, areTakenBack: !isAppend)])
        if case .sorted = over.order {
            state.condition = signatures.labels(over.calls, over: input, fieldsBelow(id))
        } else if !over.frame.isBounded {
            state.calls = signatures.pieces(over.aggregates, over: input, fieldsBelow(id))
        }
        return state
    }

    /// What has no meaning while rows keep coming.
    private func check(_ over: LogicalOver, isAppend: Bool) throws(SQLError) {
        let hint = "SET 'execution.runtime-mode' = 'batch' computes it over bounded input"
        guard over.calls.allSatisfy(\.looksBackOnly) else {
            throw SQLError(
                .unsupported,
                "LEAD, NTILE, PERCENT_RANK and CUME_DIST look at rows still to come: they are not supported "
                    + "in streaming mode", at: over.range, hint: hint)
        }
        guard over.frame.end == .offset(0) || over.order.isEmpty else {
            throw SQLError(
                .unsupported, "OVER frames that reach to FOLLOWING rows are not supported in streaming mode",
                at: over.range, hint: hint)
        }
        guard over.time != .none || !over.calls.contains(where: { $0 == .rank || $0 == .denseRank }) else {
            throw SQLError(
                .unsupported, "RANK and DENSE_RANK over a stream must be ordered by a time attribute", at: over.range,
                hint: "ROW_NUMBER with a condition such as rn <= 10 is a Top-N")
        }
        guard over.time == .none || over.order.first?.isDescending == false else {
            throw SQLError(
                .unsupported, "OVER must be ordered by time in ascending order in streaming mode", at: over.range)
        }
        // Over changing rows every row may change anyway.
        guard !over.frame.isBounded || over.time != .none || !isAppend else {
            throw SQLError(
                .unsupported, "a bounded OVER frame must be ordered by a time attribute in streaming mode",
                at: over.range, hint: hint)
        }
    }

    /// Numbers that nothing filters by.
    mutating func numbered(_ numbered: LogicalRowNumber, _ id: Int, _ input: Int) throws(SQLError) -> Int {
        try over(
            LogicalOver(
                partition: numbered.partition, order: numbered.order, time: numbered.time, frame: .upToRow,
                calls: [.rowNumber], stateTimeToLiveMilliseconds: numbered.stateTimeToLiveMilliseconds,
                range: numbered.range), id, input)
    }
}
