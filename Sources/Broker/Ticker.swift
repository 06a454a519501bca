import Diagnostics
import Synchronization

/// Calls something again and again on a thread of its own until it is stopped.
final class Ticker: Sendable {
    private let isStopped: Flag

    private final class Flag: Sendable {
        let value = Atomic<Bool>(false)
    }

    init(milliseconds: UInt64, _ body: @escaping @Sendable () -> Void) {
        let flag = Flag()
        isStopped = flag
        let clock = SystemClock()
        _ = OperatingSystemThread.start(name: "broker-ticks") {
            while !flag.value.load(ordering: .acquiring) {
                clock.sleep(nanoseconds: milliseconds * 1_000_000)
                body()
            }
        }
    }

    func stop() { isStopped.value.store(true, ordering: .releasing) }
}
