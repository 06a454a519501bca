import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import TestSupport
import Testing

@testable import Engine

@Suite("Rows of rankings and joins as blocks")
struct StoredBlocksTests {
    private typealias Row = StoredRows.Row
    private static let fields = [
        Field("k", DataType(.bigint)), Field("v", DataType(.bigint)), Field("t", DataType(.string)),
    ]
    private static let types = fields.map { $0.type.nullable(true) }

    private static func batch(_ count: Int, _ random: inout SplitMix64) -> Batch {
        BatchBuilder.batch(
            types,
            (0..<count).map { _ in
                let value = Int64.random(in: 0...30, using: &random)
                return [
                    .integer(.random(in: 0...4, using: &random)), value == 3 ? .null : .integer(value),
                    .text("a text of its own, \(random.next())"),
                ]
            })
    }

    private static func buffer(_ to: Int, latest: Bool, blocks: Bool, leastBytes: Int = 0) -> RankBuffer {
        StoredRows.ranking(fields, to: to, latest: latest, blocks ? StateUpkeep(leastBytes: leastBytes) : nil)
    }

    /// The changes of several epochs as a store gives them back.
    private static func folded(_ epochs: [[StateChange]]) -> [StateChange] {
        var kept: [StateChange] = []
        for changes in epochs {
            let whole = Set(changes.filter(\.isWhole).map(\.name))
            kept.removeAll { whole.contains($0.name) }
            kept += changes.filter { !$0.bytes.isEmpty }
        }
        return kept
    }

    @Test("a block reads as it was written, with and without numbers")
    func blocks() throws {
        var random = SplitMix64(seed: 1)
        let batch = Self.batch(5_000, &random)
        let numbers = (0..<5_000).map { Int64($0 * $0) }
        let chosen = (0..<5_000).filter { $0 % 3 != 0 }.map { Int32($0) }
        let all = BatchBuilder.rows(of: batch)
        let wanted = chosen.map { all[Int($0)] }
        for hasNumbers in [false, true] {
            let writer = StateWriter()
            numbers.withUnsafeBufferPointer { numbers in
                StateRows.forEach(chosen) {
                    StoredBlocks.write(batch.columns, $0, numbers: hasNumbers ? numbers.baseAddress : nil, to: writer)
                }
            }
            var read: [Row] = []
            for change in try writer.take("rows", .append) {
                let types = (hasNumbers ? [DataType(.bigint)] : []) + Self.types
                try StoredBlocks.forEach(in: change.bytes, types) { read += BatchBuilder.rows(of: $0) }
                #expect(throws: DamagedBytesError.self) {
                    try StoredBlocks.forEach(in: change.bytes, types + types) { _ in }
                }
                #expect(throws: DamagedBytesError.self) {
                    try StoredBlocks.forEach(in: change.bytes.dropLast(3), types) { _ in }
                }
            }
            let expected = zip(chosen, wanted).map { hasNumbers ? [.integer(numbers[Int($0)])] + $1 : $1 }
            #expect(read == expected)
        }
    }

    @Test("a long block is written as several, and a row that is too long is refused", arguments: [40, 4_000, 1 << 30])
    func longBlocks(limit: Int) throws {
        var random = SplitMix64(seed: 8)
        let batch = Self.batch(500, &random)
        let all = (0..<500).map { Int32($0) }
        let writer = StateWriter()
        writer.blockLimit = limit
        // No block of one row reaches it, one of all rows does.
        writer.lengthLimit = 10_000
        StateRows.forEach(all) { StoredBlocks.write(batch.columns, $0, to: writer) }
        guard limit < 1 << 30 else {
            #expect { try writer.take("rows", .append) } throws: { ($0 as? MillraceError)?.code == "state_too_large" }
            #expect(try writer.take("rows", .append).isEmpty)
            return
        }
        var read: [Row] = []
        var blocks = 0
        for change in try writer.take("rows", .append) {
            try StoredBlocks.forEach(in: change.bytes, Self.types) {
                read += BatchBuilder.rows(of: $0)
                blocks += 1
            }
        }
        #expect(read == BatchBuilder.rows(of: batch))
        #expect(limit == 40 ? blocks == 500 : (2..<100).contains(blocks))
    }

    @Test("a ranking of many epochs is what it was, whatever was driven out", arguments: [false, true], [2, 10, 300])
    func ranking(latest: Bool, to: Int) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let first = Self.buffer(to, latest: latest, blocks: true)
            var epochs: [[StateChange]] = []
            var wantsWhole = false
            for _ in 0..<12 {
                first.add(Self.batch(Int.random(in: 0...120, using: &random), &random))
                epochs.append(try first.takeChanges(isWhole: wantsWhole))
                wantsWhole = epochs.last?.contains(where: \.wantsWhole) ?? false
            }
            let second = Self.buffer(to, latest: latest, blocks: true)
            try second.restore(Self.folded(epochs), ownership: StoredRows.all)
            #expect(StoredRows.rows(second) == StoredRows.rows(first), "seed \(seed)")
            #expect(second.store.count == first.store.count)
            // Epochs that were whole for some instances only stay beside older ones: rows come twice.
            let third = Self.buffer(to, latest: latest, blocks: true)
            try third.restore(epochs.flatMap { $0 } + first.takeChanges(isWhole: true), ownership: StoredRows.all)
            #expect(StoredRows.rows(third) == StoredRows.rows(first), "seed \(seed)")
            // All of them go on alike.
            let more = Self.batch(200, &random)
            for buffer in [first, second, third] { buffer.add(more) }
            #expect(StoredRows.rows(second) == StoredRows.rows(first), "seed \(seed)")
            #expect(StoredRows.rows(third) == StoredRows.rows(first), "seed \(seed)")
        }
    }

    @Test("either form of a ranking is read and written anew in the other", arguments: [false, true])
    func forms(toBlocks: Bool) throws {
        var random = SplitMix64(seed: 3)
        let first = Self.buffer(4, latest: false, blocks: !toBlocks, leastBytes: 1 << 20)
        var epochs: [[StateChange]] = []
        for _ in 0..<3 {
            first.add(Self.batch(40, &random))
            epochs.append(try first.takeChanges())
        }
        let second = Self.buffer(4, latest: false, blocks: toBlocks, leastBytes: 1 << 20)
        try second.restore(Self.folded(epochs), ownership: StoredRows.all)
        epochs.append(try second.takeChanges())
        let stored = Self.folded(epochs)
        #expect(Set(stored.map(\.fold)) == [toBlocks ? .append : .keyed])
        let third = Self.buffer(4, latest: false, blocks: toBlocks, leastBytes: 1 << 20)
        try third.restore(stored, ownership: StoredRows.all)
        #expect(StoredRows.rows(third) == StoredRows.rows(first))
        #expect(try third.takeChanges().allSatisfy { $0.bytes.isEmpty })
    }

    @Test("an instance takes back the partitions it owns")
    func ownership() throws {
        var random = SplitMix64(seed: 4)
        let whole = Self.buffer(3, latest: false, blocks: true)
        whole.add(Self.batch(300, &random))
        let changes = try whole.takeChanges()
        var parts: [Row: [Row]] = [:]
        for index in 0..<3 {
            let part = Self.buffer(3, latest: false, blocks: true)
            try part.restore(changes, ownership: Ownership(index: index, count: 3, seed: 7))
            parts.merge(StoredRows.rows(part)) { $0 + $1 }
        }
        #expect(parts == StoredRows.rows(whole))
    }

    // MARK: joins

    private static func restored(_ changes: [StateChange], appends: Bool) throws -> (rows: [Row], next: [StateChange]) {
        let store = JoinRowStore(types, keepsAll: appends)
        let storage = StoredRows.storage(store, appends: appends)
        let rows = try StoredRows.restore(changes, store, storage)
        return (rows, try storage.snapshot { _ in 0 })
    }

    @Test("rows that a join only adds are stored once, over packed chunks and open ones")
    func joins() throws {
        var random = SplitMix64(seed: 5)
        let store = JoinRowStore(Self.types, keepsAll: true)
        let storage = StoredRows.storage(store, appends: true)
        var epochs: [[StateChange]] = []
        var wanted: [Row] = []
        for count in [3, 2_500, 0, 700, 6_000] {
            let batch = Self.batch(count, &random)
            wanted += BatchBuilder.rows(of: batch)
            StoredRows.add(batch, store, storage)
            epochs.append(try storage.snapshot { _ in 0 })
        }
        #expect(epochs[2].isEmpty)
        let again = try Self.restored(Self.folded(epochs), appends: true)
        #expect(again.rows == wanted)
        #expect(again.next.isEmpty)
    }

    @Test("rows that versions before stored one after the other are read")
    func olderJoins() throws {
        var random = SplitMix64(seed: 6)
        let batch = Self.batch(3_000, &random)
        let writer = StateWriter()
        let fields = batch.columns.map { RowField($0) }
        for row in 0..<batch.rowCount {
            writer.write(fields, row: row)
            writer.endRow()
        }
        let again = try Self.restored(try writer.take("left", .append), appends: true)
        #expect(again.rows == BatchBuilder.rows(of: batch))
        #expect(again.next.isEmpty)
    }
}
