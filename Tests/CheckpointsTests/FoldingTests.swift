import Checkpoints
import ConnectorContract
import Diagnostics
import TestSupport
import Testing

/// Folded state is the state.
struct FoldingTests {
    @Test(arguments: 0..<12)
    func randomHistoriesFoldExactly(seed: Int) throws {
        let history = try EpochHistory(seed: UInt64(100 + seed), epochs: 120)
        let files = FaultyFileSystem()
        var random = SplitMix64(seed: UInt64(seed))
        var store = try openStore(files)
        _ = try store.restore()
        var deepest = 0
        for epoch in 1...120 {
            _ = try store.commit(epoch: UInt64(epoch), changes: history.epochs[epoch - 1])
            deepest = max(deepest, store.chains.values.map(\.sections).max() ?? 0)
            if random.next() % 10 == 0 {
                files.crash(keeping: UInt64(epoch))
                store = try openStore(files)
                let restored = try store.restore()
                #expect(restored?.epoch == UInt64(epoch))
                #expect(try StateModel(restored) == history.models[epoch])
            }
        }
        #expect(store.warningCount == 0)
        #expect(deepest < 40)
        files.crash(keeping: 0)
        #expect(try StateModel(openStore(files).restore()) == history.models[120])
    }

    @Test func removedKeysLeaveNothingBehind() throws {
        let files = FaultyFileSystem()
        let store = try openStore(files)
        _ = try store.restore()
        for epoch in 1...60 {
            var entries = KeyedEntries()
            entries.put(key: [UInt8(epoch)], value: Array(repeating: 7, count: 20))
            if epoch > 2 { entries.remove(key: [UInt8(epoch - 2)]) }
            _ = try store.commit(
                epoch: UInt64(epoch), changes: [StateChange(name: "k", fold: .keyed, bytes: entries.bytes)])
        }
        // Two keys are left of sixty.
        #expect(try #require(store.chains["k"]).bytes < 500)
        files.crash(keeping: 0)
        let restored = try StateModel(openStore(files).restore())
        #expect(restored.keyed["k"].map { Set($0.keys) } == [[59], [60]])
    }

    @Test func valuesLargerThanAPieceAreFolded() throws {
        let files = FaultyFileSystem()
        let store = try openStore(files)
        _ = try store.restore()
        var model = StateModel()
        for epoch in 1...30 {
            var entries = KeyedEntries()
            entries.put(
                key: Array(repeating: UInt8(epoch % 5), count: 50), value: Array(repeating: UInt8(epoch), count: 300))
            let change = StateChange(name: "k", fold: .keyed, bytes: entries.bytes)
            try model.apply(change)
            _ = try store.commit(epoch: UInt64(epoch), changes: [change])
        }
        #expect(try #require(store.chains["k"]).sections < 12)
        files.crash(keeping: 0)
        #expect(try StateModel(openStore(files).restore()) == model)
    }

    @Test func unchangedReplacedStateIsReferredToAgain() throws {
        let files = FaultyFileSystem()
        var store = try openStore(files, policy: FoldPolicy())
        _ = try store.restore()
        let large = StateChange(name: "large", fold: .replace, bytes: Array(repeating: 9, count: 1 << 20))
        var other = large
        other.bytes[77] = 8
        #expect(try store.commit(epoch: 1, changes: [large]).bytesWritten > 1 << 20)
        #expect(try store.commit(epoch: 2, changes: [large]).bytesWritten < 400)
        #expect(try store.commit(epoch: 3, changes: [other]).bytesWritten > 1 << 20)
        files.crash(keeping: 1)
        store = try openStore(files, policy: FoldPolicy())
        #expect(try StateModel(store.restore()).replaced == ["large": other.bytes])
        #expect(try store.commit(epoch: 4, changes: [other]).bytesWritten < 400)
    }

    /// A small section must not keep the large dead neighbour in its blob on the disk.
    @Test func deadBytesAreGivenBack() throws {
        let files = FaultyFileSystem()
        var policy = FoldPolicy()
        policy.toleratedDeadBytes = 1 << 20
        let store = try openStore(files, policy: policy)
        _ = try store.restore()
        for epoch in 1...40 {
            let replaced = StateChange(
                name: "replaced", fold: .replace, bytes: Array(repeating: UInt8(epoch), count: 1 << 20))
            let appended = StateChange(
                name: "appended", fold: .append, bytes: Array(repeating: UInt8(epoch), count: 64))
            _ = try store.commit(epoch: UInt64(epoch), changes: [replaced, appended])
        }
        #expect(files.usedBytes < 8 << 20)
        files.crash(keeping: 0)
        let restored = try StateModel(openStore(files, policy: policy).restore())
        #expect(restored.appended["appended"] == (1...40).flatMap { Array(repeating: UInt8($0), count: 64) })
    }
}
