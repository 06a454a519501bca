import CommitLog
import Diagnostics
import Glibc
import KafkaProtocol
import TestSupport
import Testing

struct LogTests {
    @Test func offsetsFollowOneAnotherAndSurviveARestart() throws {
        let fixture = LogFixture()
        let topic = try fixture.open().createTopic("orders", partitions: 2)
        let key = PartitionKey(topic: topic.number, partition: 1)
        for index in 0..<50 {
            let codec = CompressionCodec.allCases[index % 5]
            let outcome = try fixture.append(batch(["a\(index)", "b\(index)"], codec: codec), to: key)
            #expect(outcome.baseOffset == Int64(index) * 2)
            #expect(outcome.lastOffset == Int64(index) * 2 + 1)
        }
        for restart in 0..<3 {
            if restart == 1 { fixture.kill() }
            if restart == 2 { try fixture.opened?.close() }
            if restart > 0 { try fixture.open() }
            let values = try fixture.readAll(key).flatMap(\.entries).map { $0.value ?? "" }
            #expect(values == (0..<50).flatMap { ["a\($0)", "b\($0)"] })
            #expect(fixture.opened?.report.damages == [])
            #expect(fixture.opened?.topic(named: "orders") == topic)
        }
        #expect(fixture.opened?.report == RecoveryReport())
    }

    @Test func aFetchBeginsWithTheBatchThatHoldsTheOffset() throws {
        let fixture = LogFixture()
        let topic = try fixture.open().createTopic("t", partitions: 1)
        let key = PartitionKey(topic: topic.number, partition: 0)
        for index in 0..<30 { _ = try fixture.append(batch(["x\(index)", "y", "z"]), to: key) }
        let reader = try #require(try fixture.opened?.partition(key))
        for offset in Int64(0)..<90 {
            let fetched = try reader.fetch(from: offset, maxBytes: 1)
            let found = try StoredBatch.decode(fetched.bytes)
            #expect(found.count == 1 && found[0].header.baseOffset == offset / 3 * 3)
            #expect(fetched.nextOffset == offset / 3 * 3 + 3)
        }
        #expect(try reader.fetch(from: 90, maxBytes: 1).bytes.isEmpty)
        for offset in [Int64(-1), 91, .max] {
            #expect(throws: LogError.offsetOutOfRange(offset: offset, start: 0, end: 90)) {
                try reader.fetch(from: offset, maxBytes: 1)
            }
        }
    }

    @Test func producersRepeatsAreAnsweredWithTheFirstOffset() throws {
        let fixture = LogFixture()
        let topic = try fixture.open().createTopic("t", partitions: 1)
        let key = PartitionKey(topic: topic.number, partition: 0)
        func numbered(_ sequence: Int32, epoch: Int16 = 0) throws -> ProducedBatch {
            try batch(["v\(sequence)", "w"], producer: .init(id: 9, epoch: epoch, baseSequence: sequence))
        }
        for index in 0..<8 { _ = try fixture.append(numbered(Int32(index) * 2), to: key) }
        for restart in [false, true] {
            if restart {
                fixture.kill()
                try fixture.open()
            }
            let repeated = try fixture.append(numbered(8), to: key)
            #expect(repeated.isRepeat && repeated.baseOffset == 8 && repeated.lastOffset == 9)
            #expect(throws: LogError.outOfOrderSequence(expected: 16, got: 18)) {
                try fixture.append(numbered(18), to: key)
            }
            #expect(throws: LogError.outOfOrderSequence(expected: 16, got: 0)) {
                try fixture.append(numbered(0), to: key)
            }
        }
        _ = try fixture.append(numbered(0, epoch: 1), to: key)
        #expect(throws: LogError.invalidProducerEpoch(current: 1, got: 0)) { try fixture.append(numbered(16), to: key) }
        #expect(try fixture.readAll(key).count == 9)
    }

    @Test func sequencesWrapToZero() throws {
        let fixture = LogFixture()
        let topic = try fixture.open().createTopic("t", partitions: 1)
        let key = PartitionKey(topic: topic.number, partition: 0)
        let last = Int32.max - 1
        _ = try fixture.append(batch(["a", "b", "c"], producer: .init(id: 1, epoch: 0, baseSequence: last)), to: key)
        let next = try fixture.append(batch(["d"], producer: .init(id: 1, epoch: 0, baseSequence: 1)), to: key)
        #expect(next.baseOffset == 3 && !next.isRepeat)
    }

    @Test func transactionsHoldBackCommittedReaders() throws {
        let fixture = LogFixture()
        let topic = try fixture.open().createTopic("t", partitions: 1)
        let key = PartitionKey(topic: topic.number, partition: 0)
        func write(_ id: Int64, _ sequence: Int32, _ value: String) throws {
            _ = try fixture.append(
                batch([value], producer: .init(id: id, epoch: 0, baseSequence: sequence), isTransactional: true),
                to: key)
        }
        func end(_ id: Int64, _ outcome: TransactionMarker.Outcome) throws {
            let marker = TransactionMarker(outcome: outcome, coordinatorEpoch: 0)
            for result in try fixture.append([AppendWrite(marker, producerId: id, producerEpoch: 0, to: key)]) {
                _ = try result.get()
            }
        }
        try write(1, 0, "one")
        _ = try fixture.append(batch(["plain"]), to: key)
        try write(2, 0, "two")
        #expect(try fixture.readAll(key, isolation: .readCommitted).isEmpty)
        try end(2, .abort)
        #expect(try fixture.opened?.partition(key).lastStableOffset == 0)
        try end(1, .commit)
        for restart in 0..<3 {
            if restart == 1 { fixture.kill() }
            if restart == 2 { try fixture.opened?.close() }
            if restart > 0 { try fixture.open() }
            let reader = try #require(try fixture.opened?.partition(key))
            #expect(reader.lastStableOffset == 5 && reader.highWatermark == 5)
            let fetched = try reader.fetch(from: 0, maxBytes: 10_000, isolation: .readCommitted)
            #expect(fetched.abortedTransactions.map(\.producerId) == [2])
            #expect(fetched.abortedTransactions.first?.firstOffset == 2)
            let outOfTurn = try batch(["x"], producer: .init(id: 1, epoch: 0, baseSequence: 5), isTransactional: true)
            #expect(throws: LogError.outOfOrderSequence(expected: 1, got: 5)) { try fixture.append(outOfTurn, to: key) }
        }
    }

    @Test func retentionRemovesWholeSegmentsFromTheFront() throws {
        let fixture = LogFixture()
        var settings = TopicConfiguration()
        settings.segmentBytes = 500
        settings.retentionBytes = 2_000
        settings.retentionMilliseconds = -1
        let topic = try fixture.open().createTopic("t", partitions: 1, configuration: settings)
        let key = PartitionKey(topic: topic.number, partition: 0)
        for index in 0..<100 { _ = try fixture.append(batch(["value \(index)"]), to: key) }
        try fixture.opened?.upkeep()
        let reader = try #require(try fixture.opened?.partition(key))
        let start = reader.logStart
        #expect(start > 50 && reader.storedBytes >= 2_000 && reader.storedBytes < 2_500)
        #expect(throws: LogError.self) { try reader.fetch(from: start - 1, maxBytes: 1) }
        let names = try fixture.files.list("/log/topics/\(topic.number)/0").filter { $0.hasSuffix(".log") }
        #expect(names.count <= 6)
        settings.retentionMilliseconds = 1_000
        try fixture.opened?.configureTopic(topic.number, settings)
        fixture.clock.advance(nanoseconds: 5_000_000_000)
        try fixture.opened?.upkeep()
        #expect(reader.logStart == 100 && reader.highWatermark == 100 && reader.storedBytes == 0)
        fixture.kill()
        try fixture.open()
        #expect(try fixture.append(batch(["next"]), to: key).baseOffset == 100)
    }

    @Test func deletedRecordsStayDeleted() throws {
        let fixture = LogFixture()
        let topic = try fixture.open().createTopic("t", partitions: 1)
        let key = PartitionKey(topic: topic.number, partition: 0)
        for index in 0..<10 { _ = try fixture.append(batch(["v\(index)", "w"]), to: key) }
        #expect(try fixture.opened?.deleteRecords(key, before: 7) == 7)
        fixture.kill()
        try fixture.open()
        let reader = try #require(try fixture.opened?.partition(key))
        #expect(reader.logStart == 7)
        #expect(try reader.fetch(from: 7, maxBytes: 1).nextOffset == 8)
        #expect(throws: LogError.self) { try fixture.opened?.deleteRecords(key, before: 21) }
    }

    @Test func topicsAreMadeOnceAndGetNewIdsWhenMadeAnew() throws {
        let fixture = LogFixture()
        let first = try fixture.open().createTopic("t", partitions: 1)
        #expect(throws: LogError.topicExists("t")) { try fixture.opened?.createTopic("t", partitions: 1) }
        for name in ["", ".", "..", "a/b", "ü", String(repeating: "x", count: 250)] {
            #expect(throws: LogError.invalidTopicName(name)) { try fixture.opened?.createTopic(name, partitions: 1) }
        }
        for count in [Int32(0), -1, 10_001] {
            #expect(throws: LogError.self) { try fixture.opened?.createTopic("u", partitions: count) }
        }
        let key = PartitionKey(topic: first.number, partition: 0)
        _ = try fixture.append(batch(["old"]), to: key)
        try fixture.opened?.deleteTopic(first.number)
        #expect(throws: LogError.self) { try fixture.append(batch(["x"]), to: key) }
        let second = try #require(try fixture.opened?.createTopic("t", partitions: 3))
        #expect(second.id != first.id && second.number != first.number)
        try fixture.opened?.addPartitions(second.number, count: 5)
        fixture.kill()
        let again = try fixture.open()
        #expect(again.topics.map(\.id) == [second.id] && again.topics.map(\.partitionCount) == [5])
        #expect(try fixture.files.list("/log/topics") == ["\(second.number)"])
        #expect(try fixture.readAll(PartitionKey(topic: second.number, partition: 4)).isEmpty)
    }

    @Test func producerIdsAreGivenOnce() throws {
        let fixture = LogFixture()
        let first = try fixture.open().reserveProducerIds(10)
        fixture.kill()
        let second = try fixture.open().reserveProducerIds(1)
        #expect(first.count == 10 && second.lowerBound >= first.upperBound)
    }

    @Test func timesAreFoundInsideBatches() throws {
        let fixture = LogFixture()
        var settings = TopicConfiguration()
        settings.segmentBytes = 600
        let topic = try fixture.open().createTopic("t", partitions: 1, configuration: settings)
        let key = PartitionKey(topic: topic.number, partition: 0)
        for index in 0..<40 {
            var builder = RecordBatchBuilder(attributes: BatchAttributes(codec: .lz4))
            for step in 0..<3 {
                builder.append(key: nil, value: [1, 2, 3], timestamp: Int64(index * 30 + step * 10))
            }
            _ = try fixture.append(ProducedBatch(checking: builder.build().bytes), to: key)
        }
        for restart in [false, true] {
            if restart {
                fixture.kill()
                try fixture.open()
            }
            let reader = try #require(try fixture.opened?.partition(key))
            for time in Int64(-5)...1_190 {
                let expected = max(0, (time + 9) / 10)
                let found = try #require(try reader.offset(atOrAfter: time))
                #expect(found.offset == expected && found.milliseconds == expected * 10)
            }
            #expect(try reader.offset(atOrAfter: 1_191) == nil)
            #expect(try reader.latestTime()?.offset == 119)
        }
    }

    @Test func theLogStampsBatchesWhereTheTopicSaysSo() throws {
        let fixture = LogFixture()
        var settings = TopicConfiguration()
        settings.usesAppendTime = true
        let topic = try fixture.open().createTopic("t", partitions: 1, configuration: settings)
        let key = PartitionKey(topic: topic.number, partition: 0)
        let outcome = try fixture.append(batch(["a", "b"], timestamp: 5), to: key)
        #expect(outcome.appendMilliseconds == fixture.clock.wallMilliseconds())
        #expect(
            try fixture.readAll(key)[0].entries.map(\.timestamp) == [
                outcome.appendMilliseconds, outcome.appendMilliseconds,
            ])
    }

    @Test func atomicWritesAreAllOrNothing() throws {
        let fixture = LogFixture()
        let topic = try fixture.open().createTopic("t", partitions: 2)
        let first = PartitionKey(topic: topic.number, partition: 0)
        let second = PartitionKey(topic: topic.number, partition: 1)
        _ = try fixture.append(batch(["a"], producer: .init(id: 1, epoch: 3, baseSequence: 0)), to: second)
        let writes = [
            AppendWrite(try batch(["x"]), to: first),
            AppendWrite(try batch(["y"], producer: .init(id: 1, epoch: 2, baseSequence: 0)), to: second),
        ]
        for result in try fixture.append(writes, isAtomic: true) { #expect(throws: LogError.self) { try result.get() } }
        #expect(try fixture.readAll(first).isEmpty)
        let mixed = try fixture.append(writes)
        #expect((try? mixed[0].get()) != nil && (try? mixed[1].get()) == nil)
    }

    @Test func aFailedSyncEndsTheLog() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        let topic = try log.createTopic("t", partitions: 1)
        let key = PartitionKey(topic: topic.number, partition: 0)
        _ = try fixture.append(batch(["kept"]), to: key)
        // A round is one write to a segment, one to the journal, and a sync.
        fixture.files.failAtOperation(fixture.files.operationCount + 3, code: EIO)
        #expect(throws: LogError.self) { try fixture.append(batch(["unknown"]), to: key) }
        #expect(log.failure != nil)
        let count = fixture.files.operationCount
        #expect(throws: LogError.self) { try fixture.append(batch(["later"]), to: key) }
        #expect(fixture.files.operationCount == count)
        #expect(try fixture.readAll(key).flatMap(\.entries).map(\.value) == ["kept"])
        fixture.kill()
        fixture.files.crash(keeping: 3)
        try fixture.open()
        #expect(try fixture.readAll(key).flatMap(\.entries).first?.value == "kept")
    }

    @Test func aFullDiskRefusesOnlyWrites() throws {
        let fixture = LogFixture()
        var settings = TopicConfiguration()
        settings.segmentBytes = 2_000
        let log = try fixture.open()
        let topic = try log.createTopic("t", partitions: 1, configuration: settings)
        let key = PartitionKey(topic: topic.number, partition: 0)
        for index in 0..<60 { _ = try fixture.append(batch(["value \(index)"]), to: key) }
        try log.checkpoint()
        fixture.files.capacityBytes = fixture.files.usedBytes + 700
        var refused = 0
        var taken = 0
        for index in 0..<200 where refused < 5 {
            do {
                _ = try fixture.append(batch(["late \(index)"]), to: key)
                taken += 1
            } catch {
                #expect(error as? LogError == .diskFull)
                refused += 1
            }
        }
        #expect(refused == 5 && log.failure == nil)
        #expect(try fixture.readAll(key).count == 60 + taken)
        #expect(try log.deleteRecords(key, before: 40) == 40)
        try log.upkeep()
        let outcome = try fixture.append(batch(["again"]), to: key)
        #expect(outcome.baseOffset == Int64(60 + taken))
        fixture.kill()
        fixture.files.crash(keeping: 1)
        fixture.files.capacityBytes = nil
        try fixture.open()
        #expect(try fixture.readAll(key).flatMap(\.entries).last?.value == "again")
    }
}
