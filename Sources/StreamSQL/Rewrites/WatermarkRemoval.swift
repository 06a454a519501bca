import Columnar

/// Leaves out watermarks of bounded sources that nothing above waits for.
///
/// Those of endless sources stay: how far event time has come is what pages show as "data as of".
struct WatermarkRemoval {
    private let plan: LogicalPlan
    private let old: LogicalGraph

    init(_ plan: LogicalPlan) {
        self.plan = plan
        old = plan.graph
    }

    func run() -> LogicalPlan {
        let uses = old.uses(from: plan.roots.map(\.node))
        let times = TimeTrace(old)
        var isWaitedFor = [Bool](repeating: false, count: old.nodes.count)
        for id in old.nodes.indices.reversed() where uses[id] > 0 {
            let node = old.nodes[id]
            let waits = isWaitedFor[id] || Self.waits(node.operation) || isTimed(id, node, times)
            for input in node.inputs where waits { isWaitedFor[input] = true }
        }
        var isBounded: [Bool] = []
        for node in old.nodes {
            if case .scan(let scan) = node.operation {
                isBounded.append(scan.table.isBounded)
            } else {
                isBounded.append(node.inputs.allSatisfy { isBounded[$0] })
            }
        }
        let graph = LogicalGraph()
        var mapped = [Int](repeating: -1, count: old.nodes.count)
        for id in old.nodes.indices where uses[id] > 0 {
            let node = old.nodes[id]
            let inputs = node.inputs.map { mapped[$0] }
            if case .watermark = node.operation, !isWaitedFor[id], isBounded[id] {
                mapped[id] = inputs[0]
            } else {
                mapped[id] = graph.add(node.operation, inputs, names: old.fields[id].map(\.name))
            }
        }
        var roots = plan.roots
        for index in roots.indices { roots[index].node = mapped[roots[index].node] }
        return LogicalPlan(graph: graph, roots: roots)
    }

    /// Whether a node is a join whose rows go when their time is over.
    private func isTimed(_ id: Int, _ node: LogicalNode, _ times: TimeTrace) -> Bool {
        guard case .join(let join) = node.operation else { return false }
        return join.asOf != nil || times.timing(of: join, id) != .unbounded
    }

    /// Whether a node acts on the watermark of its input.
    private static func waits(_ operation: LogicalOperation) -> Bool {
        switch operation {
        case .over(let over): return over.followsTime && over.time == .rowTime
        case .windowAggregate, .sessionWindow: return true
        case .rank(let rank): return rank.window != nil
        case .sort(let sort): return sort.leadingTime == .rowTime && sort.limit == nil
        case .match(let match): return match.timeColumn != nil
        case .process(let plan): return plan.timeType != nil
        case .deduplicate(let deduplicate):
            if case .rowTime = deduplicate.order { return true }
            return false
        case .calculate(let condition, let projections):
            return ([condition].compactMap { $0 } + projections).contains(where: readsWatermark)
        default: return false
        }
    }

    private static func readsWatermark(_ expression: PlanExpression) -> Bool {
        if case .call(.currentWatermark, _, _) = expression { return true }
        return expression.children.contains(where: readsWatermark)
    }
}
