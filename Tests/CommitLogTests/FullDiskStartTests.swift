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
}
