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
            name: name("over", id, stateLayout: "\(order)" + rowLayout(graph.nodes[id].inputs[0])))
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
