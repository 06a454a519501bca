import Columnar
import ConnectorContract
import Diagnostics
import KafkaProtocol
import TestSupport
import Testing

@testable import Connectors

/// Writing topics of the own log.
struct KafkaSinkTests {
    private let exactly = ["sink.delivery-guarantee": "exactly-once"]

    @Test func showsAnEpochOnceItIsDurable() throws {
        let queue = try MemoryQueue()
        let sink = try queue.sink(exactly)
        try sink.write(MemoryQueue.batch(1...3))
        #expect(try queue.rows() == [])
        _ = try sink.snapshot(epoch: 1)
        try sink.write(MemoryQueue.batch(4...5))
        #expect(try queue.rows() == [])
        try sink.committed(epoch: 1)
        #expect(try queue.rows() == [1, 2, 3])
        _ = try sink.snapshot(epoch: 2)
        try sink.committed(epoch: 2)
        #expect(try queue.rows() == [1, 2, 3, 4, 5])
        #expect(sink.guarantee.hasPrefix("exactly once"))
    }

    @Test func aCrashBetweenTheEpochAndTheAppendNeitherLosesNorRepeats() throws {
        let queue = try MemoryQueue()
        let first = try queue.sink(exactly)
        try first.write(MemoryQueue.batch(1...3))
        let stored = try first.snapshot(epoch: 1)
        // Rows behind the epoch come again from the source.
        try first.write(MemoryQueue.batch(4...9))
        let second = try queue.sink(exactly)
        try second.restore(stored)
        #expect(try queue.rows() == [1, 2, 3])
        // A crash behind the append, and one more right after the start.
        for _ in 0..<2 { try queue.sink(exactly).restore(stored) }
        #expect(try queue.rows() == [1, 2, 3])
        try second.write(MemoryQueue.batch(4...5))
        let next = try second.snapshot(epoch: 2)
        try second.committed(epoch: 2)
        let third = try queue.sink(exactly)
        try third.restore(next)
        try third.write(MemoryQueue.batch(6...6))
        _ = try third.snapshot(epoch: 3)
        try third.committed(epoch: 3)
        #expect(try queue.rows() == [1, 2, 3, 4, 5, 6])
    }

    @Test func anEpochThatCouldNotBeStoredGoesWithTheNext() throws {
        let queue = try MemoryQueue()
        let sink = try queue.sink(exactly)
        try sink.write(MemoryQueue.batch(1...1))
        _ = try sink.snapshot(epoch: 1)
        try sink.write(MemoryQueue.batch(2...2))
        let stored = try sink.snapshot(epoch: 2)
        try queue.sink(exactly).restore(stored)
        #expect(try queue.rows() == [1, 2])
    }

    @Test func stateBehindTheTopicIsRefused() throws {
        let queue = try MemoryQueue()
        let sink = try queue.sink(exactly)
        try sink.write(MemoryQueue.batch(1...1))
        let old = try sink.snapshot(epoch: 1)
        try sink.committed(epoch: 1)
        try sink.write(MemoryQueue.batch(2...2))
        _ = try sink.snapshot(epoch: 2)
        try sink.committed(epoch: 2)
        let error = #expect(throws: MillraceError.self) { try queue.sink(exactly).restore(old) }
        #expect(error?.code == "sink_ahead")
    }

    @Test func atLeastOnceAppendsAtOnceAndEndsDurably() throws {
        let queue = try MemoryQueue()
        let sink = try queue.sink()
        try sink.write(MemoryQueue.batch(1...3))
        #expect(try sink.snapshot(epoch: 1).isEmpty)
        #expect(try queue.rows() == [1, 2, 3])
        try sink.write(MemoryQueue.batch(4...4))
        try sink.finish()
        #expect(try queue.rows().sorted() == [1, 2, 3, 4])
    }

    @Test(arguments: ["none", "gzip", "snappy", "lz4", "zstd"])
    func compresses(codec: String) throws {
        let queue = try MemoryQueue()
        let sink = try queue.sink(["properties.compression.type": codec])
        try sink.write(MemoryQueue.batch(1...1_000))
        try sink.finish()
        #expect(try queue.rows() == Array(1...1_000))
    }

    /// Values of Kafka's own test of its hash.
    @Test(arguments: [
        ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829), ("abc", 479_470_107),
    ])
    func hashesKeysAsKafkaDoes(key: String, hash: Int32) {
        #expect(Int32(bitPattern: Murmur2.hash(Array(key.utf8))) == hash)
    }

    @Test(arguments: [
        ["topic": ""], ["topic-pattern": "x"], ["scan.startup.mode": "timestamp"],
        ["scan.startup.mode": "timestamp", "scan.startup.timestamp-millis": "noon"],
        ["scan.startup.mode": "specific-offsets", "scan.startup.specific-offsets": "0:42"],
        ["key.fields": "n"], ["key.format": "json"], ["key.format": "json", "key.fields": "m"],
        ["key.format": "json", "key.fields": "n", "key.fields-prefix": "k_"], ["topic.partitions": "0"],
        ["properties.bootstrap.servers": "127.0.0.1:1", "properties.sasl.jaas.config": "nobody"],
    ])
    func badOptionsAreRefusedWithAHint(options: [String: String]) throws {
        let queue = try MemoryQueue()
        let error = #expect(throws: MillraceError.self) { try queue.source(options) }
        #expect(error?.hint != nil)
    }
}
