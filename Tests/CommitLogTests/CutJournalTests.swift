import CommitLog
import KafkaProtocol
import TestSupport
import Testing

/// The first round of a new journal file may be cut off by a crash together with the file. When the file grows later,
/// that round, of which nobody was told, looks whole.
struct CutJournalTests {
    private let key = PartitionKey(topic: 1, partition: 0)

    private func journals(_ files: FaultyFileSystem) throws -> Set<String> {
        Set(try files.list("/log").filter { $0.hasPrefix("journal-") })
    }

    /// A log that ended as its append of `lost` began a new journal file, of which `kept` bytes are there.
    private func cutOff(_ kept: Int, lost: [String]) throws -> (files: FaultyFileSystem, values: [String], path: String)
    {
        let fixture = LogFixture()
        _ = try fixture.open().createTopic("events", partitions: 1)
        var values: [String] = []
        while true {
            let before = fixture.files.copy()
            let names = try journals(fixture.files)
            _ = try fixture.append(batch(lost), to: key)
            if let new = try journals(fixture.files).subtracting(names).first {
                let path = "/log/\(new)"
                try before.place(Array(try #require(fixture.files.contents(of: path)).prefix(kept)), at: path)
                return (before, values, path)
            }
            values += lost
        }
    }

    @Test(arguments: [64, 512, 2_048, 4_096, 5_000])
    func aRoundThatWasCutOffDoesNotComeBack(_ kept: Int) throws {
        // One that ends in its first block, and one that goes on behind it.
        for size in [100, 6_000] {
            let cut = try cutOff(kept, lost: ["unheard" + String(repeating: "x", count: size)])
            let fixture = LogFixture(files: cut.files)
            try fixture.open()
            let known = try fixture.readAll(key).flatMap(\.entries).compactMap(\.value)
            #expect(known.starts(with: cut.values))
            let later = (0..<4).map { "later \($0)" }
            for value in later { _ = try fixture.append(batch([value]), to: key) }
            fixture.kill()

            // The file grew, and what was to be written into it is not there.
            let stale = try #require(cut.files.contents(of: cut.path))
            let zeros = [UInt8](repeating: 0, count: max(0, 16_384 - stale.count))
            try cut.files.place(stale.prefix(kept) + zeros, at: cut.path)
            let report = try fixture.open().report
            #expect(!report.hasLosses, "\(report.damages)")
            let found = try fixture.readAll(key).flatMap(\.entries).compactMap(\.value)
            #expect(found == known + later, "\(kept) bytes kept of a round of \(size)")
        }
    }
}
