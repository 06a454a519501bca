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
        let crossing = node.inputs.filter { Self.isExchange(plan.nodes[$0]) }
            .compactMap { stageOf[plan.nodes[$0].inputs[0]] }
        if let only = directStages.first, directStages.count == 1, !crossing.contains(where: { isBehind($0, only) }) {
            guard stages[only].distribution == node.distribution else {
                throw MillraceError(
                    .internalError, code: "plan_distribution",
                    "plan node \(node.name) changes its distribution without an exchange")
            }
            stage = only
            stages[stage].nodes.append(node.id)
        } else {
            stages.append(Stage(nodes: [node.id], distribution: node.distribution, isStatic: Self.isStaticScan(node)))
            stage = stages.count - 1
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
        if directStages.isEmpty && inputsAreStatic { stages[stage].isStatic = true }
    }

    /// Whether rows come from one stage to another one, over whatever stages lie between. A node that reads both is a
    /// stage of its own: in the first one, that stage would wait for its own end.
    private func isBehind(_ stage: Int, _ first: Int) -> Bool {
        var reached: Set<Int> = [first]
        // Stages stand in order of flow but for nodes that were added to an early one: go on until nothing is new.
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for edge in edges {
                guard let from = stageOf[edge.from], let to = stageOf[edge.to], reached.contains(from) else { continue }
                if reached.insert(to).inserted { isGrowing = true }
            }
        }
        return stage != first && reached.contains(stage)
    }

    private static func isExchange(_ node: PlanNode) -> Bool {
        if case .exchange = node.operation { true } else { false }
    }
    private static func isJoin(_ node: PlanNode) -> Bool { if case .join = node.operation { true } else { false } }

    private static func isStaticScan(_ node: PlanNode) -> Bool {
        switch node.operation {
        case .scan(let scan): scan.isStatic
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
