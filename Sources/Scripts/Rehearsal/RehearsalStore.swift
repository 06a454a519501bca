import ConnectorContract
import Synchronization

/// Epochs in memory, for as long as a rehearsal goes.
final class RehearsalStore: CheckpointStore {
    private let held = Mutex<RestoredEpoch?>(nil)
    private let marks = Mutex((isOver: false, isLastLife: false))

    /// The job came to its end once.
    var isOver: Bool {
        get { marks.withLock { $0.isOver } }
        set { marks.withLock { $0.isOver = newValue } }
    }

    /// What the life that begins shows is the result.
    var isLastLife: Bool {
        get { marks.withLock { $0.isLastLife } }
        set { marks.withLock { $0.isLastLife = newValue } }
    }

    /// 0 while there is none.
    var lastEpoch: UInt64 { held.withLock { $0?.epoch ?? 0 } }

    func restore() throws -> RestoredEpoch? { held.withLock { $0 } }

    func commit(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt {
        held.withLock { held in
            var next = held ?? RestoredEpoch(epoch: 0, states: [:])
            next.epoch = epoch
            for change in changes where change.isWhole { next.states[change.name] = [] }
            for change in changes {
                if change.fold == .replace { next.states[change.name] = [] }
                next.states[change.name, default: []].append(change)
            }
            held = next
        }
        return EpochReceipt(bytesWritten: changes.reduce(0) { $0 + $1.bytes.count })
    }

    func replace(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt {
        held.withLock { $0 = nil }
        return try commit(epoch: epoch, changes: changes)
    }
}
