import CommitLog
import Diagnostics
import Glibc
import Synchronization

/// Appends to the own log without waiting for each append, within a bound; the first refusal is kept.
final class LogAppender: Sendable {
    private struct State {
        var waitingBytes = 0
        var failure: LogError?
    }

    private let log: CommitLog
    private let clock: any TimeSource
    private let state = Mutex(State())

    /// Bytes that may wait for the disk.
    private static let waitingBytesMax = 32 << 20
    /// How long a log that takes nothing more is asked again.
    private static let patienceNanoseconds: UInt64 = 60_000_000_000

    init(log: CommitLog, clock: any TimeSource) {
        self.log = log
        self.clock = clock
    }

    /// Hands writes in; waits while too much is under way. The log keeps the order of calls.
    func submit(_ writes: [AppendWrite], bytes: Int) throws(LogError) {
        try wait(until: { $0.waitingBytes == 0 || $0.waitingBytes + bytes <= Self.waitingBytesMax })
        state.withLock { $0.waitingBytes += bytes }
        try insist { () throws(LogError) in
            try log.submit(writes) { [self] outcomes in finish(outcomes, bytes: bytes) }
        }
    }

    private func finish(_ outcomes: [Result<AppendOutcome, LogError>], bytes: Int) {
        state.withLock { state in
            state.waitingBytes -= bytes
            for case .failure(let error) in outcomes where state.failure == nil { state.failure = error }
        }
    }

    /// Waits until everything handed in is durable.
    func drain() throws(LogError) { try wait(until: { $0.waitingBytes == 0 }) }

    /// Appends all of `writes` in one round, or none, and waits until they are durable.
    func appendAtomically(_ writes: [AppendWrite]) throws(LogError) {
        try insist { () throws(LogError) in
            for outcome in try log.append(writes, isAtomic: true) { _ = try outcome.get() }
        }
    }

    private func wait(until isFine: (State) -> Bool) throws(LogError) {
        while true {
            let (isDone, failure) = state.withLock { (isFine($0), $0.failure) }
            if let failure { throw failure }
            if isDone { return }
            clock.sleep(nanoseconds: 100_000)
        }
    }

    /// Repeats what was refused only because there was no room for it.
    private func insist(_ body: () throws(LogError) -> Void) throws(LogError) {
        let deadline = clock.monotonicNanoseconds() &+ Self.patienceNanoseconds
        while true {
            do throws(LogError) {
                return try body()
            } catch {
                guard error == .overloaded || error == .diskFull, clock.monotonicNanoseconds() < deadline else {
                    throw error
                }
                clock.sleep(nanoseconds: 1_000_000)
            }
        }
    }
}
