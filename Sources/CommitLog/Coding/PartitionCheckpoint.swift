/// Everything about a partition that a checkpoint keeps.
struct PartitionCheckpoint: Sendable {
    var partition: Int32
    var logStart: Int64 = 0
    var nextOffset: Int64 = 0
    var cleanedUpTo: Int64 = 0
    var epochs = LeaderEpochs()
    var producers = ProducerTable()
    var segments: [SegmentSummary] = []

    init(partition: Int32) { self.partition = partition }

    init(
        partition: Int32, logStart: Int64, nextOffset: Int64, cleanedUpTo: Int64, epochs: LeaderEpochs,
        producers: ProducerTable, segments: [SegmentSummary]
    ) {
        self.partition = partition
        self.logStart = logStart
        self.nextOffset = nextOffset
        self.cleanedUpTo = cleanedUpTo
        self.epochs = epochs
        self.producers = producers
        self.segments = segments
    }

    func write(to writer: inout StateWriter) {
        writer.write(partition)
        writer.write(logStart)
        writer.write(nextOffset)
        writer.write(cleanedUpTo)
        epochs.write(to: &writer)
        producers.write(to: &writer)
        writer.write(segments) { $1.write(to: &$0) }
    }

    init(from reader: inout StateReader) throws(StateError) {
        partition = try reader.read()
        logStart = try reader.read()
        nextOffset = try reader.read()
        cleanedUpTo = try reader.read()
        guard logStart >= 0, nextOffset >= logStart else { throw StateError(what: "a partition that cannot be") }
        epochs = try LeaderEpochs(from: &reader)
        producers = try ProducerTable(from: &reader)
        segments = try reader.readArray(leastBytes: SegmentSummary.leastBytes) { (reader) throws(StateError) in
            try SegmentSummary(from: &reader)
        }
        for (earlier, later) in zip(segments, segments.dropFirst()) where earlier.baseOffset >= later.baseOffset {
            throw StateError(what: "segments out of order")
        }
    }
}
