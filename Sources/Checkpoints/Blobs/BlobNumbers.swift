import Synchronization

/// Gives each new blob its number, and knows whether the names of older ones can be relied on. Staged bytes take theirs on
/// threads of rows, which must not wait for a commit.
final class BlobNumbers: Sendable {
    private let next = Atomic<UInt64>(1)
    private let failures = Atomic<Int>(0)

    /// Goes on behind what is in the directory.
    func begin(at number: UInt64) { next.store(number, ordering: .relaxed) }

    func take() -> UInt64 { next.wrappingAdd(1, ordering: .relaxed).oldValue }

    /// Syncs of the directory that failed. A name that was made before such a failure may never become durable, even if a
    /// later sync succeeds.
    var directoryFailures: Int { failures.load(ordering: .acquiring) }
    func directoryFailed() { failures.add(1, ordering: .releasing) }
}
