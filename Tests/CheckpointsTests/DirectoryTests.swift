import Checkpoints
import ConnectorContract
import Diagnostics
import TestSupport
import Testing

/// Whose directory it is, and what lies in it.
struct DirectoryTests {
    private static func filled(_ epochs: Int) throws -> FaultyFileSystem {
        let files = FaultyFileSystem()
        var run = StoreRun(try EpochHistory(seed: 16, epochs: epochs))
        run.run(files)
        files.settle()
        return files.copy()
    }

    @Test func aSecondUserIsRefused() throws {
        let directory = TemporaryDirectory()
        let first = try openStore(SystemFileSystem(), directory: directory.path)
        let error = #expect(throws: MillraceError.self) {
            try openStore(SystemFileSystem(), directory: directory.path)
        }
        #expect(error?.code == "checkpoints_locked")
        _ = try first.restore()
        _ = try first.commit(epoch: 1, changes: [])
    }

    @Test func theLockGoesWithTheStore() throws {
        let files = FaultyFileSystem()
        do {
            let store = try openStore(files)
            #expect(throws: MillraceError.self) { try openStore(files) }
            _ = try store.restore()
        }
        _ = try openStore(files)
    }

    @Test func anotherJobOrPlanIsRefused() throws {
        let files = try Self.filled(3)
        for (identity, code) in [
            (JobIdentity(name: "other", planHash: 42, formatVersion: 1), "checkpoints_of_other_job"),
            (JobIdentity(name: "job", planHash: 43, formatVersion: 1), "checkpoints_of_other_plan"),
            (JobIdentity(name: "job", planHash: 42, formatVersion: 0), "checkpoints_newer_format"),
        ] {
            let error = #expect(throws: MillraceError.self) { try openStore(files, identity: identity).restore() }
            #expect(error?.code == code)
        }
        let newer = JobIdentity(name: "job", planHash: 42, formatVersion: 2)
        #expect(try openStore(files, identity: newer).restore()?.epoch == 3)
    }

    @Test func aManifestOfANewerLayoutIsRefused() throws {
        let files = try Self.filled(3)
        let path = "/data/job/MANIFEST-00000000000000000003"
        var bytes = try #require(files.contents(of: path))
        var writer = ByteWriter()
        bytes.withUnsafeBytes { writer.writeRaw(UnsafeRawBufferPointer(rebasing: $0[..<8])) }
        writer.write(UInt32(2))
        writer.write(checksum(writer.bytes))
        bytes.replaceSubrange(0..<16, with: writer.bytes)
        try files.place(bytes, at: path)
        let error = #expect(throws: MillraceError.self) { try openStore(files).restore() }
        #expect(error?.code == "checkpoints_newer_format")
        #expect(files.contents(of: path) == bytes)
    }

    @Test func orphansGoAndStrangersStay() throws {
        let files = try Self.filled(8)
        let strangers = ["notes.txt", "blob-12", "MANIFEST-00000000000000000003.bak", "blob-99999999999999999999"]
        let orphans = ["blob-00000000000000000900", "MANIFEST-00000000000000000009.tmp"]
        for name in strangers + orphans { try files.place([1, 2, 3], at: "/data/job/" + name) }
        let store = try openStore(files)
        #expect(try store.restore()?.epoch == 8)
        let names = try files.list("/data/job")
        #expect(strangers.allSatisfy(names.contains))
        #expect(!orphans.contains(where: names.contains))
        #expect(names.filter { $0.hasPrefix("MANIFEST-") && !$0.hasSuffix(".bak") }.count == 3)
    }

    @Test func filesDoNotPileUp() throws {
        let files = try Self.filled(60)
        let store = try openStore(files)
        _ = try store.restore()
        let names = try files.list("/data/job")
        #expect(names.filter { $0.hasPrefix("MANIFEST-") }.count == 3)
        #expect(names.count < 40)
    }
}
