import Diagnostics

/// Charges the time of one pipeline instance to its operators: to each its own work, without that of the operators it
/// hands rows to. Costs two readings of the clock for each batch, watermark and flush.
final class Stopwatch {
    private let clock: any TimeSource
    /// Whose work the time since `since` is; nil between steps.
    private var running: NodeCounters?
    private var since: UInt64 = 0

    init(clock: any TimeSource) { self.clock = clock }

    func measure<Result>(_ counters: NodeCounters, _ body: () throws -> Result) rethrows -> Result {
        let outer = running
        let start = clock.monotonicNanoseconds()
        outer?.add(busyNanoseconds: start &- since)
        running = counters
        since = start
        defer {
            let end = clock.monotonicNanoseconds()
            counters.add(busyNanoseconds: end &- since)
            running = outer
            since = end
        }
        return try body()
    }
}
