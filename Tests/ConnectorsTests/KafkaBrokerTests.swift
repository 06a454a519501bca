import CRdKafka
import Columnar
import ConnectorContract
import Diagnostics
import KafkaProtocol
import Synchronization
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

    /// Whether connections are taken.
    func setUp(_ isUp: Bool) { millrace_kafka_mock_set_up(handle, isUp ? 1 : 0) }

    /// Each answer takes so long.
    func delay(milliseconds: Int32) { millrace_kafka_mock_delay(handle, milliseconds) }

    /// The next requests of a kind are answered with an error.
    func fail(_ api: Int16, with error: Int32, times: Int) { millrace_kafka_mock_fail(handle, api, error, times) }
}

/// The connector against a broker that is not ours, with errors put in.
@Suite(.serialized, .enabled(if: MockBroker.isThere, "librdkafka is not installed")) struct KafkaBrokerTests {
    private enum API {
        static let produce: Int16 = 0, fetch: Int16 = 1, listOffsets: Int16 = 2, findCoordinator: Int16 = 10
        static let initProducer: Int16 = 22, endTransaction: Int16 = 26, commitInTransaction: Int16 = 28
    }
    private enum Code {
        static let notLeader: Int32 = 6, timedOut: Int32 = 7, loading: Int32 = 14, noCoordinator: Int32 = 15
        static let notCoordinator: Int32 = 16, topicRefused: Int32 = 29, fenced: Int32 = 90
    }

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

    private func source(_ broker: MockBroker, _ options: [String: String] = [:]) throws -> any Source {
        try KafkaConnector(isUpsert: false, queue: nil).makeSource(
            ScanRequest(table: table(broker, options), columns: [.physical(0)], parallelism: 1),
            environment: Environment())
    }

    /// Rows of the whole topic.
    private func rows(_ broker: MockBroker, _ options: [String: String] = [:]) throws -> [Int64] {
        try read(try source(broker, options).open(parallelism: 1, positions: [], rejects: RejectCounter()))
    }

    /// Reads to the end of the bounded table; `limit` batches at most.
    private func read(_ readers: [any SourceReader], limit: Int = .max, polls: Int = 1_800) throws -> [Int64] {
        var rows: [Int64] = []
        var batches = 0
        for reader in readers {
            // Polls wait up to 50 ms: this ends after a minute and a half whatever the broker does.
            polling: for _ in 0..<polls where batches < limit {
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

    @Test func whatIsRefusedForGoodEndsWriting() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 1))
        let sink = try sink(broker)
        broker.fail(API.produce, with: Code.topicRefused, times: 1)
        #expect {
            try sink.write(MemoryQueue.batch(1...10))
            _ = try sink.snapshot(epoch: 1)
        } throws: {
            ($0 as? MillraceError)?.code == "kafka_broker"
        }
    }

    @Test func whatIsRefusedForGoodEndsReading() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 1))
        let sink = try sink(broker)
        try sink.write(MemoryQueue.batch(1...10))
        try sink.finish()
        // Readers ask for records as soon as they are there.
        broker.fail(API.fetch, with: Code.topicRefused, times: 64)
        let readers = try source(broker).open(parallelism: 1, positions: [], rejects: RejectCounter())
        #expect {
            _ = try read(readers)
        } throws: {
            ($0 as? MillraceError)?.code == "kafka_broker"
        }
    }

    @Test func coordinatorsThatMove() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 1))
        broker.fail(API.findCoordinator, with: Code.noCoordinator, times: 2)
        broker.fail(API.initProducer, with: Code.loading, times: 2)
        let sink = try sink(broker, ["sink.delivery-guarantee": "exactly-once"])
        for epoch in 1...2 as ClosedRange<UInt64> {
            try sink.write(MemoryQueue.batch(Int64(epoch) * 10...Int64(epoch) * 10 + 4))
            _ = try sink.snapshot(epoch: epoch)
            broker.fail(API.commitInTransaction, with: Code.notCoordinator, times: 2)
            try sink.committed(epoch: epoch)
        }
        try sink.finish()
        #expect(try rows(broker) == [10, 11, 12, 13, 14, 20, 21, 22, 23, 24])
    }

    @Test func aFencedTransactionEndsTheJob() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 1))
        let sink = try sink(broker, ["sink.delivery-guarantee": "exactly-once"])
        try sink.write(MemoryQueue.batch(1...5))
        _ = try sink.snapshot(epoch: 1)
        broker.fail(API.endTransaction, with: Code.fenced, times: 1)
        #expect {
            try sink.committed(epoch: 1)
        } throws: {
            ($0 as? MillraceError)?.code == "kafka_broker"
        }
    }

    @Test func aBrokerThatIsAwayForAWhile() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 1))
        let sink = try sink(broker)
        try sink.write(MemoryQueue.batch(1...100))
        _ = try sink.snapshot(epoch: 1)
        let readers = try source(broker, ["scan.bounded.mode": "unbounded"]).open(
            parallelism: 1, positions: [], rejects: RejectCounter())
        var rows: [Int64] = []
        for _ in 0..<1_800 where rows.count < 100 { rows += try read(readers, limit: 1, polls: 1) }
        broker.setUp(false)
        // What is written now waits in the client, and reading has nothing and says why.
        try sink.write(MemoryQueue.batch(101...200))
        for _ in 0..<1_800 where readers[0].progress.problem == nil {
            rows += try read(readers, limit: 1, polls: 1)
        }
        #expect(readers[0].progress.problem?.hasPrefix("waiting for broker \(broker.address): ") == true)
        #expect(rows == Array(1...100))
        broker.setUp(true)
        try sink.finish()
        for _ in 0..<1_800 where rows.count < 200 || readers[0].progress.problem != nil {
            rows += try read(readers, limit: 1, polls: 1)
        }
        #expect(rows == Array(1...200) && readers[0].progress.problem == nil)
    }

    /// A table of a broker that is away while the job begins, with its first partition read before.
    private func away(_ broker: MockBroker, topics: String) throws -> [any SourceReader] {
        broker.setUp(false)
        let connector = KafkaConnector(
            isUpsert: false, queue: nil, patience: BrokerPatience(limitMilliseconds: 300, isForAll: true))
        let source = try connector.makeSource(
            ScanRequest(
                table: table(broker, ["scan.bounded.mode": "unbounded", "topic": topics]), columns: [.physical(0)],
                parallelism: 1), environment: Environment())
        let marks = ["t", "gone"].map { KafkaMark(topic: $0, topicID: .zero, partition: 0, next: 0, stop: nil) }
        let readers = try source.open(
            parallelism: 2, positions: [KafkaMark.encode(marks)], rejects: RejectCounter())
        #expect(readers.contains { $0.progress.problem?.hasPrefix("waiting for broker") == true })
        return readers
    }

    @Test func partitionsThatCameWhileTheBrokerWasAway() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 3))
        let sink = try sink(broker, ["sink.partitioner": "round-robin"])
        for start in stride(from: 1, to: 300, by: 10) as StrideTo<Int64> {
            try sink.write(MemoryQueue.batch(start...(start + 9)))
            _ = try sink.snapshot(epoch: 1)
        }
        try sink.finish()
        let readers = try away(broker, topics: "t")
        broker.setUp(true)
        var rows: [Int64] = []
        for _ in 0..<1_800 where rows.count < 300 { rows += try read(readers, polls: 1) }
        #expect(rows.sorted() == Array(1...300))
        // What came is part of the position, and no other topic.
        let marks = try readers.flatMap { try KafkaMark.decode($0.position()) }
        #expect(Set(marks.map(\.partition)) == [0, 1, 2] && marks.allSatisfy { $0.topic == "t" && $0.next > 0 })
    }

    @Test func oneLimitForAllQuestions() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 1))
        let clock = Environment().clock
        let patience = BrokerPatience(limitMilliseconds: 300, isForAll: true)
        let connector = KafkaConnector(isUpsert: false, queue: nil, patience: patience)
        let first = patience.end(clock)
        // Each answer comes later than the limit: nobody waits for the second question as long again.
        broker.delay(milliseconds: 1_000)
        for _ in 0..<2 {
            let error = #expect(throws: MillraceError.self) {
                _ = try connector.makeSink(table(broker), environment: Environment())
            }
            #expect(error?.code == BrokerPatience.errorCode)
        }
        #expect(patience.end(clock) == first)
        // Then it can be made.
        broker.delay(milliseconds: 0)
        try patience.askAgain(BrokerPatience(limitMilliseconds: 60_000))
        // Who is not wanted any more does not wait at all.
        broker.setUp(false)
        var unwanted = BrokerPatience(limitMilliseconds: .max / 2_000_000)
        unwanted.isWanted = { false }
        #expect(throws: MillraceError.self) { try patience.askAgain(unwanted) }
    }

    @Test func aBrokerThatAnswersSlowly() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 1))
        broker.delay(milliseconds: 150)
        let sink = try sink(broker)
        try sink.write(MemoryQueue.batch(1...300))
        try sink.finish()
        #expect(try rows(broker) == Array(1...300))
    }

    @Test func changesOfKeys() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 2))
        var table = table(broker, ["key.format": "csv", "value.format": "csv", "connector": "upsert-kafka"])
        for name in ["format", "scan.startup.mode"] { table.options[name] = nil }
        table.primaryKey = [0]
        let connector = KafkaConnector(isUpsert: true, queue: nil)
        let sink = try connector.makeSink(table, environment: Environment())
        broker.fail(API.produce, with: Code.notLeader, times: 2)
        try sink.write(MemoryQueue.batch(1...200))
        try sink.finish()
        let source = try connector.makeSource(
            ScanRequest(table: table, columns: [.physical(0)], parallelism: 1), environment: Environment())
        let readers = try source.open(parallelism: 2, positions: [], rejects: RejectCounter())
        #expect(try read(readers).sorted() == Array(1...200))
    }

    /// A loaded machine may not come to the first connection within the time, so that the cause is told at a later attempt.
    private func expectRefused(_ body: () throws -> Void) throws {
        var told: MillraceError?
        for _ in 0..<100 where told?.message.contains("connection refused") != true {
            told = try #require(throws: MillraceError.self) { try body() }
        }
        let error = try #require(told)
        #expect(error.code == BrokerPatience.errorCode && error.hint != nil)
        #expect(error.message.contains("127.0.0.1:1") && error.message.contains("connection refused"))
    }

    @Test func nobodyThereIsToldWithItsCause() throws {
        let broker = try #require(MockBroker(topic: "t", partitions: 1))
        var table = table(broker)
        // Nobody listens at the port of this number.
        table.options["properties.bootstrap.servers"] = "127.0.0.1:1"
        let told = Told()
        var patience = BrokerPatience(limitMilliseconds: 600) { told.add($0) }
        patience.noticeMilliseconds = 0
        let connector = KafkaConnector(isUpsert: false, queue: nil, patience: patience)
        let source = try connector.makeSource(
            ScanRequest(table: table, columns: [.physical(0)], parallelism: 1), environment: Environment())
        try expectRefused { _ = try source.open(parallelism: 1, positions: [], rejects: RejectCounter()) }
        try expectRefused { _ = try connector.makeSink(table, environment: Environment()) }
        #expect(throws: MillraceError.self) { try patience.askAgain(BrokerPatience(limitMilliseconds: 300)) }
        #expect(told.lines.allSatisfy { $0.hasPrefix("waiting for broker 127.0.0.1:1: ") } && !told.lines.isEmpty)
        // Where reading stood is known: the job begins, and says what it waits for.
        let mark = KafkaMark(topic: "t", topicID: .zero, partition: 0, next: 7, stop: nil)
        let readers = try source.open(
            parallelism: 1, positions: [KafkaMark.encode([mark])], rejects: RejectCounter())
        var problem: String?
        for _ in 0..<1_200 where problem?.hasSuffix("connection refused") != true {
            _ = try readers[0].poll(waitMilliseconds: 50)
            problem = readers[0].progress.problem
        }
        #expect(problem == "waiting for broker 127.0.0.1:1: connection refused")
        #expect(try KafkaMark.decode(readers[0].position()) == [mark])
    }
}

/// Lines that somebody was told, from any thread.
private final class Told: Sendable {
    private let held = Mutex<[String]>([])
    var lines: [String] { held.withLock { $0 } }
    func add(_ line: String) { held.withLock { $0.append(line) } }
}

/// The cause of a failed connection out of the library's log.
struct BrokerPatienceTests {
    @Test(arguments: [
        (
            "[thrd:h:1/boot]: h:1/boot: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms)",
            "connection refused"
        ),
        (
            "[thrd:a.b:9/boot]: a.b:9/boot: Failed to resolve 'a.b:9': Name or service not known (after 3ms)",
            "unknown host 'a.b'"
        ),
        (
            "[thrd:h:9/boot]: h:9/boot: SASL authentication error: Wrong password (after 9ms)",
            "SASL authentication error: Wrong password"
        ),
        ("", "no answer"), ("something else", "something else"), ("[thrd:", "[thrd:"),
    ])
    func causes(_ logged: String, _ cause: String) { #expect(BrokerPatience.cause(logged) == cause) }

    /// Jobs that begin together share the time, and each asks for the broker that it missed itself.
    @Test func eachJobMissesItsOwnBroker() throws {
        let all = BrokerPatience(limitMilliseconds: 3_600_000, isForAll: true)
        let (first, second) = (all.another, all.another)
        let asked = Told()
        first.miss { _ in asked.add("first") }
        second.miss { _ in asked.add("second") }
        try all.askAgain(BrokerPatience())
        try first.askAgain(BrokerPatience())
        #expect(asked.lines == ["first"])
        let clock = Environment().clock
        #expect(first.end(clock) == second.end(clock))
        #expect(BrokerPatience(limitMilliseconds: 1).end(clock) < first.end(clock))
    }
}
