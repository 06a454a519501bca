/// Which segments of a partition to compact, as a decision.
struct CompactionPlan: Equatable {
    /// Bases of the segments whose keys are collected: those not compacted before.
    var dirtyBases: [Int64]
    /// Bases of all segments that are rewritten, a prefix of the partition, in groups that become one segment each.
    var groups: [[Int64]]
    /// The offset behind the last one that takes part.
    var endOffset: Int64

    /// Nil while there is too little to gain.
    ///
    /// `settled` are the segments that the oldest checkpoint already knew as ended.
    init?(
        _ segments: [SegmentSummary], configuration: TopicConfiguration, settled: Set<Int64>, cleanedUpTo: Int64,
        lastStable: Int64, nowMilliseconds: Int64
    ) {
        guard configuration.isCompacted else { return nil }
        let usable = segments.dropLast().prefix { segment in
            settled.contains(segment.baseOffset) && segment.nextOffset <= lastStable
                && (segment.isCleaned
                    || nowMilliseconds &- segment.maxTimestamp >= configuration.minCompactionLagMilliseconds)
        }
        let dirty = usable.filter { !$0.isCleaned }
        guard let last = usable.last, !dirty.isEmpty else { return nil }
        let dirtyBytes = dirty.reduce(0) { $0 + $1.bytes }
        let allBytes = usable.reduce(0) { $0 + $1.bytes }
        guard Int64(dirtyBytes) * 1000 >= Int64(max(1, allBytes)) * configuration.minCleanableThousandths else {
            return nil
        }
        dirtyBases = dirty.map(\.baseOffset)
        endOffset = last.nextOffset
        groups = []
        var groupBytes = 0
        for segment in usable {
            if groups.isEmpty || Int64(groupBytes + segment.bytes) > configuration.segmentBytes {
                groups.append([])
                groupBytes = 0
            }
            groups[groups.count - 1].append(segment.baseOffset)
            groupBytes += segment.bytes
        }
    }
}
