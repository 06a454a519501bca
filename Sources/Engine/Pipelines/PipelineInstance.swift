import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import Synchronization

/// One instance of a pipeline: the operators between two exchanges, run to completion batch by batch.
///
/// It is a step machine: ``step(now:)`` does a bounded piece of work and never waits, so that one thread can run
/// many instances, and a seeded scheduler can run all of them in any order on one thread.
final class PipelineInstance {
    /// What a step did.
    enum StepResult { case progressed, idle, blocked, finished }

    /// One sender's lane into this instance.
    struct Lane {
        let target: NodeRuntime
        let input: Int
        /// Lanes of one edge share a number; the watermark of an edge is the least of its lanes.
        let edge: Int
        /// A static lane carries no barriers.
        let isStatic: Bool
        /// A gating lane is read to its end before anything else is.
        let isGating: Bool
        var isEnded = false
        var isAtBarrier = false
        var isIdle = false
        var watermark = Watermark.none
    }

    let id: Int
    /// In order of flow.
    let nodes: [NodeRuntime]
    let inbox: Inbox
    let source: SourceDriver?
    private(set) var lanes: [Lane]
    private(set) var isFinished = false
    private let senders: [EdgeSender]
    /// Operators that hold rows back for epochs, and what this instance has said that they hold.
    private let holders: [any Operator]
    private var toldHeld = 0
    private let coordinator: EpochCoordinator
    private let flushNanoseconds: UInt64
    private let clock: any TimeSource
    private var lastLane = -1
    private var lastEpoch: UInt64
    private var lastCommitted: UInt64
    private var hasUnflushed = false
    private var lastFlush: UInt64 = 0
    /// How long the last flush took.
    private var flushCost: UInt64 = 0
    /// A flush waits for so many times what the last one took: what changes often then leaves once.
    private static let flushRest: UInt64 = 8
    private static let longestRest: UInt64 = 500_000_000
    private let goesByClock: Bool
    private var lastTick: UInt64 = 0
    /// Since when a queue behind it is full; 0 when none is.
    private var blockedSince: UInt64 = 0
    /// How long it waited for room behind it.
    private(set) var blockedNanoseconds: UInt64 = 0
    private static let tickNanoseconds: UInt64 = 50_000_000
    /// An epoch was asked for: the reader waits until the lanes beside it are at its barrier.
    private var isSourceAtBarrier = false
    /// False for pipelines fed by static sources only.
    private let takesPartInEpochs: Bool

    init(
        id: Int, nodes: [NodeRuntime], inbox: Inbox, lanes: [Lane], source: SourceDriver?,
        coordinator: EpochCoordinator, flushNanoseconds: UInt64, takesPartInEpochs: Bool, clock: any TimeSource
    ) {
        self.id = id
        self.nodes = nodes
        self.inbox = inbox
        self.lanes = lanes
        self.source = source
        self.coordinator = coordinator
        self.flushNanoseconds = flushNanoseconds
        self.takesPartInEpochs = takesPartInEpochs
        self.clock = clock
        senders = nodes.flatMap(\.senders)
        holders = nodes.map(\.body).filter { $0 is SinkOperator }
        goesByClock = nodes.contains { $0.body.goesByClock }
        lastEpoch = coordinator.requestedEpoch
        lastCommitted = coordinator.committedEpoch
    }

    /// What it sends to has room again: the thread that runs it may go on.
    func onRoom(raise signal: ThreadSignal) { for sender in senders { sender.onRoom(raise: signal) } }

    func step(now: UInt64) throws -> StepResult {
        guard !isFinished else { return .finished }
        try passOnCommits()
        if let source, takesPartInEpochs, !isSourceAtBarrier, !source.isFinished,
            lastEpoch < coordinator.requestedEpoch
        {
            isSourceAtBarrier = true
            try cutIfAligned(epoch: coordinator.requestedEpoch)
            return .progressed
        }
        if waitsForClock, source?.isFinished ?? true, lanes.allSatisfy(\.isEnded), takesPartInEpochs,
            lastEpoch < coordinator.requestedEpoch
        {
            // No input is left to bring the barrier.
            try cut(epoch: coordinator.requestedEpoch)
            return .progressed
        }
        if senders.contains(where: \.isFull) {
            if blockedSince == 0 { blockedSince = now }
            return .blocked
        }
        endBlocked(now: now)
        if try !isFull && (takeMessage() || pollSource()) {
            tellHeld()
            hasUnflushed = true
            if isFlushDue(now, least: flushNanoseconds) { try flush() }
            try finishIfDone()
            return .progressed
        }
        if hasUnflushed, isFlushDue(now, least: 0) {
            try flush()
            return .progressed
        }
        // A reader that has nothing to read for now must not hold back what waits for watermarks; rows that rest before
        // the next flush go first.
        if !hasUnflushed, let source, !source.isFinished, source.reader.openSplits.allSatisfy(\.isIdle) {
            try source.root.emitIdle()
        }
        try tick(now: now)
        return isFinished ? .finished : .idle
    }

    private func endBlocked(now: UInt64) {
        guard blockedSince > 0 else { return }
        if now > blockedSince { blockedNanoseconds &+= now &- blockedSince }
        blockedSince = 0
    }

    /// Rows wait for the clock in numbers, and room comes with the clock only.
    private var isFull: Bool { goesByClock && nodes.contains { $0.body.holdsEnough } }

    /// The inputs ended, and rows still wait for the clock.
    private var waitsForClock: Bool { goesByClock && nodes.contains(where: \.endsLater) }

    private func tick(now: UInt64) throws {
        // At the end nothing else is left to do.
        let isLast = waitsForClock
        guard goesByClock, isLast || now &- lastTick >= Self.tickNanoseconds else { return }
        lastTick = now
        for node in nodes { try node.tick() }
        // What the clock brought waits further down for a flush.
        hasUnflushed = true
        if isLast { try finishIfDone() }
    }

    private func passOnCommits() throws {
        let committed = coordinator.committedEpoch
        guard committed > lastCommitted else { return }
        lastCommitted = committed
        for node in nodes { try node.body.committed(epoch: committed) }
        tellHeld()
        if let source, !source.isStatic { source.reader.committed() }
    }

    private func tellHeld() {
        guard !holders.isEmpty else { return }
        let held = holders.reduce(0) { $0 &+ $1.uncommittedBytes }
        if held != toldHeld { coordinator.hold(held &- toldHeld) }
        toldHeld = held
    }

    /// Whether flushing again leaves most of the time to reading. While little comes a flush is cheap and follows each
    /// batch; under load it comes less often, and rows that change again until then are emitted once.
    private func isFlushDue(_ now: UInt64, least: UInt64) -> Bool {
        // The round may have begun before the last flush ended.
        let rest = now > lastFlush ? now - lastFlush : 0
        return rest >= max(least, min(flushCost &* Self.flushRest, Self.longestRest))
    }

    private func flush() throws {
        let started = clock.monotonicNanoseconds()
        for node in nodes { try node.flush() }
        hasUnflushed = false
        lastFlush = clock.monotonicNanoseconds()
        flushCost = lastFlush &- started
    }

    // MARK: input

    private var isGateClosed: Bool { lanes.contains { $0.isGating && !$0.isEnded } }

    private func pollSource() throws -> Bool {
        guard let source, !source.isFinished, !isSourceAtBarrier, !isGateClosed else { return false }
        if takesPartInEpochs, coordinator.holdsTooMuch { return false }
        let hasRead = try source.poll()
        if source.isFinished { try cutIfAligned(epoch: coordinator.requestedEpoch) }
        return hasRead
    }

    private func takeMessage() throws -> Bool {
        guard !lanes.isEmpty else { return false }
        let gateClosed = isGateClosed
        let next = inbox.pop(after: lastLane) { lane in
            !lanes[lane].isAtBarrier && (!gateClosed || lanes[lane].isGating)
        }
        guard let (lane, message) = next else { return false }
        lastLane = lane
        lanes[lane].isIdle = false
        switch message {
        case .batch(let batch): try lanes[lane].target.receive(batch, input: lanes[lane].input)
        case .watermark(let time): try raise(lane: lane, to: time)
        case .idle: try pause(lane: lane)
        case .barrier(let epoch):
            lanes[lane].isAtBarrier = true
            try cutIfAligned(epoch: epoch)
        case .end: try end(lane: lane)
        }
        return true
    }

    private func raise(lane: Int, to time: Int64) throws {
        lanes[lane].watermark = time
        try raiseEdge(of: lane)
    }

    private func raiseEdge(of lane: Int) throws {
        let edge = lanes[lane].edge
        var least = Watermark.final
        for other in lanes where other.edge == edge && !other.isIdle { least = min(least, other.watermark) }
        if least > Watermark.none { try lanes[lane].target.receiveWatermark(least, input: lanes[lane].input) }
    }

    private func pause(lane: Int) throws {
        lanes[lane].isIdle = true
        let edge = lanes[lane].edge
        if lanes.allSatisfy({ $0.edge != edge || $0.isIdle }) {
            try lanes[lane].target.receiveIdle(input: lanes[lane].input)
        } else {
            try raiseEdge(of: lane)
        }
    }

    private func end(lane: Int) throws {
        lanes[lane].isEnded = true
        try raise(lane: lane, to: Watermark.final)
        let edge = lanes[lane].edge
        if lanes.allSatisfy({ $0.edge != edge || $0.isEnded }) {
            try lanes[lane].target.receiveEnd(input: lanes[lane].input)
        }
        try cutIfAligned(epoch: coordinator.requestedEpoch)
    }

    // MARK: epochs

    private func cutIfAligned(epoch: UInt64) throws {
        guard isSourceAtBarrier || lanes.contains(where: \.isAtBarrier) else { return }
        guard isSourceAtBarrier || !takesPartInEpochs || source?.isFinished ?? true else { return }
        guard lanes.allSatisfy({ $0.isAtBarrier || $0.isEnded || $0.isStatic }) else { return }
        for lane in lanes.indices { lanes[lane].isAtBarrier = false }
        isSourceAtBarrier = false
        try cut(epoch: epoch)
    }

    private func cut(epoch: UInt64) throws {
        for node in nodes { try node.flush() }
        hasUnflushed = false
        lastEpoch = epoch
        coordinator.acknowledge(instance: id, epoch: epoch, changes: try snapshot(epoch: epoch))
        for sender in senders { sender.sendToAll(.barrier(epoch)) }
    }

    private func snapshot(epoch: UInt64) throws -> [StateChange] {
        var changes: [StateChange] = []
        for runtime in nodes {
            let isWhole = coordinator.wantsWhole(of: runtime.node.name, epoch: epoch)
            for var change in try runtime.snapshot(epoch: epoch, isWhole: isWhole) {
                change.name = runtime.node.name + "/" + change.name
                changes.append(change)
            }
        }
        if let source, !source.isStatic {
            changes.append(
                StateChange(
                    name: source.root.node.name + "/positions", fold: .replace, bytes: try source.reader.position()))
        }
        return changes
    }

    private func finishIfDone() throws {
        guard source?.isFinished ?? true, lanes.allSatisfy(\.isEnded), !waitsForClock else { return }
        isFinished = true
        let changes = takesPartInEpochs ? try snapshot(epoch: lastEpoch + 1) : []
        // No commit reaches this instance any more: the others must not wait for what it holds.
        coordinator.hold(-toldHeld)
        toldHeld = 0
        coordinator.finish(instance: id, changes: changes)
        for sender in senders { sender.sendToAll(.end) }
    }
}
