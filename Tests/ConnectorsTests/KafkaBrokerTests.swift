import CRdKafka
import Columnar
import ConnectorContract
import Diagnostics
import TestSupport
import Testing

@testable import Connectors

/// The broker that librdkafka brings for tests: nobody here wrote it.
private final class MockBroker {
    let address: String
    private let handle: UnsafeMutableRawPointer

    /// Nil where librdkafka is not installed.
    init?(topic: String, partitions: Int32) {
        var address = [CChar](repeating: 0, count: 256)
        var reason = address
        guard let handle = millrace_kafka_mock_new(1, &address, address.count, &reason, reason.count) else {
            return nil
        }
        self.handle = handle
        self.address = String(decoding: address.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        _ = millrace_kafka_mock_create_topic(handle, topic, partitions)
    }

    deinit { millrace_kafka_mock_free(handle) }

    /// Whether librdkafka is installed.
    static var isThere: Bool { MockBroker(topic: "t", partitions: 1) != nil }

    /// The next requests of a kind are answered with an error.
    func fail(_ api: Int16, with error: Int32, times: Int) { millrace_kafka_mock_fail(handle, api, error, times) }
}

/// The connector against a broker that is not ours, with errors put in.
@Suite(.serialized, .enabled(if: MockBroker.isThere, "librdkafka is not installed")) struct KafkaBrokerTests {
    private enum API {
        static let produce: Int16 = 0, fetch: Int16 = 1, listOffsets: Int16 = 2, endTransaction: Int16 = 26
    }
    private enum Code { static let notLeader: Int32 = 6, timedOut: Int32 = 7, loading: Int32 = 14 }

    private func table(_ broker: MockBroker, _ options: [String: String] = [:]) -> TableDescription {
        let fixed = [
            "connector": "kafka", "topic": "t", "format": "csv", "scan.startup.mode": "earliest-offset",
            "scan.bounded.mode": "latest-offset", "properties.bootstrap.servers": broker.address,
            "properties.reconnect.backoff.ms": "10", "properties.reconnect.backoff.max.ms": "100",
        ]
        return TableDescription(
            name: "t", physicalFields: MemoryQueue.fields, options: fixed.merging(options) { $1 })
    }

    private func sink(_ broker: MockBroker, _ options: [String: String] = [:]) throws -> any Sink {
        try KafkaConnector(isUpsert: false, queue: nil).makeSink(table(broker, options), environment: Environment())
    }

    private func source(_ broker: MockBroker) throws -> any Source {
        try KafkaConnector(isUpsert: false, queue: nil).makeSource(
            ScanRequest(table: table(broker), columns: [.physical(0)], parallelism: 1), environment: Environment())
    }

    /// Reads to the end of the bounded table; `limit` batches at most.
    private func read(_ readers: [any SourceReader], limit: Int = .max) throws -> [Int64] {
        var rows: [Int64] = []
        var batches = 0
        for reader in readers {
            // Polls wait up to 50 ms: this ends after a minute and a half whatever the broker does.
            polling: for _ in 0..<1_800 where batches < limit {
                switch try reader.poll(waitMilliseconds: 50) {
                case .batch(let batch, _):
                    batches += 1
                    for row in 0..<batch.rowCount { rows.append(batch.columns[0].int64[row]) }
                case .idle: break
                case .finished: break polling
                }
            }
        }
        return rows
    }

    @Test func writesAndReadsThroughErrors() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 3))
        broker.fail(API.produce, with: Code.notLeader, times: 3)
        let sink = try sink(broker)
        try sink.write(MemoryQueue.batch(1...500))
        #expect(try sink.snapshot(epoch: 1).isEmpty)
        try sink.write(MemoryQueue.batch(501...1_000))
        try sink.finish()
        broker.fail(API.fetch, with: Code.notLeader, times: 3)
        let readers = try source(broker).open(parallelism: 2, positions: [], rejects: RejectCounter())
        #expect(try read(readers).sorted() == Array(1...1_000))
    }

    @Test func positionsGoOnWithOtherReaders() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 3))
        let sink = try sink(broker, ["sink.partitioner": "round-robin"])
        try sink.write(MemoryQueue.batch(1...900))
        try sink.finish()
        let source = try source(broker)
        let first = try source.open(parallelism: 1, positions: [], rejects: RejectCounter())
        var rows = try read(first, limit: 1)
        #expect(!rows.isEmpty && rows.count < 900)
        let positions = try first.map { try $0.position() }
        rows += try read(try source.open(parallelism: 2, positions: positions, rejects: RejectCounter()))
        #expect(rows.sorted() == Array(1...900))
    }

    @Test func transactionsOfEpochsThroughErrors() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 1))
        let sink = try sink(broker, ["sink.delivery-guarantee": "exactly-once"])
        for epoch in 1...3 as ClosedRange<UInt64> {
            try sink.write(MemoryQueue.batch(Int64(epoch) * 10...Int64(epoch) * 10 + 4))
            _ = try sink.snapshot(epoch: epoch)
            broker.fail(API.endTransaction, with: Code.loading, times: 2)
            try sink.committed(epoch: epoch)
        }
        try sink.finish()
        let readers = try source(broker).open(parallelism: 1, positions: [], rejects: RejectCounter())
        #expect(try read(readers) == [10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 30, 31, 32, 33, 34])
    }
}
