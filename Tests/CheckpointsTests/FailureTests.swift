import Checkpoints
import ConnectorContract
import Diagnostics
import Glibc
import TestSupport
import Testing

/// Calls that fail while the process goes on.
struct FailureTests {
    @Test(arguments: [EIO, ENOSPC])
    func everyFailedCallIsSurvived(code: Int32) throws {
        let history = try EpochHistory(seed: 12, epochs: 20)
        let whole = FaultyFileSystem()
        var complete = StoreRun(history)
        complete.run(whole)
        var failedCommits = 0
        // A read never says that the disk is full.
        let points = code == ENOSPC ? whole.changingOperations : Array(1...whole.operationCount)
        for point in points {
            let files = FaultyFileSystem()
            files.failAtOperation(point, code: code)
            var run = StoreRun(history)
            run.run(files, opens: 2)
            failedCommits += run.errors.count
            #expect(run.errors.count <= 1)
            #expect(run.attempted == 20)
            for error in run.errors { #expect(error == (code == ENOSPC ? "disk_full" : "checkpoint_write_failed")) }
            files.crash(keeping: UInt64(point))
            let violation = run.violation(after: files)
            #expect(violation == nil, "operation \(point): \(violation ?? "")")
        }
        #expect(failedCommits > 100)
    }

    @Test func fullDiskKeepsTheChangesForTheNextEpoch() throws {
        let history = try EpochHistory(seed: 13, epochs: 12)
        let files = FaultyFileSystem()
        let store = try openStore(files)
        _ = try store.restore()
        for epoch in 1...8 { _ = try store.commit(epoch: UInt64(epoch), changes: history.epochs[epoch - 1]) }
        files.capacityBytes = files.usedBytes + 40
        for epoch in 9...10 {
            let error = #expect(throws: MillraceError.self) {
                try store.commit(epoch: UInt64(epoch), changes: history.epochs[epoch - 1])
            }
            #expect(error?.code == "disk_full")
        }
        let beforeSpace = files.copy()
        beforeSpace.crash(keeping: 1)
        let old = try openStore(beforeSpace).restore()
        #expect(old?.epoch == 8)
        #expect(try StateModel(old) == history.models[8])
        files.capacityBytes = nil
        for epoch in 11...12 { _ = try store.commit(epoch: UInt64(epoch), changes: history.epochs[epoch - 1]) }
        files.crash(keeping: 2)
        let restored = try openStore(files).restore()
        #expect(restored?.epoch == 12)
        #expect(try StateModel(restored) == history.models[12])
    }

    /// Several faults in one run, wherever the seed puts them, and then a loss of power.
    @Test func severalFailedCallsAreSurvived() throws {
        var stopped = 0
        var failed = 0
        for seed in UInt64(0)..<80 {
            var random = SplitMix64(seed: seed)
            let files = FaultyFileSystem()
            for _ in 0..<6 {
                files.failAtOperation(20 + Int(random.next() % 350), code: random.next() % 2 == 0 ? EIO : ENOSPC)
            }
            var run = StoreRun(try EpochHistory(seed: seed, epochs: 18))
            run.run(files, opens: 2)
            failed += run.errors.count
            stopped += run.errors.contains("checkpoints_stopped") ? 1 : 0
            files.crash(keeping: seed)
            let violation = run.violation(after: files)
            #expect(violation == nil, "seed \(seed): \(violation ?? "")")
        }
        #expect(failed > 80)
        #expect(stopped < 10)
    }

    /// The disk fills at every size there is; folds give way to epochs.
    @Test func everySizeOfDiskIsSurvived() throws {
        let history = try EpochHistory(seed: 19, epochs: 24)
        var full = 0
        for extra in stride(from: 0, to: 6_000, by: 97) {
            let files = FaultyFileSystem()
            let store = try openStore(files)
            _ = try store.restore()
            for epoch in 1...24 {
                if epoch == 6 { files.capacityBytes = files.usedBytes + extra }
                do {
                    _ = try store.commit(epoch: UInt64(epoch), changes: history.epochs[epoch - 1])
                } catch let error as MillraceError {
                    #expect(error.code == "disk_full")
                    full += 1
                    files.capacityBytes = nil
                }
            }
            files.capacityBytes = nil
            _ = try store.commit(epoch: 25, changes: [])
            files.crash(keeping: UInt64(extra))
            let restored = try openStore(files).restore()
            #expect(restored?.epoch == 25)
            #expect(try StateModel(restored) == history.models[24], "\(extra) bytes")
        }
        #expect(full > 20)
    }

    @Test func threeFailuresInARowStopTheStore() throws {
        let history = try EpochHistory(seed: 14, epochs: 12)
        let files = FaultyFileSystem()
        let store = try openStore(files)
        _ = try store.restore()
        for epoch in 1...5 { _ = try store.commit(epoch: UInt64(epoch), changes: history.epochs[epoch - 1]) }
        files.failFromOperation(files.operationCount + 1, code: EIO)
        var codes: [String] = []
        for epoch in 6...9 {
            if epoch == 9 { files.clearFaults() }
            let error = #expect(throws: MillraceError.self) {
                try store.commit(epoch: UInt64(epoch), changes: history.epochs[epoch - 1])
            }
            codes.append(error?.code ?? "")
        }
        let once = "checkpoint_write_failed"
        let forGood = "checkpoints_stopped"
        #expect(codes == [once, once, forGood, forGood])
        files.crash(keeping: 3)
        #expect(try StateModel(openStore(files).restore()) == history.models[5])
    }

    @Test func misuseIsRefusedAndChangesNothing() throws {
        let files = FaultyFileSystem()
        let store = try openStore(files)
        let early = #expect(throws: MillraceError.self) { try store.commit(epoch: 1, changes: []) }
        #expect(early?.kind == .internalError)
        let fresh = try store.restore()
        #expect(fresh?.epoch == nil)
        #expect(throws: MillraceError.self) { try store.restore() }
        #expect(throws: MillraceError.self) { try store.commit(epoch: 0, changes: []) }
        _ = try store.commit(epoch: 1, changes: [StateChange(name: "a", fold: .append, bytes: [1])])
        #expect(throws: MillraceError.self) {
            try store.commit(epoch: 2, changes: [StateChange(name: "a", fold: .keyed, bytes: [])])
        }
        #expect(throws: MillraceError.self) { try store.commit(epoch: 1, changes: []) }
        _ = try store.commit(epoch: 2, changes: [StateChange(name: "a", fold: .append, bytes: [2])])
        files.crash(keeping: 0)
        #expect(try StateModel(openStore(files).restore()).appended == ["a": [1, 2]])
    }
}
