import CommitLog
import Diagnostics
import KafkaProtocol

/// Which epochs of a sink have been appended to the log: a record in a compacted topic of the log, written in the same
/// round as the epoch's rows, so that both are there or neither.
struct SinkFence: Sendable {
    static let topic = "__millrace_sinks"

    private let log: CommitLog
    private let partition: PartitionKey

    /// Makes the topic where there is none yet.
    init(log: CommitLog) throws(LogError) {
        self.log = log
        var configuration = TopicConfiguration()
        try configuration.set("cleanup.policy", to: "compact")
        try configuration.set("segment.bytes", to: "16777216")
        let topic: TopicDescription
        if let known = log.topic(named: Self.topic) {
            topic = known
        } else {
            topic = try log.createTopic(Self.topic, partitions: 1, configuration: configuration)
        }
        partition = PartitionKey(topic: topic.number, partition: 0)
    }

    /// Where the next fence record will stand, or a place in front of it.
    func end() throws(LogError) -> Int64 { try log.partition(partition).highWatermark }

    /// The record that says that `sink` has appended up to `place`.
    func write(_ place: DeliveredPlace, sink: String, timestamp: Int64) throws -> AppendWrite {
        var builder = RecordBatchBuilder()
        builder.append(
            key: Array(sink.utf8), value: Array("\(place.epoch):\(place.part)".utf8), timestamp: timestamp)
        return AppendWrite(try builder.build(), to: partition)
    }

    /// How far `sink` has appended, as told by records from `offset` on; nil when none tells.
    func place(of sink: String, from offset: Int64) throws -> DeliveredPlace? {
        let reader = try log.partition(partition)
        var offset = max(offset, reader.logStart)
        var found: DeliveredPlace?
        while offset < reader.highWatermark {
            let fetched = try reader.fetch(from: offset, maxBytes: 1 << 20)
            try fetched.bytes.withUnsafeBytes { bytes in
                var place = 0
                while place < bytes.count,
                    let batch = RecordBatchView(UnsafeRawBufferPointer(rebasing: bytes[place...]))
                {
                    place += batch.bytes.count
                    try batch.forEachRecord { (record) throws(WireError) in
                        guard let key = record.key, let value = record.value, key.elementsEqual(sink.utf8) else {
                            return
                        }
                        found = Self.place(value) ?? found
                    }
                }
            }
            guard fetched.nextOffset > offset else { break }
            offset = fetched.nextOffset
        }
        return found
    }

    private static func place(_ bytes: UnsafeRawBufferPointer) -> DeliveredPlace? {
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":").compactMap { UInt64($0) }
        return parts.count == 2 ? DeliveredPlace(epoch: parts[0], part: parts[1]) : nil
    }
}
