import Checkpoints
import ConnectorContract
import Diagnostics
import Glibc
import TestSupport
import Testing

/// Bytes that are written ahead of their epoch.
struct StagingTests {
    @Test func everyCrashPointLeavesAnEpochThatMayBe() throws {
        for seed in UInt64(40)..<42 {
            let history = try EpochHistory(seed: seed, epochs: 12)
            let violations = CrashTests.violations(history, seeds: 2, stages: true) { _ in }
            #expect(violations.found.isEmpty, "\(violations.found.prefix(5))")
            #expect(violations.points > 100)
        }
    }

    /// A test that cannot fail proves nothing: without syncs it must.
    @Test func missingSyncsAreNoticed() throws {
        let history = try EpochHistory(seed: 11, epochs: 6)
        let violations = CrashTests.violations(history, seeds: 4, stages: true) { $0.honoursFileSyncs = false }
        #expect(!violations.found.isEmpty)
    }

    /// Syncs that fail leave bytes behind of which nobody knows what the disk has: those must be written again elsewhere.
    @Test(arguments: [EIO, ENOSPC])
    func everyFailedCallIsSurvived(code: Int32) throws {
        let epochs = 4
        let history = try EpochHistory(seed: 43, epochs: epochs)
        let whole = FaultyFileSystem()
        var complete = StoreRun(history, stages: true)
        complete.run(whole)
        #expect(complete.acknowledged == epochs)
        var failedCommits = 0
        let points = code == ENOSPC ? whole.changingOperations : Array(1...whole.operationCount)
        for point in points {
            let files = FaultyFileSystem()
            files.failAtOperation(point, code: code)
            var run = StoreRun(history, stages: true)
            run.run(files, opens: 2)
            failedCommits += run.errors.count
            #expect(run.errors.count <= 1, "operation \(point)")
            #expect(run.attempted == epochs, "operation \(point)")
            for error in run.errors { #expect(error == (code == ENOSPC ? "disk_full" : "checkpoint_write_failed")) }
            files.crash(keeping: UInt64(point))
            let violation = run.violation(after: files)
            #expect(violation == nil, "operation \(point): \(violation ?? "")")
        }
        #expect(failedCommits > 2 * epochs)
    }

    @Test func aFullDiskTakesWhatItCanAndTheRestComesLater() throws {
        let files = FaultyFileSystem()
        let store = try openStore(files)
        _ = try store.restore()
        _ = try store.commit(epoch: 1, changes: [StateChange(name: "a", fold: .append, bytes: [1])])
        let staged = try #require(store.stage())
        let first = [UInt8](repeating: 2, count: 100)
        try first.withUnsafeBytes { try staged.append($0) }
        files.capacityBytes = files.usedBytes + 40
        let second = [UInt8](repeating: 3, count: 100)
        #expect(throws: FileSystemError.self) { try second.withUnsafeBytes { try staged.append($0) } }
        #expect(staged.byteCount == 100)
        let changes = [
            StateChange(name: "a", fold: .append, bytes: [], staged: staged),
            StateChange(name: "a", fold: .append, bytes: second),
        ]
        let error = #expect(throws: MillraceError.self) { try store.commit(epoch: 2, changes: changes) }
        #expect(error?.code == "disk_full")
        files.capacityBytes = nil
        _ = try store.commit(epoch: 3, changes: [StateChange(name: "a", fold: .append, bytes: [4])])
        files.crash(keeping: 5)
        let restored = try openStore(files).restore()
        #expect(try StateModel(restored).appended["a"] == [1] + first + second + [4])
    }

    /// A process that ends between two epochs leaves a file that belongs to none.
    @Test func whatWasNeverCommittedGoesWithTheNextStart() throws {
        let files = FaultyFileSystem()
        do {
            let store = try openStore(files)
            _ = try store.restore()
            _ = try store.commit(epoch: 1, changes: [StateChange(name: "a", fold: .append, bytes: [1])])
            let staged = try #require(store.stage())
            try [UInt8](repeating: 2, count: 100).withUnsafeBytes { try staged.append($0) }
        }
        let before = try files.list("/data/job").count
        let store = try openStore(files)
        #expect(try StateModel(store.restore()).appended["a"] == [1])
        #expect(try files.list("/data/job").count == before - 1)
        _ = try store.commit(epoch: 2, changes: [StateChange(name: "a", fold: .append, bytes: [3])])
        #expect(try StateModel(openStore(files.copy()).restore()).appended["a"] == [1, 3])
    }
}
