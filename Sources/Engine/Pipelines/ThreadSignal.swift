import Diagnostics
import Synchronization

/// Wakes one sleeping thread; cheap to call while it is awake.
final class ThreadSignal: Sendable {
    private let point = WaitPoint()
    private let isSleeping = Atomic<Bool>(false)

    func raise() {
        if isSleeping.load(ordering: .sequentiallyConsistent) { point.raise() }
    }

    /// Announces that the thread is about to sleep; look for work once more after this, then call ``sleep(milliseconds:)``.
    func prepareToSleep() { isSleeping.store(true, ordering: .sequentiallyConsistent) }

    func cancelSleep() { isSleeping.store(false, ordering: .sequentiallyConsistent) }

    /// Sleeps until raised, or for this long at most.
    func sleep(milliseconds: Int) {
        point.wait(milliseconds: milliseconds)
        isSleeping.store(false, ordering: .sequentiallyConsistent)
    }
}
