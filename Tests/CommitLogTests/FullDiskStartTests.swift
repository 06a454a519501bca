import CommitLog
import KafkaProtocol
import TestSupport
import Testing

/// On a full disk a start cannot store a checkpoint of what it read back; it writes the journal over itself to make it
/// durable. The power may go at any moment of that.
struct FullDiskStartTests {
    private static let values = (0..<6).map { "value \($0) " + String(repeating: "x", count: 300) }
    private let key = PartitionKey(topic: 1, partition: 0)

    private func filled() throws -> FaultyFileSystem {
        let fixture = LogFixture()
        _ = try fixture.open().createTopic("events", partitions: 1)
        for value in Self.values { _ = try fixture.append(batch([value]), to: key) }
        fixture.kill()
        fixture.files.capacityBytes = fixture.files.usedBytes
        return fixture.files
    }

    @Test(arguments: UInt64(1)...8)
    func acknowledgedRecordsOutliveALossOfPowerMeanwhile(_ seed: UInt64) throws {
        let full = try filled()
        var stop = 0
        var isOver = false
        while !isOver {
            stop += 1
            let fixture = LogFixture(files: full.copy())
            fixture.files.powerOffAtOperation(fixture.files.operationCount + stop)
            _ = try? fixture.open()
            isOver = !fixture.files.isPoweredOff
            fixture.kill()
            fixture.files.crash(keeping: seed &* 1_000 &+ UInt64(stop))
            fixture.files.capacityBytes = nil
            let report = try fixture.open().report
            #expect(!report.hasLosses, "power off after \(stop): \(report.damages)")
            let found = try fixture.readAll(key).flatMap(\.entries).compactMap(\.value)
            #expect(found == Self.values, "power off after \(stop)")
        }
        #expect(stop > 20, "the start did not do what this test is about")
    }

    /// A full disk has no room for a new journal file, so what removes goes on in the old one. A crash may tear that round,
    /// and the next process writes over what is left of it.
    @Test(arguments: UInt64(1)...4)
    func aTornRoundOfRemovingIsWrittenOver(_ seed: UInt64) throws {
        let full = try filled()
        var stop = 0
        var isOver = false
        while !isOver {
            stop += 1
            let fixture = LogFixture(files: full.copy())
            try fixture.open()
            fixture.files.powerOffAtOperation(fixture.files.operationCount + stop)
            let wasTold = (try? fixture.opened?.deleteRecords(key, before: 2)) == 2
            isOver = !fixture.files.isPoweredOff
            fixture.kill()
            fixture.files.crash(keeping: seed &* 1_000 &+ UInt64(stop))
            for wanted in [3, 4] as [Int64] {
                try fixture.open()
                let start = try #require(try fixture.opened?.partition(key).logStart)
                #expect(start == wanted - 1 || wanted == 3 && (start == 2 || start == 0 && !wasTold), "stop \(stop)")
                #expect(try fixture.opened?.deleteRecords(key, before: wanted) == wanted, "stop \(stop)")
                fixture.kill()
            }
            let report = try fixture.open().report
            #expect(!report.hasLosses, "stop \(stop): \(report.damages)")
            let found = try fixture.readAll(key).flatMap(\.entries).filter { $0.offset >= 4 }.compactMap(\.value)
            #expect(found == Array(Self.values[4...]), "stop \(stop)")
        }
        #expect(stop > 2, "removing did not do what this test is about")
    }

    /// No process goes on with the journal file of the one before, and a full disk has no room for another one.
    @Test(arguments: [1, 2, 3], [UInt64?.none, 1, 2, 3])
    func removingGoesOn(starts: Int, crash: UInt64?) throws {
        let fixture = LogFixture()
        var settings = TopicConfiguration()
        settings.segmentBytes = 2_000
        try fixture.open()
        let keys = try ["cut", "gone", "later"].map { name in
            let topic = try fixture.opened?.createTopic(name, partitions: 1, configuration: settings)
            return PartitionKey(topic: try #require(topic).number, partition: 0)
        }
        for index in 0..<20 {
            for key in keys { _ = try fixture.append(batch(["value \(index)"]), to: key) }
        }
        fixture.files.capacityBytes = fixture.files.usedBytes + 100
        for _ in 0..<starts {
            fixture.kill()
            if let crash { fixture.files.crash(keeping: crash) }
            try fixture.open()
            #expect(throws: LogError.diskFull) {
                for _ in 0..<200 { _ = try fixture.append(batch(["more"]), to: keys[0]) }
            }
        }
        #expect(try fixture.opened?.deleteRecords(keys[0], before: 15) == 15)
        fixture.kill()
        try fixture.open()
        try fixture.opened?.deleteTopic(keys[1].topic)
        fixture.kill()
        try fixture.open()
        #expect(fixture.opened?.topics.map(\.name) == ["cut", "later"])
        #expect(try fixture.readAll(keys[0]).first.map { $0.header.lastOffset >= 15 } == true)
        #expect(try fixture.readAll(keys[2]).count == 20)
    }
}
