import Columnar
import CommitLog
import ConnectorContract
import Connectors
import Diagnostics
import KafkaProtocol
import TestSupport
import Testing

/// Reading topics of the own log.
struct KafkaSourceTests {
    private func filled() throws -> MemoryQueue {
        let queue = try MemoryQueue()
        for partition in 0..<3 as Range<Int32> {
            for batch in 0..<4 {
                let first = Int(partition) * 100 + batch * 10
                try queue.append((first..<first + 10).map { "\($0)" }, topic: "t", partition: partition)
            }
        }
        return queue
    }

    private let all = (0..<3).flatMap { partition in (0..<40).map { Int64(partition * 100 + $0) } }

    @Test func readsAllPartitions() throws { #expect(try filled().rows().sorted() == all) }

    @Test(arguments: [1, 2, 3, 5])
    func positionsAreDealtOutToOtherReaders(parallelism: Int) throws {
        let queue = try filled()
        let source = try queue.source()
        let first = try source.open(parallelism: 2, positions: [], rejects: RejectCounter())
        var rows = try queue.read(first, limit: 1)
        #expect(rows.count < all.count)
        let positions = try first.map { try $0.position() }
        // What comes later is behind the end that the first start found.
        try queue.append(["999"], topic: "t")
        let second = try source.open(parallelism: parallelism, positions: positions, rejects: RejectCounter())
        rows += try queue.read(second)
        #expect(rows.sorted() == all)
    }

    @Test func aPositionInsideOfABatchNeitherSkipsNorRepeats() throws {
        let queue = try MemoryQueue()
        try queue.append((0..<6_000).map { "\($0)" }, topic: "t")
        let source = try queue.source()
        let first = try source.open(parallelism: 1, positions: [], rejects: RejectCounter())
        var rows = try queue.read(first, limit: 1)
        #expect(!rows.isEmpty && rows.count < 6_000)
        let second = try source.open(
            parallelism: 1, positions: try first.map { try $0.position() }, rejects: RejectCounter())
        rows += try queue.read(second)
        #expect(rows == Array(0..<6_000))
    }

    @Test func recordsOfTransactionsThatWereGivenUpAreSkipped() throws {
        let queue = try MemoryQueue()
        let producer = RecordBatchBuilder.Producer(id: 7, epoch: 0, baseSequence: 0)
        try queue.append(["1"], topic: "t")
        try queue.append(["2", "3"], topic: "t", producer: producer)
        try queue.append(["4"], topic: "t")
        #expect(try queue.rows() == [1], "the transaction is open: what lies behind it is not stable")
        #expect(try queue.rows(["properties.isolation.level": "read_uncommitted"]) == [1, 2, 3, 4])
        try queue.end(producer, .abort, topic: "t")
        #expect(try queue.rows() == [1, 4])
        try queue.append(["5"], topic: "t", producer: .init(id: 7, epoch: 0, baseSequence: 2))
        try queue.end(producer, .commit, topic: "t")
        #expect(try queue.rows() == [1, 4, 5])
    }

    @Test func startsAndStopsWhereItIsTold() throws {
        let queue = try MemoryQueue()
        try queue.append((0..<10).map { "\($0)" }, topic: "t")
        let specific = "specific-offsets"
        #expect(
            try queue.rows([
                "scan.startup.mode": specific, "scan.startup.specific-offsets": "partition:0,offset:3",
                "scan.bounded.mode": specific, "scan.bounded.specific-offsets": "partition:0,offset:6",
            ]) == [3, 4, 5])
        #expect(try queue.rows(["scan.startup.mode": "latest-offset"]) == [])
        let byTime = ["scan.startup.mode": "timestamp", "scan.startup.timestamp-millis": "1001"]
        #expect(try queue.rows(byTime) == [])
        let committed = ["scan.startup.mode": "group-offsets"]
        #expect(throws: MillraceError.self) { try queue.rows(committed) }
        queue.commit(group: "g", [GroupOffset(topic: "t", partition: 0, offset: 8, leaderEpoch: 0)])
        #expect(try queue.rows(committed.merging(["properties.auto.offset.reset": "latest"]) { $1 }) == [8, 9])
    }

    @Test func commitsWhereTheEpochStands() throws {
        let queue = try filled()
        let readers = try queue.source().open(parallelism: 1, positions: [], rejects: RejectCounter())
        _ = try queue.read(readers)
        _ = try readers[0].position()
        readers[0].committed()
        #expect(queue.committed.map(\.offset) == [40, 40, 40])
        _ = try readers[0].position()
        readers[0].committed()
        #expect(queue.committed.count == 3, "what has not changed is not committed again")
    }

    @Test func aTopicMadeAnewIsNotReadOnInTheOldOnesPlace() throws {
        let queue = try filled()
        let source = try queue.source()
        let readers = try source.open(parallelism: 1, positions: [], rejects: RejectCounter())
        let positions = [try readers[0].position()]
        try queue.held.deleteTopic(try queue.place("t", 0).topic)
        #expect(throws: (any Error).self) { try queue.read(readers) }
        try queue.append(["1"], topic: "t")
        let error = #expect(throws: MillraceError.self) {
            try source.open(parallelism: 1, positions: positions, rejects: RejectCounter())
        }
        #expect(error?.code == "other_topic")
    }

    @Test func removedRecordsEndTheJob() throws {
        let queue = try filled()
        let source = try queue.source()
        let positions = [try source.open(parallelism: 1, positions: [], rejects: RejectCounter())[0].position()]
        _ = try queue.held.deleteRecords(try queue.place("t", 1), before: 5)
        let readers = try source.open(parallelism: 1, positions: positions, rejects: RejectCounter())
        let error = #expect(throws: MillraceError.self) { try queue.read(readers) }
        #expect(error?.code == "offset_out_of_range")
        #expect(error?.hint != nil)
    }

    @Test func newPartitionsAreTakenUpFromTheirBeginning() throws {
        let queue = try MemoryQueue()
        try queue.append(["1"], topic: "t")
        let readers = try queue.source([
            "scan.bounded.mode": "unbounded", "scan.topic-partition-discovery.interval": "1 ms",
        ]).open(parallelism: 1, positions: [], rejects: RejectCounter())
        #expect(try queue.read(readers) == [1])
        try queue.held.addPartitions(try queue.place("t", 0).topic, count: 4)
        try queue.append(["2"], topic: "t", partition: 3)
        var rows: [Int64] = []
        for _ in 0..<2_000 where rows.isEmpty {
            if case .batch(let batch, _) = try readers[0].poll(waitMilliseconds: 5) {
                rows.append(batch.columns[0].int64[0])
            }
        }
        #expect(rows == [2])
    }

    @Test func badRecordsAreSetAsideWithTheirOffset() throws {
        let queue = try MemoryQueue()
        try queue.append(["1", "x", nil, "\"open", "4"], topic: "t")
        let rejects = RejectCounter()
        let readers = try queue.source(["on-error": "reject"]).open(parallelism: 1, positions: [], rejects: rejects)
        #expect(try queue.read(readers) == [1, 4])
        #expect(rejects.records.map(\.offset) == [1, 3])
        #expect(rejects.records.allSatisfy { $0.origin == "t/0" })
        #expect(throws: MillraceError.self) { try queue.rows(["on-error": "fail"]) }
    }
}
