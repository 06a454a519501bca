import CommitLog
import Diagnostics
import KafkaProtocol

/// Keeps state in a compacted topic of the log itself.
final class LogStateStore: StateStore {
    static let topicName = Broker.internalPrefix + "state"

    private let log: CommitLog
    private let partition: PartitionKey
    private let clock: any TimeSource

    /// Makes the topic where there is none yet.
    init(log: CommitLog, clock: any TimeSource) throws {
        self.log = log
        self.clock = clock
        var configuration = TopicConfiguration()
        try configuration.set("cleanup.policy", to: "compact")
        try configuration.set("segment.bytes", to: "16777216")
        let topic =
            try log.topic(named: Self.topicName)
            ?? log.createTopic(Self.topicName, partitions: 1, configuration: configuration)
        partition = PartitionKey(topic: topic.number, partition: 0)
    }

    /// The entries as one batch, to be appended alone or together with others.
    func write(_ entries: [StateEntry]) throws(WireError) -> AppendWrite {
        var builder = RecordBatchBuilder()
        let now = clock.wallMilliseconds()
        for entry in entries { builder.append(key: entry.key, value: entry.value, timestamp: now) }
        return AppendWrite(try builder.build(), to: partition)
    }

    func put(_ entries: [StateEntry], done: @escaping @Sendable (ErrorCode) -> Void) {
        guard !entries.isEmpty else { return done(.none) }
        do {
            try log.submit([try write(entries)]) { outcomes in
                switch outcomes.first {
                case .success: done(.none)
                case .failure(let error): done(error.code)
                case nil: done(.unknownServerError)
                }
            }
        } catch let error as LogError {
            done(error.code)
        } catch {
            done(.unknownServerError)
        }
    }

    func load(_ visit: (StateEntry) throws -> Void) throws {
        let reader = try log.partition(partition)
        var newest: [[UInt8]: [UInt8]] = [:]
        var offset = reader.logStart
        while offset < reader.highWatermark {
            let fetched = try reader.fetch(from: offset, maxBytes: 4 << 20)
            try fetched.bytes.withUnsafeBytes { bytes in
                var position = 0
                while position < bytes.count,
                    let batch = RecordBatchView(UnsafeRawBufferPointer(rebasing: bytes[position...]))
                {
                    try batch.forEachRecord { (record) throws(WireError) in
                        guard let key = record.key else { return }
                        newest[Array(key)] = record.value.map { Array($0) }
                    }
                    position += batch.header.byteCount
                }
            }
            guard fetched.nextOffset > offset else { break }
            offset = fetched.nextOffset
        }
        for (key, value) in newest { try visit(StateEntry(key: key, value: value)) }
    }
}
