import Columnar

// Aggregations over windows that were cut before.
extension PhysicalPlanner {
    /// An aggregation by the bounds of a window its rows come from: it gives final rows when the window ends, and keeps
    /// nothing of it then. Nil for every other aggregation.
    mutating func attachedAggregate(_ aggregate: LogicalAggregate, _ id: Int, _ input: Int) -> Int? {
        guard let below = graph.nodes[id].inputs.first,
            let (window, timeType) = WindowTrace.attached(graph, aggregate, input: below)
        else { return nil }
        let dealt = keyed(input, aggregate.groupColumns)
        let operation = WindowAggregatePlan(
            shape: .tumble(size: 1, offset: 0), timeColumn: window.endColumn, groupColumns: aggregate.groupColumns,
            calls: aggregate.calls, windowColumns: [], zone: windowZone(timeType), attached: window)
        return add(
            .windowAggregate(operation), [dealt], graph.fields[id], .append, result.nodes[dealt].distribution,
            name: name("window-aggregate", id, stateLayout: "attached"), state: state(of: aggregate, id))
    }
}
