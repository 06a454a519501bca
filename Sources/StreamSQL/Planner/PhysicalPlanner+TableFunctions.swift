import Columnar
import ConnectorContract

// Process table functions: rows dealt by key to where their state is.
extension PhysicalPlanner {
    mutating func process(
        _ plan: TableFunctionPlan, _ id: Int, _ inputs: [Int], _ root: LogicalPlan.Root
    ) throws(SQLError) -> Int {
        var dealt: [Int] = []
        for (table, input) in zip(plan.call.tables, inputs) {
            guard result.nodes[input].changelog == .append || plan.shape.takesChanges else {
                throw SQLError(
                    .unsupported, "\(plan.function.name) over changing rows is not supported", at: root.range,
                    hint: "its input must only add rows")
            }
            dealt.append(plan.isKeyed ? keyed(input, table.partition) : input)
        }
        // Several tables by rows run where each other's rows are.
        let isSharded = dealt.allSatisfy { result.nodes[$0].distribution == .sharded }
        if !isSharded { for index in dealt.indices { dealt[index] = single(dealt[index]) } }
        let layout = dealt.map { fieldLayout(result.nodes[$0].fields) }.joined(separator: "; ")
        let stateName = plan.uid.map { "process:\($0)" } ?? name("process", id, stateLayout: layout)
        return add(
            .process(plan), dealt, graph.fields[id], plan.shape.emitsChanges ? .retract : .append,
            isSharded ? .sharded : .single, name: stateName,
            // Under one `uid` another function, key or row would read bytes that are not its own.
            state: NodeState(
                label: plan.function.name,
                condition: "\(plan.function.name) \(plan.call.tables.map(\.partition)) over \(layout)"))
    }
}
