import Checkpoints
import ConnectorContract
import Diagnostics
import TestSupport
import Testing

/// Bytes on the disk that are not what was written.
struct DamageTests {
    private let history: EpochHistory
    private let files = FaultyFileSystem()
    private let newest = "/data/job/MANIFEST-00000000000000000020"

    init() throws {
        history = try EpochHistory(seed: 15, epochs: 20)
        var run = StoreRun(history)
        run.run(files)
        files.settle()
    }

    @Test func aFlippedBitInTheManifestFallsBackOneEpoch() throws {
        let size = try #require(files.contents(of: newest)).count
        for byte in 0..<size {
            let disk = files.copy()
            #expect(disk.flipBit(byte * 8 + byte % 8, of: newest))
            let store = try openStore(disk)
            let restored = try store.restore()
            #expect(restored?.epoch == 19, "byte \(byte)")
            #expect(try StateModel(restored) == history.models[19])
            #expect(store.warningCount == 1)
            #expect(disk.contents(of: newest + ".broken")?.count == size)
            _ = try store.commit(epoch: 20, changes: history.epochs[19])
        }
    }

    @Test func aManifestCutAnywhereFallsBackOneEpoch() throws {
        let bytes = try #require(files.contents(of: newest))
        for size in stride(from: 0, to: bytes.count, by: 7) {
            let disk = files.copy()
            try disk.place(Array(bytes.prefix(size)), at: newest)
            let restored = try openStore(disk).restore()
            #expect(restored?.epoch == 19)
            #expect(try StateModel(restored) == history.models[19])
        }
    }

    @Test func aFlippedBitInABlobNeverGivesAnotherState() throws {
        var random = SplitMix64(seed: 99)
        var outcomes: [String: Int] = [:]
        let blobs = try files.list("/data/job").filter { $0.hasPrefix("blob-") }
        for _ in 0..<600 {
            let disk = files.copy()
            let path = "/data/job/" + blobs[Int(random.next() % UInt64(blobs.count))]
            let bits = (disk.contents(of: path)?.count ?? 0) * 8
            #expect(disk.flipBit(Int(random.next() % UInt64(bits)), of: path))
            do {
                let restored = try openStore(disk).restore()
                let epoch = Int(restored?.epoch ?? 0)
                #expect(epoch >= 18)
                #expect(try StateModel(restored) == history.models[epoch])
                outcomes["\(epoch)", default: 0] += 1
            } catch let error as MillraceError {
                #expect(error.code == "checkpoints_without_manifest")
                outcomes["refused", default: 0] += 1
            }
        }
        // Blobs in use, blobs of older epochs, and blobs that all three epochs need have all been hit.
        #expect(outcomes["20"] ?? 0 > 0)
        #expect(outcomes["refused"] ?? 0 > 0)
    }

    @Test func damageFoundWhileFoldingStopsTheStore() throws {
        let disk = FaultyFileSystem()
        let store = try openStore(disk)
        _ = try store.restore()
        var code: String?
        for epoch in 1...20 where code == nil {
            do {
                _ = try store.commit(
                    epoch: UInt64(epoch), changes: [StateChange(name: "a", fold: .append, bytes: [1, 2, UInt8(epoch)])])
            } catch let error as MillraceError {
                code = error.code
            }
            if epoch == 2 { #expect(disk.flipBit(8 * 33, of: "/data/job/blob-00000000000000000001")) }
        }
        #expect(code == "checkpoint_damaged")
    }

    /// A start may fail behind the restore, as when a sink refuses the older epoch: the next one finds and says the same.
    @Test func damageIsHeldUntilANewerEpochIsDurable() throws {
        #expect(files.flipBit(300, of: newest))
        let blobs = try files.list("/data/job").filter { $0.hasPrefix("blob-") }
        for _ in 0..<3 {
            let store = try openStore(files)
            #expect(try store.restore()?.epoch == 19)
            #expect(store.warningCount == 1 && store.warnings.first?.contains("epoch 20 is damaged") == true)
            #expect(try files.list("/data/job").filter { $0.hasPrefix("blob-") } == blobs)
        }
        // Two damaged, so that the next epoch has a lower number than one of them.
        #expect(files.flipBit(300, of: "/data/job/MANIFEST-00000000000000000019"))
        do {
            let store = try openStore(files)
            #expect(try store.restore()?.epoch == 18)
            #expect(store.warningCount == 2)
            _ = try store.commit(epoch: 19, changes: history.epochs[18])
        }
        let store = try openStore(files)
        let restored = try store.restore()
        #expect(try StateModel(restored) == history.models[19])
        #expect(restored?.epoch == 19 && store.warningCount == 0)
    }

    /// The mark of an empty directory is no older state: beginning anew would repeat what sinks have.
    @Test func onlyTheEpochOfNothingIsRefusedWhereThereWereOthers() throws {
        let disk = FaultyFileSystem()
        do {
            let store = try openStore(disk)
            _ = try store.restore()
            for epoch in UInt64(1)...2 { _ = try store.commit(epoch: epoch, changes: history.epochs[Int(epoch) - 1]) }
        }
        // The power may go when a manifest has its name on the disk and its blob has not: no epoch was durable then.
        let cut = disk.copy()
        for name in try cut.list("/data/job") where name.hasPrefix("blob-") { try cut.remove("/data/job/" + name) }
        for _ in 0..<2 {
            let store = try openStore(cut)
            #expect(try store.restore() == nil)
            #expect(store.warnings.last?.contains("begins anew") == true)
        }
        for epoch in 1...2 { #expect(disk.flipBit(300, of: "/data/job/MANIFEST-0000000000000000000\(epoch)")) }
        for _ in 0..<2 {
            let error = #expect(throws: MillraceError.self) { try openStore(disk).restore() }
            #expect(error?.code == "checkpoints_without_manifest")
        }
    }

    @Test func stateWithoutAManifestIsRefused() throws {
        let lost = files.copy()
        for name in try lost.list("/data/job") where name.hasPrefix("MANIFEST-") {
            try lost.remove("/data/job/" + name)
        }
        let error = #expect(throws: MillraceError.self) { try openStore(lost).restore() }
        #expect(error?.code == "checkpoints_without_manifest")

        let broken = files.copy()
        for name in try broken.list("/data/job") where name.hasPrefix("MANIFEST-") {
            #expect(broken.flipBit(300, of: "/data/job/" + name))
        }
        for _ in 0..<2 {
            let error = #expect(throws: MillraceError.self) { try openStore(broken).restore() }
            #expect(error?.code == "checkpoints_without_manifest")
        }
    }
}
