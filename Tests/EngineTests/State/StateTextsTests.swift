import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import TestSupport
import Testing

@testable import Engine

@Suite("Texts of state in epochs")
struct StateTextsTests {
    private typealias Row = [BatchBuilder.Value]
    private static let type = DataType(.string).nullable(true)

    private static func column(_ texts: [[UInt8]]) -> Column {
        let heap = ByteHeap()
        let column = Column(type, capacity: max(1, texts.count))
        column.owners = [heap]
        for (row, text) in texts.enumerated() {
            text.withUnsafeBufferPointer { bytes in
                column.text[row] = bytes.baseAddress.map { heap.add($0, count: bytes.count) } ?? TextView()
            }
        }
        return column
    }

    private static func bytes(of column: Column, _ row: Int) -> [UInt8] {
        let place = UnsafePointer(column.text + row)
        return Array(UnsafeBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count))
    }

    private static func written(_ column: Column, _ rows: [Int32]) throws -> [UInt8] {
        let writer = StateWriter()
        StateRows.forEach(rows) { StateTexts.write(column, $0, to: writer) }
        return try writer.take("texts", .append).flatMap(\.bytes)
    }

    @Test("texts of any letters are read as they were written", arguments: 1...4 as ClosedRange<UInt64>)
    func anyLetters(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for width in [0, 1, 3, 7, 25, 63, 84, 127, 128, 255] {
            let least = Int.random(in: 0...(255 - width), using: &random)
            let count = Int.random(in: 1...60, using: &random)
            let texts = (0..<count).map { _ in
                (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    UInt8(Int.random(in: least...(least + width), using: &random))
                }
            }
            let stored = try Self.written(Self.column(texts), (0..<count).map { Int32($0) })
            try stored.withUnsafeBytes { buffer in
                var reader = ByteReader(buffer)
                let read = Column(Self.type, capacity: count)
                try StateTexts.read(&reader, read, count)
                #expect(reader.remaining == 0)
                for row in 0..<count { #expect(Self.bytes(of: read, row) == texts[row], "width \(width)") }
            }
        }
    }

    @Test("small letters take five bits, digits four, other texts what they have")
    func sizes() throws {
        var random = SplitMix64(seed: 3)
        for (letters, bits) in [("abcdefghijklmnopqrstuvwxyz", 5), ("0123456789", 4), ("aé", 8)] {
            let alphabet = Array(letters.utf8)
            let texts = (0..<200).map { _ in (0..<64).map { _ in alphabet.randomElement(using: &random) ?? 0 } }
            let stored = try Self.written(Self.column(texts), (0..<200).map { Int32($0) })
            #expect(stored.count - 200 * 64 * bits / 8 < 100, "\(letters)")
        }
    }

    @Test("texts that versions before wrote are read")
    func olderTexts() throws {
        // Two texts of three rows, by their places, and as many texts as rows.
        var places = ByteWriter()
        places.write(UInt32(2))
        for numbers in [[1, 0, 1], [2, 3]] as [[UInt8]] {
            places.write(UInt8(1))
            places.write(Int64(0))
            numbers.withUnsafeBytes { places.writeRaw($0) }
        }
        Array("abcde".utf8).withUnsafeBytes { places.writeRaw($0) }
        try places.bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            let read = Column(Self.type, capacity: 3)
            try StateTexts.read(&reader, read, 3)
            #expect((0..<3).map { read.string($0) } == ["cde", "ab", "cde"])
        }
    }

    @Test("damaged texts are refused or read as others, and harm nothing")
    func damage() throws {
        var random = SplitMix64(seed: 9)
        let texts = (0..<80).map { Array("text number \($0 % 30)".utf8) }
        let stored = try Self.written(Self.column(texts), (0..<80).map { Int32($0) })
        for _ in 0..<400 {
            var damaged = stored
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            damaged.withUnsafeBytes { buffer in
                var reader = ByteReader(buffer)
                let read = Column(Self.type, capacity: 80)
                guard (try? StateTexts.read(&reader, read, 80, lists: StoredTexts())) != nil else { return }
                for row in 0..<80 { _ = Self.bytes(of: read, row) }
            }
        }
    }

    // MARK: numbered texts

    private static let fields = [
        Field("k", DataType(.bigint)), Field("v", DataType(.bigint)), Field("t", DataType(.string)),
        Field("own", DataType(.string)),
    ]
    private static let types = fields.map { $0.type.nullable(true) }
    private static let all = Ownership(index: 0, count: 1, seed: 7)

    /// Rows with a text of a few hundred and one of their own.
    private static func batch(_ count: Int, _ random: inout SplitMix64) -> Batch {
        BatchBuilder.batch(
            types,
            (0..<count).map { _ in
                let page = Int64.random(in: 0...400, using: &random)
                return [
                    .integer(.random(in: 0...9, using: &random)), .integer(.random(in: 0...1_000, using: &random)),
                    page == 400 ? .null : .text("https://pages.example/of-the-shop/item?number=\(page)"),
                    .text("a text of its own, \(random.next())"),
                ]
            })
    }

    private static func storage(_ store: JoinRowStore, _ ownNumber: UInt64) -> JoinStorage {
        JoinStorage("left", store, isAppendOnly: true, isKept: true, ownNumber: ownNumber)
    }

    @Test(
        "a join stores a text that comes again once in all its epochs, over several starts",
        arguments: [1, 2] as [UInt64])
    func joins(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var wanted: [Row] = []
        var stored: [StateChange] = []
        for start in 0..<3 as Range<UInt64> {
            let store = JoinRowStore(Self.types, keepsAll: true)
            // The same number again is that of a list that begins anew.
            let storage = Self.storage(store, start == 2 ? 1 : start)
            var read: [Row] = []
            try storage.restore(stored) { batch, _, _ in
                read += BatchBuilder.rows(of: batch)
                var numbers: [Int32] = []
                store.append(batch.columns, rows: (0..<batch.rowCount).map { Int32($0) }, numbers: &numbers)
            }
            #expect(read == wanted, "start \(start)")
            for _ in 0..<2 {
                let batch = Self.batch(Int.random(in: 0...2_500, using: &random), &random)
                wanted += BatchBuilder.rows(of: batch)
                var numbers: [Int32] = []
                store.append(batch.columns, rows: (0..<batch.rowCount).map { Int32($0) }, numbers: &numbers)
                storage.added(numbers)
                stored += try storage.snapshot { _ in 0 }
            }
        }
    }

    @Test("numbered texts of a join take two bytes once they are known")
    func sizesOfNumbers() throws {
        var random = SplitMix64(seed: 4)
        let store = JoinRowStore([Self.types[2]], keepsAll: true)
        let storage = Self.storage(store, 5)
        let heap = ByteHeap()
        let pages = (0..<400).map { heap.add("https://pages.example/of-the-shop/item?number=\($0)") }
        var sizes: [Int] = []
        for _ in 0..<2 {
            // A row more, for a chunk is full when the next one begins.
            let count = JoinRowStore.chunkRows * 16 + 1
            let column = Column(Self.types[2], capacity: count)
            column.owners = [heap]
            for row in 0..<count { column.text[row] = pages[Int.random(in: 0..<400, using: &random)] }
            var numbers: [Int32] = []
            store.append([column], rows: (0..<count).map { Int32($0) }, numbers: &numbers)
            storage.added(numbers)
            sizes.append(try storage.snapshot { _ in 0 }.reduce(0) { $0 + $1.bytes.count } - count * 2)
        }
        // The list itself, of 400 texts of some fifty bytes, and little more than the numbers.
        #expect((10_000..<40_000).contains(sizes[0]))
        #expect(sizes[1] < 4_000)
    }

    @Test("a ranking reads its numbered texts, also behind a whole epoch", arguments: 1...3 as ClosedRange<UInt64>)
    func ranking(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let plan = RankPlan(
            partition: [0], order: [SortPlan.Key(column: 1, isDescending: true, nullsFirst: false)], to: 40,
            prefersLatest: false)
        func buffer() -> RankBuffer {
            RankBuffer(
                plan, inputFields: Self.fields, seed: 5, emitsChanges: false, entries: StateWriter(),
                upkeep: StateUpkeep(leastBytes: 4_096, ownNumber: seed))
        }
        func rows(_ buffer: RankBuffer) -> [[Row]] {
            (0..<buffer.groups.count).map { group in
                var ids: [Int32] = []
                buffer.lists.append(0..<Int.max, of: group, to: &ids)
                return BatchBuilder.rows(of: Batch(columns: buffer.store.gathered(ids), rowCount: ids.count))
            }
            .sorted { "\($0.first?.first as Any)" < "\($1.first?.first as Any)" }
        }
        let first = buffer()
        var stored: [StateChange] = []
        var wholes = 0
        for epoch in 0..<11 {
            first.add(Self.batch(Int.random(in: 0...250, using: &random), &random))
            let isWhole = epoch % 5 == 4
            let changes = try first.takeChanges(isWhole: isWhole)
            if isWhole {
                wholes += 1
                stored = []
            }
            stored += changes
            let second = buffer()
            try second.restore(stored, ownership: Self.all)
            #expect(rows(second) == rows(first), "seed \(seed), epoch \(epoch)")
        }
        #expect(wholes == 2)
        // What a whole epoch was to take the place of may stay, where it was whole for some instances only.
        let third = buffer()
        try third.restore(stored + first.takeChanges(isWhole: true), ownership: Self.all)
        #expect(rows(third) == rows(first))
    }
}
