import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL

/// Makes the running instances of a plan's pipelines and wires them up.
struct PipelineBuilder {
    let plan: PhysicalPlan
    let layout: PipelineLayout
    let wiring: JobWiring
    let settings: JobSettings
    let coordinator: EpochCoordinator
    let control: JobControl
    let restored: RestoredEpoch?
    let seeds: JobSeeds

    /// What building gives.
    struct Built {
        var instances: [PipelineInstance] = []
        /// The shard, and so the thread, of each instance.
        var shards: [Int] = []
        var counters: [NodeCounters] = []
        var sinks: [any Sink] = []
        var readers: [(node: PlanNode, reader: any SourceReader)] = []
        var restoring = StateRestoring()
    }

    private func instanceCount(_ stage: Int) -> Int {
        layout.stages[stage].distribution == .sharded ? settings.parallelism : 1
    }

    func build() throws -> Built {
        var built = Built()
        built.counters = plan.nodes.map { _ in NodeCounters() }
        let lanes = laneNumbers()
        let inboxes = layout.stages.indices.map { stage in
            (0..<instanceCount(stage)).map { _ in Inbox(laneCount: lanes.counts[stage]) }
        }
        var readers = try openSources()
        for stage in layout.stages.indices {
            for index in 0..<instanceCount(stage) {
                let runtimes = try makeRuntimes(stage: stage, index: index, built: &built)
                connect(runtimes, stage: stage, index: index, lanes: lanes, inboxes: inboxes)
                let source = takeSource(stage: stage, runtimes: runtimes, readers: &readers, built: &built)
                let instance = PipelineInstance(
                    id: built.instances.count, nodes: layout.stages[stage].nodes.compactMap { runtimes[$0] },
                    inbox: inboxes[stage][index], lanes: makeLanes(stage: stage, runtimes: runtimes), source: source,
                    coordinator: coordinator, flushNanoseconds: UInt64(settings.flushMilliseconds) * 1_000_000,
                    takesPartInEpochs: !layout.stages[stage].isStatic, clock: wiring.environment.clock)
                built.instances.append(instance)
                let isSharded = layout.stages[stage].distribution == .sharded
                built.shards.append((isSharded ? index : stage) % settings.parallelism)
            }
        }
        try built.restoring.run(clock: wiring.environment.clock)
        let taking = built.instances.indices.filter { id in !layout.stages[stageOfInstance(id)].isStatic }
        let counts = plan.nodes.map { ($0.name, layout.stageOf[$0.id].map(instanceCount) ?? 1) }
        let names = taking.map { id in
            let stage = stageOfInstance(id)
            return (id, plan.nodes.filter { layout.stageOf[$0.id] == stage }.map(\.name))
        }
        coordinator.register(
            Dictionary(uniqueKeysWithValues: names), instanceCounts: Dictionary(counts) { first, _ in first })
        return built
    }

    private func stageOfInstance(_ id: Int) -> Int {
        var left = id
        for stage in layout.stages.indices {
            if left < instanceCount(stage) { return stage }
            left -= instanceCount(stage)
        }
        return layout.stages.count - 1
    }

    // MARK: lanes

    /// For each edge the first of its lanes in the receiving stage; for each stage the number of its lanes.
    private func laneNumbers() -> (first: [Int], counts: [Int]) {
        var counts = Array(repeating: 0, count: layout.stages.count)
        var first: [Int] = []
        for edge in layout.edges {
            let to = layout.stageOf[edge.to] ?? 0
            first.append(counts[to])
            counts[to] += sendersPerReceiver(edge)
        }
        return (first, counts)
    }

    private func isOneToOne(_ edge: PipelineLayout.Edge) -> Bool {
        let from = instanceCount(layout.stageOf[edge.from] ?? 0)
        return edge.routing == .forward && from == instanceCount(layout.stageOf[edge.to] ?? 0)
    }

    private func sendersPerReceiver(_ edge: PipelineLayout.Edge) -> Int {
        isOneToOne(edge) ? 1 : instanceCount(layout.stageOf[edge.from] ?? 0)
    }

    private func makeLanes(stage: Int, runtimes: [Int: NodeRuntime]) -> [PipelineInstance.Lane] {
        var lanes: [PipelineInstance.Lane] = []
        for (number, edge) in layout.edges.enumerated() where layout.stageOf[edge.to] == stage {
            guard let target = runtimes[edge.to] else { continue }
            let isStatic = layout.stages[layout.stageOf[edge.from] ?? 0].isStatic
            for _ in 0..<sendersPerReceiver(edge) {
                lanes.append(
                    PipelineInstance.Lane(
                        target: target, input: edge.input, edge: number, isStatic: isStatic, isGating: edge.isGating))
            }
        }
        return lanes
    }

    private func connect(
        _ runtimes: [Int: NodeRuntime], stage: Int, index: Int, lanes: (first: [Int], counts: [Int]),
        inboxes: [[Inbox]]
    ) {
        for link in layout.links where layout.stageOf[link.to] == stage {
            if let from = runtimes[link.from], let to = runtimes[link.to] { from.connect(to: to, input: link.input) }
        }
        for (number, edge) in layout.edges.enumerated() where layout.stageOf[edge.from] == stage {
            let targets = inboxes[layout.stageOf[edge.to] ?? 0]
            let routing: EdgeSender.Routing =
                switch edge.routing {
                case .forward: .forward(isOneToOne(edge) ? index : 0)
                case .single: .forward(0)
                case .broadcast: .broadcast
                case .hash(let columns): .hash(columns)
                }
            let lane = lanes.first[number] + (isOneToOne(edge) ? 0 : index)
            runtimes[edge.from]?.connect(
                to: EdgeSender(
                    routing: routing, targets: targets, lane: lane, seed: seeds.exchange,
                    printSeed: wantsPrints(edge) ? seeds.fingerprint : nil))
        }
    }

    /// Rows are dealt by the very keys whose fingerprints the receiver is to look up.
    private func wantsPrints(_ edge: PipelineLayout.Edge) -> Bool {
        guard case .hash(let columns) = edge.routing, case .deduplicate(let plan) = self.plan.nodes[edge.to].operation
        else { return false }
        // The other kind of deduplication reads the keys themselves.
        if case .rowTime = plan.order { return false }
        return plan.keys == columns
    }

    // MARK: nodes

    private func makeRuntimes(stage: Int, index: Int, built: inout Built) throws -> [Int: NodeRuntime] {
        var runtimes: [Int: NodeRuntime] = [:]
        let flushing = plan.nodesThatFlushBeforeWatermarks()
        let stopwatch = Stopwatch(clock: wiring.environment.clock)
        for id in layout.stages[stage].nodes {
            let node = plan.nodes[id]
            let factory = OperatorFactory(
                plan: plan, wiring: wiring, seeds: seeds,
                upkeep: StateUpkeep(
                    leastBytes: settings.stateRewriteBytes, ownNumber: wiring.environment.random.next()))
            let body = try factory.make(node)
            if let store = wiring.store {
                let staging = StateStaging(store: store, leastBytes: settings.stagedStateBytes)
                for writer in body.stateWriters { writer.staging = staging }
            }
            if let sink = body as? SinkOperator { built.sinks.append(sink.sink) }
            let changes = restoredChanges(of: node)
            var ownership = Ownership(index: index, count: instanceCount(stage), seed: seeds.exchange)
            let isFinal = EndedInstances.concerns(node, plan)
            if isFinal { ownership.ended = try restoredEnds(of: node) }
            if body is SinkOperator, !changes.isEmpty {
                try body.restore(changes, ownership: ownership)
            } else if !changes.isEmpty {
                built.restoring.add(body, changes, ownership, shard: index)
            }
            runtimes[id] = NodeRuntime(
                node: node, body: body, inputCount: node.inputs.count, counters: built.counters[id],
                control: control, stopwatch: stopwatch)
            if isFinal {
                var own = ownership.ended
                own.add(index: index, count: ownership.count)
                runtimes[id]?.ended = (before: ownership.ended, own: own)
            }
            runtimes[id]?.lateSampler = LateSampler(
                node, inputFields: node.inputs.map { plan.nodes[$0].fields }, timeZone: plan.timeZone,
                context: EvaluationContext(clock: wiring.environment.clock, random: wiring.environment.random))
            runtimes[id]?.flushesBeforeWatermarks = flushing.contains(id)
            runtimes[id]?.isBatchMode = plan.isBatchMode
        }
        return runtimes
    }

    private func restoredChanges(of node: PlanNode) -> [StateChange] {
        guard let restored else { return [] }
        let prefix = node.name + "/"
        let others = [prefix + "positions", prefix + EndedInstances.stateName]
        let names = restored.states.keys.filter { $0.hasPrefix(prefix) && !others.contains($0) }.sorted()
        return names.flatMap { name in
            (restored.states[name] ?? []).map { change in
                var change = change
                change.name = String(name.dropFirst(prefix.count))
                return change
            }
        }
    }

    private func restoredEnds(of node: PlanNode) throws -> EndedInstances {
        guard let stored = restored?.states[node.name + "/" + EndedInstances.stateName]?.last else {
            return EndedInstances()
        }
        return try EndedInstances(restored: stored.bytes)
    }

    // MARK: sources

    private func openSources() throws -> [Int: [any SourceReader]] {
        var readers: [Int: [any SourceReader]] = [:]
        for node in plan.nodes {
            switch node.operation {
            case .scan(let scan):
                let count = instanceCount(layout.stageOf[node.id] ?? 0)
                let source = try wiring.makeSource(scan, count)
                let stored = scan.isStatic ? nil : restored?.states[node.name + "/positions"]?.last
                let positions = try stored.map { try EpochCoordinator.parts(of: $0.bytes) } ?? []
                readers[node.id] = try source.open(parallelism: count, positions: positions, rejects: wiring.rejects)
            case .values(let values):
                let context = EvaluationContext(clock: wiring.environment.clock, random: wiring.environment.random)
                let stage = layout.stageOf[node.id] ?? 0
                let stored = layout.stages[stage].isStatic ? nil : restored?.states[node.name + "/positions"]?.last
                let positions = try stored.map { try EpochCoordinator.parts(of: $0.bytes) } ?? []
                let reader = try ValuesReader(
                    values, fields: node.fields, timeZone: plan.timeZone, context: context,
                    isRead: positions.contains([1]))
                let count = instanceCount(stage)
                readers[node.id] = [reader] + (1..<max(1, count)).map { _ in EmptyReader() }
            default: break
            }
        }
        return readers
    }

    private func takeSource(
        stage: Int, runtimes: [Int: NodeRuntime], readers: inout [Int: [any SourceReader]], built: inout Built
    ) -> SourceDriver? {
        for id in layout.stages[stage].nodes {
            guard let runtime = runtimes[id], let open = readers[id], !open.isEmpty else { continue }
            let reader = open[0]
            readers[id]?.removeFirst()
            built.readers.append((plan.nodes[id], reader))
            let driver = SourceDriver(reader: reader, root: runtime, isStatic: layout.stages[stage].isStatic)
            for other in runtimes.values { (other.body as? WatermarkOperator)?.source = driver }
            return driver
        }
        return nil
    }
}

/// The other instances of a source that has rows for one only.
private final class EmptyReader: SourceReader {
    func poll(waitMilliseconds: Int) throws -> SourcePoll { .finished }
    var openSplits: [SplitStatus] { [] }
    func position() throws -> [UInt8] { [] }
    var progress: SourceProgress { SourceProgress() }
}
