/// When a dashboard is evaluated: at once on the first change, then no more often than the interval.
///
/// Times are monotonic nanoseconds. A pure value.
package struct EvaluationGrid: Sendable {
    private let interval: UInt64
    private var notBefore: UInt64 = 0

    package init(intervalMilliseconds: Int64) { interval = UInt64(max(intervalMilliseconds, 0)) * 1_000_000 }

    /// The time at which changes seen now may be evaluated.
    package func due(_ now: UInt64) -> UInt64 { max(now, notBefore) }

    /// An evaluation ran. One that takes long is followed by a rest as long, so that it never fills a core.
    package mutating func ran(from start: UInt64, to end: UInt64) {
        notBefore = max(start + interval, end + (end - min(start, end)))
    }
}
