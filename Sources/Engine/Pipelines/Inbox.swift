import Columnar
import Diagnostics
import Synchronization

/// The queue in front of one pipeline instance: a bounded lane for each sender.
///
/// A sender looks at ``isFull(lane:)`` before it runs, so a lane may pass its bound by what one batch becomes.
final class Inbox: Sendable {
    private struct Lane {
        var messages: [Message] = []
        /// Messages before it are taken.
        var head = 0
        var rows = 0
        var bytes = 0
        /// Wakes the thread that runs the sender.
        var sender: ThreadSignal?
        /// The sender found it full, and is to be woken once half of it is free.
        var isAwaited = false

        var isFull: Bool { rows >= Limits.queueRows || bytes >= Limits.queueBytes }
        var isHalfEmpty: Bool { rows <= Limits.queueRows / 2 && bytes <= Limits.queueBytes / 2 }
    }

    private let lanes: Mutex<[Lane]>
    /// Raised after a message came in; wakes the thread that runs the receiver.
    private let receiver = Mutex<ThreadSignal?>(nil)

    init(laneCount: Int) { lanes = Mutex(Array(repeating: Lane(), count: laneCount)) }

    func onMessage(raise signal: ThreadSignal) { receiver.withLock { $0 = signal } }

    func onRoom(lane: Int, raise signal: ThreadSignal) { lanes.withLock { $0[lane].sender = signal } }

    func push(_ message: sending Message, lane: Int) {
        lanes.withLock { lanes in
            if case .batch(let batch) = message {
                lanes[lane].rows += batch.rowCount
                lanes[lane].bytes += batch.byteSize
            }
            lanes[lane].messages.append(message)
        }
        receiver.withLock { $0 }?.raise()
    }

    func isFull(lane: Int) -> Bool {
        lanes.withLock { lanes in
            lanes[lane].isAwaited = lanes[lane].isFull
            return lanes[lane].isAwaited
        }
    }

    /// Takes the next message of the first open lane that has one, beginning behind `after` to be fair.
    func pop(after: Int, isOpen: (Int) -> Bool) -> (lane: Int, message: Message)? {
        var waiting: ThreadSignal?
        defer { waiting?.raise() }
        return lanes.withLock { lanes in
            for step in 1...max(1, lanes.count) where !lanes.isEmpty {
                let lane = (after + step) % lanes.count
                guard lanes[lane].head < lanes[lane].messages.count, isOpen(lane) else { continue }
                let message = lanes[lane].messages[lanes[lane].head]
                lanes[lane].head += 1
                if lanes[lane].head == lanes[lane].messages.count {
                    lanes[lane].messages.removeAll(keepingCapacity: true)
                    lanes[lane].head = 0
                } else if lanes[lane].head >= 64 {
                    lanes[lane].messages.removeFirst(lanes[lane].head)
                    lanes[lane].head = 0
                }
                if case .batch(let batch) = message {
                    lanes[lane].rows -= batch.rowCount
                    lanes[lane].bytes -= batch.byteSize
                    if lanes[lane].isAwaited, lanes[lane].isHalfEmpty {
                        lanes[lane].isAwaited = false
                        waiting = lanes[lane].sender
                    }
                }
                return (lane, message)
            }
            return nil
        }
    }
}
