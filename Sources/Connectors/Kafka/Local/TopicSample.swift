package import CommitLog
import KafkaProtocol

/// The newest values of a topic of the own log, to look at what its records are like.
package enum TopicSample {
    private static let recordsOfPartition: Int64 = 50
    private static let partitionsMax: Int32 = 16
    private static let bytesMax = 1 << 20

    /// Values of the last records of each partition, of 16 at most; none where there is no such topic. What cannot be read
    /// is left out: those who read the topic tell it.
    package static func values(of topic: String, in log: CommitLog) -> [[UInt8]] {
        guard let topic = log.topic(named: topic) else { return [] }
        return (0..<min(topic.partitionCount, partitionsMax)).flatMap { index -> [[UInt8]] in
            guard let reader = try? log.partition(PartitionKey(topic: topic.number, partition: index)) else {
                return []
            }
            let start = max(reader.logStart, reader.highWatermark &- recordsOfPartition)
            guard let fetched = try? reader.fetch(from: start, maxBytes: bytesMax, isolation: .readUncommitted) else {
                return []
            }
            return values(in: fetched.bytes, from: start)
        }
    }

    /// A batch may hold very many small records: only those asked for are kept.
    private static func values(in bytes: [UInt8], from start: Int64) -> [[UInt8]] {
        bytes.withUnsafeBytes { bytes in
            var found: [[UInt8]] = []
            var place = 0
            while place < bytes.count, let batch = RecordBatchView(UnsafeRawBufferPointer(rebasing: bytes[place...])) {
                place += batch.bytes.count
                guard !batch.header.attributes.isControl else { continue }
                try? batch.forEachRecord { (record) throws(WireError) in
                    let offset = batch.header.baseOffset &+ Int64(record.offsetDelta)
                    if offset >= start, let value = record.value { found.append(Array(value)) }
                }
            }
            return found
        }
    }
}
