import ConnectorContract
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

    private struct State {
        var waiting: Set<Int> = []
        var inFlight: UInt64?
        var changes: [StateChange] = []
        var finished: Set<Int> = []
        /// Given by instances that finished behind the epoch in flight: part of the next one, not of that.
        var finalChanges: [(instance: Int, changes: [StateChange])] = []
        /// The newest bytes of each replaced state, by name and instance; all instances are stored together.
        var replaced: [String: [Int: [UInt8]]] = [:]
        var isFinalTaken = false
    }

    private let state = Mutex(State())
    private let requested: Atomic<UInt64>
    private let committed: Atomic<UInt64>
    private let instances: Mutex<Set<Int>> = Mutex([])

    init(lastEpoch: UInt64) {
        requested = Atomic(lastEpoch)
        committed = Atomic(lastEpoch)
    }

    /// Tells which instances take part; before the job starts.
    func register(_ ids: Set<Int>) { instances.withLock { $0 = ids } }

    var requestedEpoch: UInt64 { requested.load(ordering: .acquiring) }
    var committedEpoch: UInt64 { committed.load(ordering: .acquiring) }

    /// Asks the sources to cut the next epoch; false while one is in flight or all have finished.
    func requestNext() -> Bool {
        let all = instances.withLock { $0 }
        return state.withLock { state in
            let running = all.subtracting(state.finished)
            guard state.inFlight == nil, !running.isEmpty else { return false }
            let number = requestedEpoch + 1
            state.inFlight = number
            state.waiting = running
            Self.takeFinal(&state)
            requested.store(number, ordering: .releasing)
            return true
        }
    }

    func acknowledge(instance: Int, epoch: UInt64, changes: [StateChange]) {
        state.withLock { state in
            guard state.inFlight == epoch, state.waiting.remove(instance) != nil else { return }
            Self.add(changes, of: instance, to: &state.changes, replaced: &state.replaced)
        }
    }

    func finish(instance: Int, changes: [StateChange]) {
        state.withLock { state in
            state.finished.insert(instance)
            if state.inFlight != nil, state.waiting.remove(instance) != nil {
                Self.add(changes, of: instance, to: &state.changes, replaced: &state.replaced)
            } else {
                state.finalChanges.append((instance, changes))
            }
        }
    }

    private static func takeFinal(_ state: inout State) {
        for (instance, changes) in state.finalChanges {
            add(changes, of: instance, to: &state.changes, replaced: &state.replaced)
        }
        state.finalChanges = []
    }

    private static func add(
        _ changes: [StateChange], of instance: Int, to list: inout [StateChange],
        replaced: inout [String: [Int: [UInt8]]]
    ) {
        for change in changes {
            if change.fold == .replace {
                replaced[change.name, default: [:]][instance] = change.bytes
            } else if !change.bytes.isEmpty {
                list.append(change)
            }
        }
    }

    /// The epoch that has become whole; each is given once. The last one comes when all instances finished.
    func takeWhole() -> WholeEpoch? {
        let all = instances.withLock { $0 }
        return state.withLock { state in
            let allFinished = state.finished.isSuperset(of: all)
            if let number = state.inFlight {
                guard state.waiting.isEmpty else { return nil }
                state.inFlight = nil
                let changes = state.changes + Self.combined(state.replaced)
                state.changes = []
                return WholeEpoch(number: number, changes: changes, isFinal: false)
            }
            guard allFinished, !state.isFinalTaken else { return nil }
            state.isFinalTaken = true
            let number = requestedEpoch + 1
            requested.store(number, ordering: .releasing)
            Self.takeFinal(&state)
            let changes = state.changes + Self.combined(state.replaced)
            state.changes = []
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
