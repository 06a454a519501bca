import Diagnostics
import StreamSQL

/// How a plan is cut into pipelines: which nodes run together, and which edges join them. A value, made from the plan
/// alone.
struct PipelineLayout {
    /// A chain (or small graph) of nodes without an exchange inside.
    struct Stage {
        /// In order of flow.
        var nodes: [Int]
        var distribution: Distribution
        /// True when everything it reads is read anew at each start.
        var isStatic: Bool
    }

    /// Rows that cross from one stage to another.
    struct Edge {
        var from: Int
        var to: Int
        var input: Int
        var routing: Routing
        /// The receiver reads it to its end before anything else.
        var isGating: Bool
    }

    enum Routing: Equatable {
        case forward, single, broadcast
        case hash([Int])
    }

    private(set) var stages: [Stage] = []
    private(set) var edges: [Edge] = []
    /// Direct connections inside a stage: (from, to, input).
    private(set) var links: [(from: Int, to: Int, input: Int)] = []
    private(set) var stageOf: [Int: Int] = [:]

    init(_ plan: PhysicalPlan) throws(MillraceError) {
        for node in plan.nodes {
            if case .exchange = node.operation { continue }
            try place(node, in: plan)
        }
    }

    private mutating func place(_ node: PlanNode, in plan: PhysicalPlan) throws(MillraceError) {
        let direct = node.inputs.filter { !Self.isExchange(plan.nodes[$0]) }
        let directStages = Set(direct.compactMap { stageOf[$0] })
        let stage: Int
        var isNew = false
        if let only = directStages.first, directStages.count == 1 {
            guard stages[only].distribution == node.distribution else {
                throw MillraceError(
                    .internalError, code: "plan_distribution",
                    "plan node \(node.name) changes its distribution without an exchange")
            }
            isNew = feedsItself(only, through: node, in: plan)
            stage = isNew ? stages.count : only
        } else {
            isNew = true
            stage = stages.count
        }
        if isNew {
            stages.append(Stage(nodes: [node.id], distribution: node.distribution, isStatic: Self.isStaticScan(node)))
        } else {
            stages[stage].nodes.append(node.id)
        }
        stageOf[node.id] = stage
        var inputsAreStatic = !node.inputs.isEmpty
        for (input, id) in node.inputs.enumerated() {
            let isBuildSide = Self.isJoin(node) && input == 1
            let producer = Self.isExchange(plan.nodes[id]) ? plan.nodes[id].inputs[0] : id
            guard let from = stageOf[producer] else {
                throw MillraceError(
                    .internalError, code: "plan_order", "plan node \(node.name) stands before its input")
            }
            if !stages[from].isStatic { inputsAreStatic = false }
            if from == stage && producer == id {
                links.append((id, node.id, input))
            } else {
                let routing = Self.routing(of: plan.nodes[id])
                edges.append(Edge(from: producer, to: node.id, input: input, routing: routing, isGating: isBuildSide))
            }
        }
        if isNew && inputsAreStatic { stages[stage].isStatic = true }
    }

    /// Whether a stage that took in the node would wait for rows that it sends itself, by way of others. Such a node begins
    /// a stage of its own: an instance passes on barriers and its end only when all its inputs have brought theirs.
    private func feedsItself(_ stage: Int, through node: PlanNode, in plan: PhysicalPlan) -> Bool {
        var pending: [Int] = []
        for id in node.inputs where Self.isExchange(plan.nodes[id]) {
            if let producer = stageOf[plan.nodes[id].inputs[0]] { pending.append(producer) }
        }
        var seen = Set(pending)
        while let next = pending.popLast() {
            if next == stage { return true }
            for edge in edges where stageOf[edge.to] == next {
                if let producer = stageOf[edge.from], seen.insert(producer).inserted { pending.append(producer) }
            }
        }
        return false
    }

    private static func isExchange(_ node: PlanNode) -> Bool {
        if case .exchange = node.operation { true } else { false }
    }
    private static func isJoin(_ node: PlanNode) -> Bool { if case .join = node.operation { true } else { false } }

    private static func isStaticScan(_ node: PlanNode) -> Bool {
        switch node.operation {
        case .scan(let scan): scan.isStatic
        case .values(let values): values.isStatic
        default: false
        }
    }

    private static func routing(of node: PlanNode) -> Routing {
        guard case .exchange(let exchange) = node.operation else { return .forward }
        return switch exchange {
        case .hash(let columns): .hash(columns)
        case .single: .single
        case .broadcast: .broadcast
        }
    }
}
