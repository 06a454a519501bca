import CommitLog
import Diagnostics
import KafkaProtocol
import TestSupport
import Testing

/// Bits that changed by themselves: no wrong byte is ever served, and nothing is lost without a word.
struct DamageTests {
    private func filled(count: Int = 30) throws -> (fixture: LogFixture, key: PartitionKey) {
        let fixture = LogFixture()
        var settings = TopicConfiguration()
        settings.segmentBytes = 1_500
        let topic = try fixture.open().createTopic("t", partitions: 2, configuration: settings)
        let key = PartitionKey(topic: topic.number, partition: 1)
        for index in 0..<count {
            _ = try fixture.append(batch(["value \(index)"], codec: index % 2 == 0 ? .lz4 : .none), to: key)
        }
        return (fixture, key)
    }

    private let expected = (0..<30).map { "value \($0)" }

    /// Reads each offset by itself; nil for those that are reported as damaged.
    private func readEach(_ fixture: LogFixture, _ key: PartitionKey) throws -> [String?] {
        let reader = try #require(try fixture.opened?.partition(key))
        return try (reader.logStart..<reader.highWatermark).map { offset in
            do {
                let found = try StoredBatch.decode(try reader.fetch(from: offset, maxBytes: 1).bytes)
                return found.flatMap(\.entries).first { $0.offset == offset }?.value
            } catch LogError.damaged {
                return nil
            }
        }
    }

    private func paths(_ fixture: LogFixture, _ suffix: String) throws -> [String] {
        try fixture.files.list("/log/topics/1/1").filter { $0.hasSuffix(suffix) }.map { "/log/topics/1/1/\($0)" }
    }

    @Test func aFlippedBitInASegmentIsAnErrorForItsBatchOnly() throws {
        let (whole, key) = try filled()
        try whole.opened?.close()
        let path = try #require(try paths(whole, ".log").first)
        let bits = (whole.files.contents(of: path)?.count ?? 0) * 8
        for bit in stride(from: 0, to: bits, by: 7) {
            let fixture = LogFixture(files: whole.files.copy())
            #expect(fixture.files.flipBit(bit, of: path))
            try fixture.open()
            let values = try readEach(fixture, key)
            for (value, right) in zip(values, expected) { #expect(value == nil || value == right, "bit \(bit)") }
            // What the log writes into a batch itself is compared with its neighbours, so nothing else is hit.
            #expect(values.count { $0 == nil } >= 1, "bit \(bit)")
            #expect(Array(values.suffix(11)) == expected.suffix(11).map { $0 }, "bit \(bit)")
        }
    }

    @Test func damagedIndexesAreBuiltAnew() throws {
        let (whole, key) = try filled()
        try whole.opened?.close()
        for path in try paths(whole, ".index") {
            let bytes = whole.files.contents(of: path)?.count ?? 0
            #expect(bytes > 8)
            for bit in stride(from: 0, to: bytes * 8, by: 5) {
                let fixture = LogFixture(files: whole.files.copy())
                #expect(fixture.files.flipBit(bit, of: path))
                try fixture.open()
                #expect(try readEach(fixture, key) == expected)
            }
            let fixture = LogFixture(files: whole.files.copy())
            try fixture.files.remove(path)
            try fixture.open()
            #expect(try readEach(fixture, key) == expected)
        }
    }

    @Test func anyFlippedBitInTheJournalIsHealedFromTheSegments() throws {
        let (whole, key) = try filled(count: 12)
        whole.kill()
        let path = "/log/journal-0"
        var healed = 0
        let bits = min(whole.files.contents(of: path)?.count ?? 0, 14 * 4096) * 8
        for bit in stride(from: 3, to: bits, by: 211) {
            let fixture = LogFixture(files: whole.files.copy())
            #expect(fixture.files.flipBit(bit, of: path))
            try fixture.open()
            let values = try readEach(fixture, key)
            // The last round has nothing behind it that would prove it was acknowledged: a torn tail is cut.
            #expect(values.count >= 11, "bit \(bit)")
            #expect(values == Array(expected.prefix(values.count)).map { $0 }, "bit \(bit)")
            #expect(fixture.opened?.report.hasLosses == false, "bit \(bit)")
            healed += fixture.opened?.report.damages.count ?? 0
        }
        #expect(healed > 10)
    }

    @Test func whatCannotBeHealedIsReportedAndTheRestStays() throws {
        let (whole, key) = try filled(count: 12)
        whole.kill()
        // The round of value 5 loses its payload, and the segments lose everything: as after a loss of power.
        let journal = try #require(whole.files.contents(of: "/log/journal-0"))
        let needle = Array("value 5".utf8)
        let place = try #require(
            (0..<(journal.count - needle.count)).first { Array(journal[$0..<($0 + needle.count)]) == needle })
        #expect(whole.files.flipBit(place * 8, of: "/log/journal-0"))
        for path in try paths(whole, ".log") { try whole.files.place([], at: path) }
        try whole.open()
        let report = try #require(whole.opened?.report)
        #expect(report.hasLosses && report.damages.contains { $0.kind == .lost })
        #expect(try whole.files.list("/log/quarantine") == ["1-1-5"])
        let reader = try #require(try whole.opened?.partition(key))
        #expect(reader.highWatermark == 12 && reader.leaderEpoch == 1)
        let values = try whole.readAll(key).flatMap(\.entries).map { $0.value ?? "" }
        #expect(values == (0..<12).filter { $0 != 5 }.map { "value \($0)" })
        // Offsets go on behind the gap, also after another restart.
        #expect(try whole.append(batch(["next"]), to: key).baseOffset == 12)
        whole.kill()
        try whole.open()
        #expect(try whole.readAll(key).flatMap(\.entries).map(\.offset) == (0...12).filter { $0 != 5 }.map(Int64.init))
    }

    @Test func aDamagedManifestLeavesTheOlderOne() throws {
        let (whole, key) = try filled()
        try whole.opened?.checkpoint()
        _ = try whole.append(batch(["one more"]), to: key)
        try whole.opened?.checkpoint()
        whole.kill()
        for name in ["manifest-0", "manifest-1"] {
            let bytes = whole.files.contents(of: "/log/\(name)")?.count ?? 0
            for bit in stride(from: 0, to: bytes * 8, by: 53) {
                let fixture = LogFixture(files: whole.files.copy())
                #expect(fixture.files.flipBit(bit, of: "/log/\(name)"))
                try fixture.open()
                #expect(try readEach(fixture, key) == expected + ["one more"])
            }
        }
        for name in ["manifest-0", "manifest-1"] { #expect(whole.files.flipBit(300, of: "/log/\(name)")) }
        #expect(throws: LogError.self) { try whole.open() }
    }

    @Test func verifyFindsDamageAndRepairsIt() throws {
        let (fixture, key) = try filled()
        try fixture.opened?.close()
        let path = try #require(try paths(fixture, ".log").first)
        fixture.kill()
        func verify(repairs: Bool) throws -> VerificationReport {
            try CommitLog.verify(
                directory: "/log", environment: fixture.environment, configuration: fixture.configuration,
                repairs: repairs)
        }
        let clean = try verify(repairs: true)
        #expect(clean.isClean && clean.batches == 30)
        #expect(fixture.files.flipBit(300 * 8, of: path))
        let found = try verify(repairs: false)
        #expect(found.damagedRanges.count == 1 && found.batches == 29)
        let offsets = try #require(found.damagedRanges.first?.offsets)
        #expect(offsets.count == 1)
        #expect(try verify(repairs: true).damagedRanges == found.damagedRanges)
        #expect(try verify(repairs: false).isClean)
        try fixture.open()
        let left = try fixture.readAll(key).flatMap(\.entries).map { $0.value ?? "" }
        #expect(left == (0..<30).filter { !offsets.contains(Int64($0)) }.map { "value \($0)" })
        #expect(try fixture.opened?.partition(key).leaderEpoch == 1)
    }

    @Test func verifyTellsOfAMissingSegmentAndRepairsTheRest() throws {
        let (fixture, key) = try filled()
        try fixture.opened?.close()
        let segments = try paths(fixture, ".log")
        fixture.kill()
        #expect(segments.count >= 2)
        try fixture.files.remove(segments[0])
        #expect(fixture.files.flipBit(300 * 8, of: segments[1]))
        func verify(repairs: Bool) throws -> VerificationReport {
            try CommitLog.verify(
                directory: "/log", environment: fixture.environment, configuration: fixture.configuration,
                repairs: repairs)
        }
        let found = try verify(repairs: true)
        #expect(found.damagedRanges.map(\.file) == [segments[0], segments[1]])
        #expect(found.damagedRanges.first?.offsets.lowerBound == 0)
        #expect(try verify(repairs: false).isClean)
        try fixture.open()
        let lost = found.damagedRanges.reduce(0) { $0 + $1.offsets.count }
        #expect(try fixture.readAll(key).count == 30 - lost)
        #expect(try fixture.append(batch(["afterwards"]), to: key).baseOffset == 30)
    }

    /// Each change of the disk fails or is the last one, in turn: afterwards all that was acknowledged is there.
    @Test func everyPointOfACrashIsSurvived() throws {
        func script(_ fixture: LogFixture, _ acknowledged: inout [String]) throws {
            let topic = try fixture.open().createTopic("t", partitions: 1)
            let key = PartitionKey(topic: topic.number, partition: 0)
            for index in 0..<6 {
                _ = try fixture.append(
                    batch(["value \(index)"], timestamp: fixture.clock.wallMilliseconds()), to: key)
                acknowledged.append("value \(index)")
                if index == 2 || index == 4 { try fixture.opened?.upkeep() }
            }
            try fixture.opened?.close()
        }
        let rehearsal = LogFixture()
        var all: [String] = []
        try script(rehearsal, &all)
        let operations = rehearsal.files.changingOperations
        #expect(operations.count > 40)
        for operation in operations {
            for seed in UInt64(0)..<4 {
                let fixture = LogFixture()
                fixture.files.powerOffAtOperation(operation)
                var acknowledged: [String] = []
                _ = try? script(fixture, &acknowledged)
                fixture.kill()
                fixture.files.crash(keeping: seed)
                try fixture.open()
                let key = PartitionKey(topic: 1, partition: 0)
                let values =
                    fixture.opened?.topic(1) == nil
                    ? [] : try fixture.readAll(key).flatMap(\.entries).map { $0.value ?? "" }
                #expect(values.count >= acknowledged.count, "operation \(operation), seed \(seed)")
                #expect(values == Array(all.prefix(values.count)), "operation \(operation), seed \(seed)")
            }
        }
    }
}
