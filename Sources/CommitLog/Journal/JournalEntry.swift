/// One change of the log, as the journal keeps it. What is not in the journal did not happen.
enum JournalEntry: Sendable, Equatable {
    /// Batches that follow one another in a segment.
    struct Append: Sendable, Equatable {
        var key: PartitionKey
        var segmentBase: Int64
        /// Where in the segment the first one begins.
        var position: Int
        var baseOffset: Int64
        var nextOffset: Int64
        var leaderEpoch: Int32
        /// Where in the payload of the round they are.
        var payload: Range<Int>
    }

    case append(Append)
    case topicCreated(TopicDescription)
    case topicDeleted(UInt32)
    case topicConfigured(UInt32, TopicConfiguration)
    case partitionsAdded(UInt32, count: Int32)
    case logStart(PartitionKey, Int64)
    case rolled(PartitionKey)
    case segmentsReplaced(PartitionKey, bases: [Int64], by: SegmentSummary)
    case producerIds(next: Int64)

    func write(to writer: inout StateWriter) {
        switch self {
        case .append(let append):
            writer.write(UInt8(1))
            Self.write(append.key, to: &writer)
            writer.write(append.segmentBase)
            writer.write(UInt32(truncatingIfNeeded: append.position))
            writer.write(append.baseOffset)
            writer.write(append.nextOffset)
            writer.write(append.leaderEpoch)
            writer.write(UInt32(truncatingIfNeeded: append.payload.lowerBound))
            writer.write(UInt32(truncatingIfNeeded: append.payload.count))
        case .topicCreated(let topic):
            writer.write(UInt8(2))
            topic.write(to: &writer)
        case .topicDeleted(let number):
            writer.write(UInt8(3))
            writer.write(number)
        case .topicConfigured(let number, let configuration):
            writer.write(UInt8(4))
            writer.write(number)
            configuration.write(to: &writer)
        case .partitionsAdded(let number, let count):
            writer.write(UInt8(5))
            writer.write(number)
            writer.write(count)
        case .logStart(let key, let offset):
            writer.write(UInt8(6))
            Self.write(key, to: &writer)
            writer.write(offset)
        case .rolled(let key):
            writer.write(UInt8(7))
            Self.write(key, to: &writer)
        case .segmentsReplaced(let key, let bases, let summary):
            writer.write(UInt8(8))
            Self.write(key, to: &writer)
            writer.write(bases) { $0.write($1) }
            summary.write(to: &writer)
        case .producerIds(let next):
            writer.write(UInt8(9))
            writer.write(next)
        }
    }

    private static func write(_ key: PartitionKey, to writer: inout StateWriter) {
        writer.write(key.topic)
        writer.write(key.partition)
    }

    private static func key(from reader: inout StateReader) throws(StateError) -> PartitionKey {
        PartitionKey(topic: try reader.read(), partition: try reader.read())
    }

    init(from reader: inout StateReader) throws(StateError) {
        switch try reader.read(UInt8.self) {
        case 1: self = .append(try Self.append(from: &reader))
        case 2: self = .topicCreated(try TopicDescription(from: &reader))
        case 3: self = .topicDeleted(try reader.read())
        case 4: self = .topicConfigured(try reader.read(), try TopicConfiguration(from: &reader))
        case 5: self = .partitionsAdded(try reader.read(), count: try reader.read())
        case 6: self = .logStart(try Self.key(from: &reader), try reader.read())
        case 7: self = .rolled(try Self.key(from: &reader))
        case 8:
            let key = try Self.key(from: &reader)
            let bases = try reader.readArray(leastBytes: 8) { (reader) throws(StateError) in
                try reader.read(Int64.self)
            }
            self = .segmentsReplaced(key, bases: bases, by: try SegmentSummary(from: &reader))
        case 9: self = .producerIds(next: try reader.read())
        default: throw StateError(what: "an unknown kind of journal entry")
        }
    }

    private static func append(from reader: inout StateReader) throws(StateError) -> Append {
        let key = try key(from: &reader)
        let segmentBase = try reader.read(Int64.self)
        let position = Int(try reader.read(UInt32.self))
        let baseOffset = try reader.read(Int64.self)
        let nextOffset = try reader.read(Int64.self)
        let epoch = try reader.read(Int32.self)
        let start = Int(try reader.read(UInt32.self))
        let count = Int(try reader.read(UInt32.self))
        guard segmentBase >= 0, baseOffset >= segmentBase, nextOffset > baseOffset else {
            throw StateError(what: "an append that cannot be")
        }
        return Append(
            key: key, segmentBase: segmentBase, position: position, baseOffset: baseOffset, nextOffset: nextOffset,
            leaderEpoch: epoch, payload: start..<(start + count))
    }

    static func encode(_ entries: [JournalEntry]) -> [UInt8] {
        var writer = StateWriter()
        writer.write(entries) { $1.write(to: &$0) }
        return writer.bytes
    }

    static func decode(_ table: UnsafeRawBufferPointer) throws(StateError) -> [JournalEntry] {
        var reader = StateReader(table)
        return try reader.readArray(leastBytes: 5) { (reader) throws(StateError) in try JournalEntry(from: &reader) }
    }
}
