import CommitLog
import Diagnostics
import KafkaProtocol
import TestSupport
import Testing

/// Compacted topics: the newest record of each key stays, at its offset.
@Suite struct CompactionTests {
    private func topic(_ fixture: LogFixture, deleteRetention: Int64 = 1_000) throws -> PartitionKey {
        var settings = TopicConfiguration()
        try settings.set("cleanup.policy", to: "compact")
        try settings.set("segment.bytes", to: "500")
        try settings.set("min.cleanable.dirty.ratio", to: "0")
        try settings.set("delete.retention.ms", to: "\(deleteRetention)")
        let log = try fixture.open()
        return PartitionKey(
            topic: try log.createTopic("c", partitions: 1, configuration: settings).number, partition: 0)
    }

    private func deletion(of key: String) throws -> ProducedBatch {
        var builder = RecordBatchBuilder()
        builder.append(key: Array(key.utf8), value: nil, timestamp: 1_000)
        return try ProducedBatch(checking: try builder.build().bytes)
    }

    /// Lets what was written so far become old enough to be compacted: segments end, and checkpoints know it.
    private func settle(_ fixture: LogFixture, _ key: PartitionKey) throws {
        for round in 0..<5 {
            for number in 0..<8 { _ = try fixture.append(batch(["\(round) \(number)"], key: "filler"), to: key) }
            try fixture.opened?.upkeep()
        }
    }

    private func entries(_ fixture: LogFixture, _ key: PartitionKey) throws -> [StoredBatch.Entry] {
        try fixture.readAll(key).flatMap(\.entries).filter { $0.key != "filler" }
    }

    @Test func theNewestRecordOfEachKeyStaysAtItsOffset() throws {
        let fixture = LogFixture()
        let key = try topic(fixture)
        for number in 0..<60 {
            let codec = CompressionCodec.allCases[number % 5]
            _ = try fixture.append(batch(["v\(number)"], key: "k\(number % 5)", codec: codec), to: key)
        }
        try settle(fixture, key)
        for restart in [false, true] {
            if restart {
                fixture.kill()
                try fixture.open()
            }
            let left = try entries(fixture, key)
            #expect(left.map(\.offset) == [55, 56, 57, 58, 59])
            #expect(left.map(\.value) == (55..<60).map { "v\($0)" })
            let reader = try #require(try fixture.opened?.partition(key))
            // What is gone is no gap at the front: reading begins where it began, and goes on to what is left.
            #expect(reader.logStart == 0)
            #expect(
                try StoredBatch.decode(try reader.fetch(from: 3, maxBytes: 1).bytes).first?.entries.first?.offset == 55)
        }
    }

    @Test func batchesKeepTheRecordsThatAreNewest() throws {
        let fixture = LogFixture()
        let key = try topic(fixture)
        var builder = RecordBatchBuilder(attributes: BatchAttributes(codec: .lz4))
        for name in ["a", "b", "a", "c"] {
            builder.append(key: Array(name.utf8), value: Array("1".utf8), timestamp: 5_000)
        }
        _ = try fixture.append(try ProducedBatch(checking: try builder.build().bytes), to: key)
        _ = try fixture.append(batch(["2"], key: "b"), to: key)
        try settle(fixture, key)
        let left = try entries(fixture, key)
        #expect(left.map(\.key) == ["a", "c", "b"])
        #expect(left.map(\.offset) == [2, 3, 4])
        #expect(left.first?.timestamp == 5_000)
    }

    @Test func deletionsStayReadableForTheirTime() throws {
        let fixture = LogFixture()
        let key = try topic(fixture, deleteRetention: 60_000)
        _ = try fixture.append(batch(["1"], key: "a"), to: key)
        _ = try fixture.append(deletion(of: "a"), to: key)
        try settle(fixture, key)
        let marked = try entries(fixture, key)
        #expect(marked.map(\.key) == ["a"] && marked.first?.value == nil)
        fixture.clock.advance(nanoseconds: 61_000_000_000)
        try settle(fixture, key)
        #expect(try entries(fixture, key).isEmpty)
    }

    @Test func producersKeepTheirSequence() throws {
        let fixture = LogFixture()
        let key = try topic(fixture)
        func numbered(_ sequence: Int32) throws -> ProducedBatch {
            try batch(["\(sequence)"], key: "a", producer: .init(id: 9, epoch: 0, baseSequence: sequence))
        }
        for sequence in 0..<6 as Range<Int32> { _ = try fixture.append(numbered(sequence), to: key) }
        _ = try fixture.append(batch(["newest"], key: "a"), to: key)
        try settle(fixture, key)
        #expect(try entries(fixture, key).map(\.value) == ["newest"])
        fixture.kill()
        try fixture.open()
        #expect(try fixture.append(numbered(5), to: key).isRepeat)
        #expect(throws: LogError.outOfOrderSequence(expected: 6, got: 8)) { try fixture.append(numbered(8), to: key) }
        #expect(try fixture.append(numbered(6), to: key).isRepeat == false)
    }

    @Test func recordsWithoutAKeyAreRefused() throws {
        let fixture = LogFixture()
        let key = try topic(fixture)
        #expect(throws: LogError.self) { try fixture.append(batch(["x"]), to: key) }
        #expect(try fixture.append(batch(["x"], key: "k"), to: key).baseOffset == 0)
    }
}
