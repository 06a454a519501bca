/// Which segments of a partition are old or many enough to go: the new log start, as a decision.
struct RetentionPlan: Equatable {
    /// Nil when all stay.
    var logStart: Int64?
    /// Whether the last segment must be ended first, so that it can go as well.
    var rollsActive = false

    /// `segments` oldest first, the last one being written to.
    init(
        _ segments: [SegmentSummary], configuration: TopicConfiguration, openTransaction: Int64?,
        nowMilliseconds: Int64
    ) {
        guard configuration.isDeleted, let last = segments.last else { return }
        var bytes = segments.reduce(0) { $0 + Int64($1.bytes) }
        for (index, segment) in segments.enumerated() {
            let isActive = index == segments.count - 1
            let isTooOld =
                configuration.retentionMilliseconds >= 0 && segment.bytes > 0
                && nowMilliseconds &- Self.time(of: segment) > configuration.retentionMilliseconds
            // By bytes only whole segments go, and never below the limit.
            let isTooMuch =
                configuration.retentionBytes >= 0 && !isActive
                && bytes - Int64(segment.bytes) >= configuration.retentionBytes
            guard isTooOld || isTooMuch else { return }
            // An open transaction holds what it wrote: its end decides what that was.
            if let openTransaction, segment.nextOffset > openTransaction { return }
            rollsActive = isActive
            logStart = isActive ? last.nextOffset : segments[index + 1].baseOffset
            bytes -= Int64(segment.bytes)
        }
    }

    /// Records may carry no time at all: then the time they were appended counts.
    private static func time(of segment: SegmentSummary) -> Int64 {
        segment.maxTimestamp >= 0 ? segment.maxTimestamp : segment.createdMilliseconds
    }
}
