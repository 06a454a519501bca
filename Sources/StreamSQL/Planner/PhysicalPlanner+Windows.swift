import Columnar

// Aggregations over windows that were cut before.
extension PhysicalPlanner {
    /// An aggregation by the bounds of a window its rows come from: it gives final rows when the window ends, and keeps
    /// nothing of it then. Nil for every other aggregation.
    mutating func attachedAggregate(_ aggregate: LogicalAggregate, _ id: Int, _ input: Int) -> Int? {
        guard let below = graph.nodes[id].inputs.first,
            let (window, timeType) = WindowTrace.attached(graph, aggregate, input: below)
        else { return nil }
        let operation = WindowAggregatePlan(
            shape: .tumble(size: 1, offset: 0), timeColumn: window.endColumn, groupColumns: aggregate.groupColumns,
            calls: aggregate.calls, windowColumns: [], zone: windowZone(timeType), attached: window)
        let (dealt, last) = twoPhases(operation, id, input) ?? (keyed(input, aggregate.groupColumns), operation)
        return add(
            .windowAggregate(last), [dealt], graph.fields[id], .append, result.nodes[dealt].distribution,
            name: name("window-aggregate", id, stateLayout: "attached"), state: state(of: aggregate, id))
    }

    /// An aggregation over windows in two phases: what deals the partial results of the first, and the second. Nil where
    /// one phase does it all.
    ///
    /// Not for rows that are taken back, nor where the order in which values come tells: sums of floats end in other
    /// digits in another order.
    mutating func twoPhases(
        _ plan: WindowAggregatePlan, _ id: Int, _ input: Int
    ) -> (dealt: Int, last: WindowAggregatePlan)? {
        let below = result.nodes[input]
        if case .session = plan.shape { return nil }
        guard below.distribution == .sharded, !plan.inputRetracts, plan.emission == nil, plan.rowFilter == nil else {
            return nil
        }
        let partials = plan.calls.compactMap { call in
            call.isOrdered ? nil : call.partialFields(inputRetracts: false)
        }
        guard partials.count == plan.calls.count else { return nil }
        var first = plan
        first.phase = .local
        first.windowColumns = []
        var last = plan
        last.phase = .global
        last.groupColumns = Array(plan.groupColumns.indices)
        var fields = plan.groupColumns.map { below.fields[$0] }
        if let attached = plan.attached {
            guard let start = plan.groupColumns.firstIndex(of: attached.startColumn),
                let end = plan.groupColumns.firstIndex(of: attached.endColumn)
            else { return nil }
            last.attached = AttachedWindow(startColumn: start, endColumn: end)
            last.timeColumn = end
        } else {
            last.timeColumn = fields.count
            fields.append(below.fields[plan.timeColumn])
        }
        var position = fields.count
        for call in last.calls.indices {
            if last.calls[call].argument != nil { last.calls[call].argument = position }
            last.calls[call].filter = nil
            position += partials[call].count
        }
        fields += partials.flatMap { $0 }
        fields.append(Field("rows", DataType(.bigint, isNullable: false)))
        let local = add(
            .windowAggregate(first), [input], fields, .append, .sharded, name: name("local-window-aggregate", id))
        return (keyed(local, last.groupColumns), last)
    }
}

extension AggregateCall {
    /// Whether the order in which rows come can show in the result.
    fileprivate var isOrdered: Bool {
        guard function == .sum || function == .sumOrZero || function == .average else { return false }
        return partialSumType.kind == .float64
    }
}
