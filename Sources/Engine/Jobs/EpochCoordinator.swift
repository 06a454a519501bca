import ConnectorContract
import Diagnostics
import Synchronization

/// Collects what the pipeline instances hand over for an epoch, and knows when it is whole.
///
/// Instances that finished count as having handed over; what they gave at their end joins the next epoch.
final class EpochCoordinator: Sendable {
    /// A whole epoch, ready to be stored.
    struct WholeEpoch: Sendable {
        var number: UInt64
        var changes: [StateChange]
        /// True when every instance has finished: nothing follows.
        var isFinal: Bool
    }

    /// Who takes part, set once before the job starts.
    private struct Members {
        /// Nodes of each instance.
        var nodes: [Int: [String]] = [:]
        /// Instances of each node.
        var instanceCounts: [String: Int] = [:]
        var instances: Set<Int> = []
    }

    private struct State {
        var members = Members()
        var waiting: Set<Int> = []
        var inFlight: UInt64?
        var changes: [StateChange] = []
        var finished: Set<Int> = []
        /// Given by instances that finished behind the epoch in flight: part of the next one, not of that.
        var finalChanges: [(instance: Int, changes: [StateChange])] = []
        /// The newest bytes of each replaced state, by name and instance; all instances are stored together.
        var replaced: [String: [Int: [UInt8]]] = [:]
        var isFinalTaken = false
        /// Nodes whose instances all write their whole state into the epoch in flight, those that ask for it, and how
        /// many of their instances have done so.
        var wholeNodes: Set<String> = []
        var wholeWanted: Set<String> = []
        var wholeGiven: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let requested: Atomic<UInt64>
    private let committed: Atomic<UInt64>
    /// Raised when there may be something to do for who cuts and stores the epochs.
    let wake = WaitPoint()
    /// Bytes that sinks hold back until their epoch is durable.
    private let held = Atomic<Int>(0)
    /// False where no epochs are cut: what sinks hold then leaves at the end only.
    private let hasEpochs: Bool

    /// Sinks that hold so much have an epoch cut at once.
    private static let heldBytesEnough = 8 << 20
    /// Sinks that hold so much are given nothing more to hold.
    private static let heldBytesMax = 32 << 20

    init(lastEpoch: UInt64, hasEpochs: Bool = false) {
        self.hasEpochs = hasEpochs
        requested = Atomic(lastEpoch)
        committed = Atomic(lastEpoch)
    }

    /// Tells which instances take part with which nodes, and how many each node has; before the job starts.
    func register(_ nodes: [Int: [String]], instanceCounts counts: [String: Int]) {
        let members = Members(nodes: nodes, instanceCounts: counts, instances: Set(nodes.keys))
        state.withLock { $0.members = members }
    }

    /// Whether an instance is to give the whole state of a node with this epoch.
    func wantsWhole(of node: String, epoch: UInt64) -> Bool {
        state.withLock { $0.inFlight == epoch && $0.wholeNodes.contains(node) }
    }

    var requestedEpoch: UInt64 { requested.load(ordering: .acquiring) }
    var committedEpoch: UInt64 { committed.load(ordering: .acquiring) }

    /// Tells how many bytes more, or less, a sink holds back.
    func hold(_ bytes: Int) {
        let (before, after) = held.add(bytes, ordering: .relaxed)
        if before < Self.heldBytesEnough, after >= Self.heldBytesEnough { wake.raise() }
    }

    /// An epoch is wanted ahead of its time.
    var holdsEnough: Bool { hasEpochs && held.load(ordering: .relaxed) >= Self.heldBytesEnough }
    /// Sources are not to be read on.
    var holdsTooMuch: Bool { hasEpochs && held.load(ordering: .relaxed) >= Self.heldBytesMax }

    /// Asks the sources to cut the next epoch; false while one is in flight or all have finished.
    func requestNext() -> Bool {
        state.withLock { state in
            let running = state.members.instances.subtracting(state.finished)
            guard state.inFlight == nil, !running.isEmpty else { return false }
            let number = requestedEpoch + 1
            state.inFlight = number
            state.waiting = running
            // What an instance that has finished gave is written once only. One node at a time, so that an epoch has the
            // whole state of one to write at most, which is in memory twice until then as far as it was not staged; the
            // others ask again.
            let ended = state.finished.reduce(into: Set<String>()) { $0.formUnion(state.members.nodes[$1] ?? []) }
            state.wholeNodes = Set(state.wholeWanted.subtracting(ended).sorted().prefix(1))
            state.wholeWanted = []
            state.wholeGiven = [:]
            Self.takeFinal(&state)
            requested.store(number, ordering: .releasing)
            return true
        }
    }

    func acknowledge(instance: Int, epoch: UInt64, changes: [StateChange]) {
        state.withLock { state in
            guard state.inFlight == epoch, state.waiting.remove(instance) != nil else { return }
            Self.add(changes, of: instance, to: &state)
        }
        wake.raise()
    }

    func finish(instance: Int, changes: [StateChange]) {
        state.withLock { state in
            state.finished.insert(instance)
            if state.inFlight != nil, state.waiting.remove(instance) != nil {
                Self.add(changes, of: instance, to: &state)
            } else {
                state.finalChanges.append((instance, changes))
            }
        }
        wake.raise()
    }

    private static func takeFinal(_ state: inout State) {
        for (instance, changes) in state.finalChanges {
            add(changes, of: instance, to: &state)
        }
        state.finalChanges = []
    }

    private static func add(_ changes: [StateChange], of instance: Int, to state: inout State) {
        var whole: Set<String> = []
        for change in changes {
            if change.fold == .replace {
                state.replaced[change.name, default: [:]][instance] = change.bytes
            } else if change.byteCount > 0 || change.isWhole {
                if change.wantsWhole { state.wholeWanted.insert(node(of: change)) }
                if change.isWhole { whole.insert(change.name) }
                state.changes.append(change)
            }
        }
        for name in whole { state.wholeGiven[name, default: 0] += 1 }
    }

    /// States are called by their node and a name of their own, which has no slash.
    private static func node(of change: StateChange) -> String {
        change.name.lastIndex(of: "/").map { String(change.name[..<$0]) } ?? change.name
    }

    /// The changes of an epoch. Older ones of a state are needed as long as not all instances wrote the whole of it;
    /// what others wrote is then a change like any other.
    private static func takeChanges(_ state: inout State) -> [StateChange] {
        var changes = state.changes
        state.changes = []
        for index in changes.indices where changes[index].isWhole {
            let given = state.wholeGiven[changes[index].name]
            if given != state.members.instanceCounts[node(of: changes[index])] {
                changes[index].upkeep = .byOwner(isWhole: false, wantsWhole: false)
            }
        }
        state.wholeGiven = [:]
        return changes + combined(state.replaced)
    }

    /// The epoch that has become whole; each is given once. The last one comes when all instances finished.
    func takeWhole() -> WholeEpoch? {
        state.withLock { state in
            let allFinished = state.finished.isSuperset(of: state.members.instances)
            if let number = state.inFlight {
                guard state.waiting.isEmpty else { return nil }
                state.inFlight = nil
                let changes = Self.takeChanges(&state)
                return WholeEpoch(number: number, changes: changes, isFinal: false)
            }
            guard allFinished, !state.isFinalTaken else { return nil }
            state.isFinalTaken = true
            let number = requestedEpoch + 1
            requested.store(number, ordering: .releasing)
            Self.takeFinal(&state)
            let changes = Self.takeChanges(&state)
            return WholeEpoch(number: number, changes: changes, isFinal: true)
        }
    }

    /// The epoch is durable.
    func didCommit(_ number: UInt64) { committed.store(number, ordering: .releasing) }

    /// Replaced states of all instances under one name each, so that fewer instances after a restart see all.
    private static func combined(_ replaced: [String: [Int: [UInt8]]]) -> [StateChange] {
        replaced.keys.sorted().map { name in
            var writer = ByteWriter()
            let parts = replaced[name, default: [:]]
            writer.write(UInt32(truncatingIfNeeded: parts.count))
            for instance in parts.keys.sorted() { writer.write(parts[instance] ?? []) }
            return StateChange(name: name, fold: .replace, bytes: writer.bytes)
        }
    }

    /// Takes apart what ``combined(_:)`` put together.
    static func parts(of bytes: [UInt8]) throws -> [[UInt8]] {
        try bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            let count = try reader.read(UInt32.self)
            var parts: [[UInt8]] = []
            for _ in 0..<count { parts.append(try reader.readBytes()) }
            return parts
        }
    }
}
