import Columnar
import CommitLog
import ConnectorContract
import Connectors
import Diagnostics
import KafkaProtocol
import Synchronization
import TestSupport

/// A queue on a disk in memory, with offsets of groups in a dictionary.
final class MemoryQueue: LocalQueue {
    let held: CommitLog
    private let offsets = Mutex<[GroupOffset]>([])

    init() throws {
        held = try CommitLog(
            directory: "/queue", environment: Environment(files: FaultyFileSystem()))
    }

    deinit { try? held.close() }

    var committed: [GroupOffset] { offsets.withLock { $0 } }
    func log() -> CommitLog { held }
    func isOwn(_ address: String) -> Bool { address == "here:9092" }

    func committedOffsets(group: String, topic: String, partitions: [Int32]) -> [Int32: Int64] {
        offsets.withLock { offsets in
            Dictionary(
                offsets.filter { $0.topic == topic }.map { ($0.partition, $0.offset) }, uniquingKeysWith: { $1 })
        }
    }

    func commit(group: String, _ new: [GroupOffset]) { offsets.withLock { $0 += new } }

    /// Appends records to a partition, as one batch.
    func append(
        _ values: [String?], topic: String, partition: Int32 = 0, producer: RecordBatchBuilder.Producer? = nil
    ) throws {
        var builder = RecordBatchBuilder(
            attributes: BatchAttributes(isTransactional: producer != nil), producer: producer)
        for value in values { builder.append(key: nil, value: value.map { Array($0.utf8) }, timestamp: 1_000) }
        try write(AppendWrite(try builder.build(), to: place(topic, partition)))
    }

    func end(_ producer: RecordBatchBuilder.Producer, _ outcome: TransactionMarker.Outcome, topic: String) throws {
        try write(
            AppendWrite(
                TransactionMarker(outcome: outcome, coordinatorEpoch: 0), producerId: producer.id,
                producerEpoch: producer.epoch, to: place(topic, 0)))
    }

    private func write(_ write: AppendWrite) throws {
        for outcome in try held.append([write]) { _ = try outcome.get() }
    }

    func place(_ topic: String, _ partition: Int32) throws -> PartitionKey {
        let found = try held.topic(named: topic) ?? held.createTopic(topic, partitions: 3)
        return PartitionKey(topic: found.number, partition: partition)
    }
}

extension MemoryQueue {
    static let fields = [Field("n", DataType(.bigint))]

    func table(_ options: [String: String] = [:]) -> TableDescription {
        let fixed = [
            "connector": "kafka", "topic": "t", "format": "csv", "scan.startup.mode": "earliest-offset",
            "scan.bounded.mode": "latest-offset",
        ]
        return TableDescription(
            name: "t", physicalFields: Self.fields, options: fixed.merging(options) { $1 })
    }

    func source(
        _ options: [String: String] = [:], columns: [ScanColumn] = [.physical(0)], parallelism: Int = 1
    ) throws -> any Source {
        try KafkaConnector(isUpsert: false, queue: self).makeSource(
            ScanRequest(table: table(options), columns: columns, parallelism: parallelism),
            environment: Environment())
    }

    /// Everything that readers deliver, up to `limit` batches of each.
    func read(_ readers: [any SourceReader], limit: Int = .max) throws -> [Int64] {
        var rows: [Int64] = []
        for reader in readers {
            var left = limit
            reading: while left > 0 {
                left -= 1
                switch try reader.poll(waitMilliseconds: 0) {
                case .batch(let batch, _):
                    for row in 0..<batch.rowCount { rows.append(batch.columns[0].int64[row]) }
                case .idle, .finished: break reading
                }
            }
        }
        return rows
    }

    /// The rows of the whole table.
    func rows(_ options: [String: String] = [:]) throws -> [Int64] {
        try read(source(options).open(parallelism: 1, positions: [], rejects: RejectCounter()))
    }

    func sink(_ options: [String: String] = [:]) throws -> any Sink {
        try KafkaConnector(isUpsert: false, queue: self).makeSink(table(options), environment: Environment())
    }

    static func batch(_ values: ClosedRange<Int64>) -> Batch {
        BatchBuilder.batch(fields.map(\.type), values.map { [.integer($0)] })
    }
}
