import Synchronization

/// Gives each new blob its number. Staged bytes take theirs on threads of rows, which must not wait for a commit.
final class BlobNumbers: Sendable {
    private let next = Atomic<UInt64>(1)

    /// Goes on behind what is in the directory.
    func begin(at number: UInt64) { next.store(number, ordering: .relaxed) }

    func take() -> UInt64 { next.wrappingAdd(1, ordering: .relaxed).oldValue }
}
