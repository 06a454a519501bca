import Diagnostics

/// The clock of one evaluator, which stands still while a batch is evaluated: all that a row asks of the time agrees.
/// Used by one thread.
final class BatchClock: TimeSource, @unchecked Sendable {
    private let clock: any TimeSource
    private var reading: Int64?

    init(_ clock: any TimeSource) { self.clock = clock }

    /// Lets the time go on; called before each batch.
    func beginBatch() { reading = nil }

    func wallMilliseconds() -> Int64 {
        if let reading { return reading }
        let now = clock.wallMilliseconds()
        reading = now
        return now
    }

    func monotonicNanoseconds() -> UInt64 { clock.monotonicNanoseconds() }
    func sleep(nanoseconds: UInt64) { clock.sleep(nanoseconds: nanoseconds) }
}
