import Diagnostics
import Synchronization

/// A clock that moves only when told to, or when somebody sleeps on it.
package final class VirtualClock: TimeSource {
    private let now: Mutex<UInt64>
    private let wallStart: Int64

    package init(wallMilliseconds: Int64 = 1_767_225_600_000) {
        now = Mutex(1_000_000_000)
        wallStart = wallMilliseconds
    }

    package func monotonicNanoseconds() -> UInt64 { now.withLock { $0 } }
    package func wallMilliseconds() -> Int64 { wallStart + Int64(monotonicNanoseconds() / 1_000_000) }
    package func sleep(nanoseconds: UInt64) { advance(nanoseconds: nanoseconds) }
    package func advance(nanoseconds: UInt64) { now.withLock { $0 += nanoseconds } }
}
