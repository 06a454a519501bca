import Dispatch
import Synchronization

/// Wakes one waiting thread; raising it many times wakes it once.
final class WakeSignal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let isRaised = Atomic<Bool>(false)

    func raise() {
        if !isRaised.exchange(true, ordering: .acquiringAndReleasing) { semaphore.signal() }
    }

    /// Returns when raised since the last wait, or after the time has passed.
    func wait(nanoseconds: UInt64) {
        let limit = Int(min(nanoseconds, 3_600_000_000_000))
        _ = semaphore.wait(timeout: .now() + .nanoseconds(limit))
        isRaised.store(false, ordering: .releasing)
    }
}
