import Columnar

/// What EXPLAIN says beside a plan: what it costs, and what could be better.
enum PlanAdvice {
    /// The sections that `details` ask for; the changes of each node are in the plan itself.
    static func text(_ plan: PhysicalPlan, details: [Explain.Detail], options: SessionOptions) -> String {
        var parts = [PlanText.text(plan)]
        if details.contains(.estimatedCost) { parts.append("== Estimated Cost ==\n" + cost(plan)) }
        if details.contains(.planAdvice) {
            let found = advice(plan, options)
            let lines =
                found.isEmpty ? ["no advice"] : found.enumerated().map { "advice[\($0.offset + 1)]: \($0.element)" }
            parts.append("== Plan Advice ==\n" + lines.joined(separator: "\n"))
        }
        if details.contains(.jsonExecutionPlan) {
            parts.append("== Physical Execution Plan ==\n" + PlanJSON.text(plan))
        }
        return parts.joined(separator: "\n\n")
    }

    /// What can be told without looking at the data: where rows come from, how often they change threads, what is kept.
    private static func cost(_ plan: PhysicalPlan) -> String {
        var lines: [String] = []
        for node in plan.nodes {
            if case .scan(let scan) = node.operation {
                lines.append(
                    "scan \(scan.table.name): \(scan.table.isBounded ? "bounded" : "unbounded"), "
                        + "\(scan.columns.count) of \(scan.table.physicalFields.count) columns decoded")
            }
        }
        let exchanges = plan.nodes.filter { if case .exchange = $0.operation { true } else { false } }
        lines.append("exchanges: \(exchanges.count)")
        for node in plan.nodes {
            guard let kept = state(of: node) else { continue }
            lines.append("state of \(node.name): \(kept)")
        }
        return lines.joined(separator: "\n")
    }

    private static func state(of node: PlanNode) -> String? {
        switch node.operation {
        case .aggregate(let aggregate) where aggregate.phase != .local:
            aggregate.groupColumns.isEmpty ? "one row" : "a row for each group"
        case .windowAggregate(let window) where window.phase != .local:
            "a row for each group of the windows that are open"
        case .deduplicate: "19 to 29 bytes for each key"
        case .join: "all rows of the second input"
        case .sort: "all rows, or as many as LIMIT and OFFSET say"
        default: nil
        }
    }

    private static func advice(_ plan: PhysicalPlan, _ options: SessionOptions) -> [String] {
        let isEndless = plan.nodes.contains { node in
            if case .scan(let scan) = node.operation { return !scan.table.isBounded && scan.table.connector != nil }
            return false
        }
        var found: [String] = []
        for node in plan.nodes {
            switch node.operation {
            case .aggregate(let aggregate) where aggregate.phase != .local && !aggregate.groupColumns.isEmpty:
                if isEndless, options.stateTimeToLiveMilliseconds == nil {
                    found.append("\(node.name) keeps each group for good; group by a window where that is possible")
                }
            case .deduplicate(let deduplicate) where isEndless && deduplicate.stateTimeToLiveMilliseconds == nil:
                found.append("\(node.name) keeps each key for good; SET 'table.exec.state.ttl' bounds how long")
            case .aggregate(let aggregate) where aggregate.phase == .whole && node.distribution == .single:
                found.append("\(node.name) runs in one instance: without DISTINCT it would be counted in two steps")
            default: break
            }
        }
        return found
    }
}
