import Synchronization

/// Somebody's wish to hear of changes of a table. Ends with ``cancel()``.
package final class TableSubscription: Sendable {
    private let notify: @Sendable () -> Void
    private let isArmed = Atomic<Bool>(true)
    private let cancelled = Atomic<Bool>(false)

    init(_ notify: @escaping @Sendable () -> Void) { self.notify = notify }

    /// Asks to be told again. Do it before reading the table, so that no change falls in between.
    package func arm() { isArmed.store(true, ordering: .sequentiallyConsistent) }

    package func cancel() { cancelled.store(true, ordering: .sequentiallyConsistent) }

    var isCancelled: Bool { cancelled.load(ordering: .sequentiallyConsistent) }

    func announce() {
        if isCancelled { return }
        if isArmed.exchange(false, ordering: .sequentiallyConsistent) { notify() }
    }
}
