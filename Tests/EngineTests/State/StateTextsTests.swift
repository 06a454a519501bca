import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import TestSupport
import Testing

@testable import Engine

@Suite("Texts of state in epochs")
struct StateTextsTests {
    private typealias Row = StoredRows.Row
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
            let storage = StoredRows.storage(store, ownNumber: start == 2 ? 1 : start)
            #expect(try StoredRows.restore(stored, store, storage) == wanted, "start \(start)")
            for _ in 0..<2 {
                let batch = Self.batch(Int.random(in: 0...2_500, using: &random), &random)
                wanted += BatchBuilder.rows(of: batch)
                StoredRows.add(batch, store, storage)
                stored += try storage.snapshot { _ in 0 }
            }
        }
    }

    @Test("numbered texts of a join take two bytes once they are known")
    func sizesOfNumbers() throws {
        var random = SplitMix64(seed: 4)
        let store = JoinRowStore([Self.types[2]], keepsAll: true)
        let storage = StoredRows.storage(store)
        let heap = ByteHeap()
        let pages = (0..<400).map { heap.add("https://pages.example/of-the-shop/item?number=\($0)") }
        var sizes: [Int] = []
        for _ in 0..<2 {
            // A row more, for a chunk is full when the next one begins.
            let count = JoinRowStore.chunkRows * 16 + 1
            let column = Column(Self.types[2], capacity: count)
            column.owners = [heap]
            for row in 0..<count { column.text[row] = pages[Int.random(in: 0..<400, using: &random)] }
            StoredRows.add(Batch(columns: [column], rowCount: count), store, storage)
            sizes.append(try storage.snapshot { _ in 0 }.reduce(0) { $0 + $1.bytes.count } - count * 2)
        }
        // The list itself, of 400 texts of some fifty bytes, and little more than the numbers.
        #expect((10_000..<40_000).contains(sizes[0]))
        #expect(sizes[1] < 4_000)
    }

    /// So many rows, each with one of some addresses.
    private static func pages(_ count: Int, of different: Int) -> Batch {
        BatchBuilder.batch(
            [types[0], types[1], types[2]],
            (0..<count).map { row in
                [
                    .integer(Int64(row % 10)), .integer(Int64(row)),
                    .text("https://pages.example/of-the-shop/item?number=\(row % different)"),
                ]
            })
    }

    @Test("starts don't store the texts of older rows again, of a join")
    func startsOfJoins() throws {
        var stored: [StateChange] = []
        var sizes: [Int] = []
        for start in 0..<12 {
            let store = JoinRowStore(Array(Self.types.prefix(3)), keepsAll: true)
            let storage = StoredRows.storage(store, ownNumber: UInt64(start))
            _ = try StoredRows.restore(stored, store, storage)
            #expect(try storage.snapshot { _ in 0 }.isEmpty, "start \(start)")
            // 3,000 addresses at first, then four of them.
            let count = JoinRowStore.chunkRows * (start == 0 ? 8 : 2) + 1
            StoredRows.add(Self.pages(count, of: start == 0 ? 3_000 : 4), store, storage)
            let changes = try storage.snapshot { _ in 0 }
            sizes.append(changes.reduce(0) { $0 + $1.bytes.count })
            stored += changes
        }
        #expect(sizes[0] > 50_000)
        #expect(sizes.dropFirst().allSatisfy { $0 < 20_000 }, "\(sizes)")
    }

    @Test("starts don't store the texts of older rows again, of a ranking")
    func startsOfRankings() throws {
        var stored: [StateChange] = []
        var sizes: [Int] = []
        for start in 0..<12 {
            let upkeep = StateUpkeep(leastBytes: 1 << 30, ownNumber: UInt64(start))
            let buffer = StoredRows.ranking(Array(Self.fields.prefix(3)), to: 100_000, upkeep)
            try buffer.restore(stored, ownership: StoredRows.all)
            #expect(try buffer.takeChanges().allSatisfy { $0.bytes.isEmpty }, "start \(start)")
            buffer.add(Self.pages(start == 0 ? 20_000 : 1_000, of: start == 0 ? 3_000 : 4))
            let changes = try buffer.takeChanges()
            sizes.append(changes.reduce(0) { $0 + $1.bytes.count })
            stored += changes
        }
        #expect(sizes[0] > 50_000)
        #expect(sizes.dropFirst().allSatisfy { $0 < 16_000 }, "\(sizes)")
    }

    @Test("a ranking reads its numbered texts, also behind a whole epoch", arguments: 1...3 as ClosedRange<UInt64>)
    func ranking(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        func buffer() -> RankBuffer {
            StoredRows.ranking(Self.fields, to: 40, StateUpkeep(leastBytes: 4_096, ownNumber: seed))
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
            try second.restore(stored, ownership: StoredRows.all)
            #expect(StoredRows.rows(second) == StoredRows.rows(first), "seed \(seed), epoch \(epoch)")
        }
        #expect(wholes == 2)
        // What a whole epoch was to take the place of may stay, where it was whole for some instances only.
        let third = buffer()
        try third.restore(stored + first.takeChanges(isWhole: true), ownership: StoredRows.all)
        #expect(StoredRows.rows(third) == StoredRows.rows(first))
    }
}
