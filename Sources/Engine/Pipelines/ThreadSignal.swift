import Glibc
import Synchronization

/// Wakes one sleeping thread; cheap to call while it is awake.
final class ThreadSignal: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let isSleeping = Atomic<Bool>(false)
    /// Guarded by `mutex`.
    private var isRaised = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func raise() {
        guard isSleeping.load(ordering: .sequentiallyConsistent) else { return }
        pthread_mutex_lock(mutex)
        isRaised = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Announces that the thread is about to sleep; look for work once more after this, then call ``sleep(milliseconds:)``.
    func prepareToSleep() { isSleeping.store(true, ordering: .sequentiallyConsistent) }

    func cancelSleep() { isSleeping.store(false, ordering: .sequentiallyConsistent) }

    /// Sleeps until raised, or for this long at most.
    func sleep(milliseconds: Int) {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_nsec += milliseconds % 1_000 * 1_000_000
        deadline.tv_sec += milliseconds / 1_000 + deadline.tv_nsec / 1_000_000_000
        deadline.tv_nsec %= 1_000_000_000
        pthread_mutex_lock(mutex)
        while !isRaised && pthread_cond_timedwait(condition, mutex, &deadline) == 0 {}
        isRaised = false
        pthread_mutex_unlock(mutex)
        isSleeping.store(false, ordering: .sequentiallyConsistent)
    }
}
