import Columnar
import Diagnostics
import TestSupport
import Testing

@testable import Engine

@Suite("Rows of a join that are packed")
struct PackedRowsTests {
    private static let types: [DataType] = [
        DataType(.bigint), DataType(.boolean), DataType(.double), DataType(.decimal(precision: 30, scale: 2)),
        DataType(.string), DataType(.string),
    ]

    /// The numbers of a chunk lie apart by up to this.
    enum Spread: Int64, CaseIterable {
        case none = 1
        case byte = 200
        case two = 60_000
        case four = 4_000_000_000
        case all = -1
    }

    private func number(_ spread: Spread, _ random: inout SplitMix64) -> Int64 {
        let any = Int64(bitPattern: random.next())
        return spread == .all ? any : -77 + Int64(random.next() % UInt64(spread.rawValue))
    }

    private func batch(_ spread: Spread, hasNulls: Bool, rows: Int, _ random: inout SplitMix64) -> Batch {
        let heap = ByteHeap()
        let columns = Self.types.map { Column($0, capacity: rows) }
        for row in 0..<rows {
            columns[0].int64[row] = number(spread, &random)
            columns[1].setBit(row, random.next() % 2 == 0)
            columns[2].float64[row] = Double(random.next() % 1_000) / 7
            columns[3].int128[row] = Int128(random.next()) << 20
            columns[4].text[row] = heap.add(
                random.next() % 2 == 0 ? "Apple" : "a channel with number \(random.next() % 9)")
            let long = random.next() % 400 == 0 ? String(repeating: "long ", count: 80) : ""
            columns[5].text[row] = heap.add(
                random.next() % 9 == 0 ? "s\(row)" : long + "a text of its own \(random.next())")
            if hasNulls, random.next() % 5 == 0 { columns[Int(random.next() % 6)].setNull(row) }
        }
        for column in columns[4...] { column.owners = [heap] }
        return Batch(columns: columns, rowCount: rows)
    }

    private func text(_ column: Column, _ row: Int) -> String {
        guard column.isValid(row) else { return "NULL" }
        switch column.kind {
        case .bits: return "\(column.bit(row))"
        case .int64: return "\(column.int64[row])"
        case .float64: return "\(column.float64[row])"
        case .int128: return "\(column.int128[row])"
        case .text: return column.string(row)
        }
    }

    @Test("they read as they came", arguments: Spread.allCases, [false, true])
    func reading(spread: Spread, hasNulls: Bool) {
        var random = SplitMix64(seed: 5)
        let store = JoinRowStore(Self.types, keepsAll: true)
        var expected: [[String]] = []
        var numbers: [Int32] = []
        let all = Array(Self.types.indices)
        for round in 0..<8 {
            let batch = batch(spread, hasNulls: hasNulls && round > 2, rows: 431, &random)
            let rows = (0..<431).map { Int32($0) }
            var new: [Int32] = []
            store.append(batch.columns, rows: rows, numbers: &new)
            let own = store.withOwnTexts(batch, rows: rows, numbers: new)
            for row in 0..<431 {
                expected.append(batch.columns.map { text($0, row) })
                #expect(own.columns.map { text($0, row) } == expected.last)
                #expect(store.equals(new[row], all, batch.columns, all, row: row))
                #expect(store.int64(0, of: new[row]).map { "\($0)" } ?? "NULL" == expected[expected.count - 1][0])
            }
            numbers += new
        }
        let columns = store.gathered(numbers.reversed())
        for row in numbers.indices {
            #expect(columns.map { text($0, row) } == expected[numbers.count - 1 - row])
            let place = store.place(of: numbers[row])
            #expect(place.columns.map { text($0, place.row) } == expected[row])
        }
    }

    @Test("they take less memory than rows that are not")
    func memory() {
        let types = [DataType(.bigint), DataType(.string)]
        let packed = JoinRowStore(types, keepsAll: true)
        let plain = JoinRowStore(types, keepsAll: false)
        let columns = types.map { Column($0, capacity: 1_000) }
        let heap = ByteHeap()
        for row in 0..<1_000 {
            columns[0].int64[row] = 1_000_000_000_000 + Int64(row)
            columns[1].text[row] = heap.add(row % 3 == 0 ? "Apple" : "Google")
        }
        for _ in 0..<20 {
            for store in [packed, plain] {
                var numbers: [Int32] = []
                store.append(columns, rows: (0..<1_000).map { Int32($0) }, numbers: &numbers)
            }
        }
        #expect(packed.byteSize < plain.byteSize / 2)
    }
}
