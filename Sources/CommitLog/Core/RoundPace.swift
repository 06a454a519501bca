import Synchronization

/// How long a small round takes on this disk: whether a thread that serves sockets may write one itself.
///
/// Handing a round to another thread and its answers back costs about a tenth of a millisecond. Where a sync takes no
/// more than a few times that, it pays to wait for it; where it takes long, sockets must not.
final class RoundPace: Sendable {
    /// A round of at most so many bytes is small.
    static let smallBytes = 64 << 10
    /// Small rounds that take less on average are quick.
    static let quickNanoseconds: UInt64 = 500_000

    /// The average of the last few small rounds. Slow until one was seen.
    private let average = Atomic<UInt64>(2 * RoundPace.quickNanoseconds)

    var isQuick: Bool { average.load(ordering: .relaxed) < Self.quickNanoseconds }

    /// Takes a round in. One long wait of the disk is enough to leave the next few rounds to the other thread, no more.
    func note(nanoseconds: UInt64, bytes: Int) {
        guard bytes <= Self.smallBytes else { return }
        let known = average.load(ordering: .relaxed)
        let taken = min(nanoseconds, 8 * Self.quickNanoseconds)
        average.store((7 * known + taken) / 8, ordering: .relaxed)
    }
}
