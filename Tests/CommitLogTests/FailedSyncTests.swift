import CommitLog
import KafkaProtocol
import TestSupport
import Testing

/// What a failed sync leaves reads as if it were on the disk and is gone after a loss of power: a process that starts
/// in between must not build on it.
struct FailedSyncTests {
    /// Compacts a topic, deletes another, and stores checkpoints; gives the latest acknowledged value of each key.
    private func script(_ fixture: LogFixture, _ latest: inout [String: String]) throws {
        var settings = TopicConfiguration()
        settings.segmentBytes = 300
        settings.isCompacted = true
        settings.isDeleted = false
        settings.minCleanableThousandths = 0
        let log = try fixture.open()
        let kept = try log.createTopic("kept", partitions: 1, configuration: settings)
        let doomed = try log.createTopic("doomed", partitions: 1)
        _ = try fixture.append(batch(["short-lived"]), to: PartitionKey(topic: doomed.number, partition: 0))
        for index in 0..<9 { try append("value \(index)", "k\(index % 2)", to: kept.number, fixture, &latest) }
        for _ in 0..<3 { try log.upkeep() }
        try log.deleteTopic(doomed.number)
        try append("last", "k0", to: kept.number, fixture, &latest)
        try log.checkpoint()
    }

    private func append(
        _ value: String, _ key: String, to topic: UInt32, _ fixture: LogFixture, _ latest: inout [String: String]
    ) throws {
        let time = fixture.clock.wallMilliseconds()
        _ = try fixture.append(
            batch([value], key: key, timestamp: time), to: PartitionKey(topic: topic, partition: 0))
        latest[key] = value
    }

    /// Starts again, appends and stores a checkpoint, until the power goes at the operation `stop` from now.
    /// Whether it went.
    private func goOn(_ fixture: LogFixture, stop: Int, _ latest: inout [String: String]) -> Bool {
        fixture.files.powerOffAtOperation(fixture.files.operationCount + stop)
        do {
            let log = try fixture.open()
            if log.topic(1) != nil { try append("afterwards", "k2", to: 1, fixture, &latest) }
            try log.checkpoint()
        } catch {}
        return fixture.files.isPoweredOff
    }

    @Test func aStartDoesNotBuildOnWhatWasNotSynced() throws {
        let rehearsal = LogFixture()
        var all: [String: String] = [:]
        try script(rehearsal, &all)
        #expect(try rehearsal.files.list("/log/topics") == ["1"])
        #expect(
            try rehearsal.files.list("/log/topics/1/0").contains { $0.hasSuffix("-1.log") }, "nothing was compacted")
        var syncs = 0
        for operation in rehearsal.files.changingOperations {
            let failed = LogFixture()
            failed.files.failAtOperation(operation, code: 5)
            var acknowledged: [String: String] = [:]
            _ = try? script(failed, &acknowledged)
            failed.kill()
            // After the failed sync of a directory the machine has to start anew, not only the process.
            guard failed.files.trace.contains(where: { $0.hasPrefix("\(operation) fdatasync ") }) else { continue }
            // Appends alone are the simulation's matter; from here on there are checkpoints, a compaction, a deletion.
            guard acknowledged["k0"] == "value 8" || acknowledged["k0"] == "last" else { continue }
            syncs += 1
            var stop = 1
            var isOver = false
            while !isOver {
                let fixture = LogFixture(files: failed.files.copy())
                var latest = acknowledged
                isOver = !goOn(fixture, stop: stop, &latest)
                fixture.kill()
                fixture.files.crash(keeping: UInt64(stop))
                try check(fixture, latest, "sync \(operation), power off after \(stop)")
                stop += 1
            }
        }
        #expect(syncs > 5)
    }

    private func check(_ fixture: LogFixture, _ latest: [String: String], _ place: String) throws {
        do {
            try fixture.open()
        } catch {
            Issue.record("\(place): \(error)")
            return
        }
        let report = try #require(fixture.opened?.report)
        #expect(!report.hasLosses, "\(place): \(report.damages)")
        guard !latest.isEmpty else { return }
        var found: [String: [String]] = [:]
        for entry in try fixture.readAll(PartitionKey(topic: 1, partition: 0)).flatMap(\.entries) {
            found[entry.key ?? "", default: []].append(entry.value ?? "")
        }
        for (key, value) in latest { #expect(found[key]?.contains(value) == true, "\(place): \(key) \(value)") }
    }
}
