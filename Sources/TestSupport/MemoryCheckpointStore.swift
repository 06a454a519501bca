package import ConnectorContract
import Synchronization

/// A checkpoint store in memory; what was committed stays when the job that committed it is thrown away.
package final class MemoryCheckpointStore: CheckpointStore {
    fileprivate let held = Mutex<RestoredEpoch?>(nil)

    package init() {}

    package var lastEpoch: UInt64? { held.withLock { $0?.epoch } }

    package func restore() throws -> RestoredEpoch? { held.withLock { $0 } }

    package func commit(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt {
        held.withLock { held in
            var next = held ?? RestoredEpoch(epoch: 0, states: [:])
            precondition(epoch > next.epoch, "epochs must grow")
            next.epoch = epoch
            for change in changes where change.isWhole { next.states[change.name] = [] }
            for var change in changes {
                if change.fold == .replace { next.states[change.name] = [] }
                if let staged = change.staged as? MemoryStagedState { change.bytes = staged.bytes }
                change.staged = nil
                next.states[change.name, default: []].append(change)
            }
            held = next
        }
        return EpochReceipt(bytesWritten: changes.reduce(0) { $0 + $1.byteCount })
    }
}

extension MemoryCheckpointStore {
    package func replace(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt {
        held.withLock { $0 = RestoredEpoch(epoch: $0?.epoch ?? 0, states: [:]) }
        return try commit(epoch: epoch, changes: changes)
    }
}

extension MemoryCheckpointStore {
    package func stage() -> (any StagedState)? { MemoryStagedState() }
}

/// Staged bytes in memory.
final class MemoryStagedState: StagedState {
    private let held = Mutex<[UInt8]>([])

    var bytes: [UInt8] { held.withLock { $0 } }
    var byteCount: Int { held.withLock { $0.count } }
    func append(_ bytes: UnsafeRawBufferPointer) { held.withLock { $0 += bytes } }
}

/// Counts what is rejected.
package final class RejectCounter: RejectRecorder {
    private let held = Mutex<[RejectedRecord]>([])

    package init() {}
    package var records: [RejectedRecord] { held.withLock { $0 } }
    package func reject(_ record: RejectedRecord, table: String) { held.withLock { $0.append(record) } }
}
