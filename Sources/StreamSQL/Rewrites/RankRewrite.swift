import Columnar

/// Turns ROW_NUMBER() whose number is bounded by a condition above into deduplication or ranking.
struct RankRewrite {
    let graph: LogicalGraph

    /// The filter and projection above the row number `id` in a form that runs; nil when nothing bounds the number.
    func rewrite(
        _ id: Int, _ numbered: LogicalRowNumber, _ conjuncts: [PlanExpression], _ projections: [PlanExpression],
        _ names: [String]
    ) -> Int? {
        let input = graph.nodes[id].inputs[0]
        let number = graph.fields[input].count
        let filter = NumberFilter(conjuncts, number: number)
        guard let last = filter.to else { return nil }
        let (from, to) = (Int(clamping: filter.from), Int(clamping: last))
        let node: Int
        if let operation = deduplication(numbered, from, to, over: input) {
            node = graph.add(.deduplicate(operation), [input])
        } else {
            node = graph.add(.rank(rank(numbered, from, to, over: input)), [input])
        }
        guard from == to else {
            return graph.calculate(
                node, condition: .conjunction(filter.rest), projections: projections, names: names)
        }
        let constant = PlanExpression.literal(.int64(filter.from), LogicalGraph.numberField.type)
        let replaced = { (expression: PlanExpression) in
            expression.replacingColumns { $0 == number ? constant : .column($0, $1) }
        }
        return graph.calculate(
            node, condition: PlanExpression.conjunction(filter.rest).map(replaced),
            projections: projections.map(replaced), names: names)
    }

    /// Number 1 in ascending order of an attribute of time is the first row of a key.
    private func deduplication(
        _ numbered: LogicalRowNumber, _ from: Int, _ to: Int, over input: Int
    ) -> LogicalDeduplicate? {
        guard from == 1, to == 1, numbered.time != .none, !numbered.partition.isEmpty, let key = numbered.order.first,
            !key.isDescending, window(numbered.partition, over: input) == nil
        else { return nil }
        return LogicalDeduplicate(
            keys: numbered.partition, order: numbered.time == .rowTime ? .rowTime(key.column) : .processingTime,
            stateTimeToLiveMilliseconds: numbered.stateTimeToLiveMilliseconds, range: numbered.range)
    }

    private func rank(_ numbered: LogicalRowNumber, _ from: Int, _ to: Int, over input: Int) -> LogicalRank {
        let window = window(numbered.partition, over: input)
        let isDescending = numbered.order.first?.isDescending ?? false
        // Rows arrive in the order of processing time.
        let order = numbered.time == .processingTime ? [] : numbered.order
        var isOrderedByTime = numbered.time == .rowTime
        if window != nil, numbered.order.count == 1, let key = numbered.order.first {
            let role = WindowTrace(graph, node: input, column: key.column)?.role
            isOrderedByTime = isOrderedByTime || role == .cut
        }
        let keepsOne = from == 1 && to == 1
        return LogicalRank(
            partition: numbered.partition, order: order, from: from, to: to,
            prefersLatest: isDescending && (order.isEmpty || (isOrderedByTime && keepsOne)),
            isOrderedByTime: isOrderedByTime && keepsOne, emitsNumber: true, window: window,
            stateTimeToLiveMilliseconds: numbered.stateTimeToLiveMilliseconds, range: numbered.range)
    }

    /// Start and end of one window are both part of the partition: rows are complete when the window ends.
    private func window(_ partition: [Int], over input: Int) -> LogicalRank.Window? {
        let traces = partition.map { WindowTrace(graph, node: input, column: $0) }
        for (column, trace) in zip(partition, traces) {
            guard let trace, trace.role == .end,
                traces.contains(where: { $0?.role == .start && $0?.source == trace.source })
            else { continue }
            return LogicalRank.Window(endColumn: column, timeType: trace.timeType)
        }
        return nil
    }
}
