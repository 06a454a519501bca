import Columnar
import ConnectorContract
import Diagnostics
import TestSupport
import Testing

@testable import Engine

@Suite("Texts that rows of state share")
struct SharedTextTests {
    private let type = DataType(.string)

    /// Texts of which about half repeat, from memory that lasts or not, with NULLs now and then.
    private func source(_ random: inout SplitMix64, rows: Int) -> (column: Column, texts: [String?]) {
        let heap = ByteHeap(isLasting: random.next() % 3 == 0)
        let column = Column(type, capacity: rows)
        column.owners = [heap]
        var texts: [String?] = []
        for row in 0..<rows {
            let number = random.next()
            switch number % 8 {
            case 0: texts.append(nil)
            case 1: texts.append("short \(number % 10)")
            case 2...5: texts.append("a text that many rows have, number \(number % 50)")
            default: texts.append("a text that one row has alone \(number)")
            }
            if let text = texts[row] { column.text[row] = heap.add(text) } else { column.setNull(row) }
        }
        return (column, texts)
    }

    @Test("rows overwritten many times hold their last texts", arguments: [1, 2, 3] as [UInt64])
    func overwriting(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let stored = GrowableColumn(type, sharesTexts: true)
        var expected: [String?] = Array(repeating: "", count: 600)
        stored.extend(to: 600)
        for round in 0..<200 {
            let (column, texts) = source(&random, rows: 200)
            let first = Int(random.next() % 400)
            let places = (0..<200).map { Int32(first + $0) }
            for place in places where round > 0 { stored.clear(Int(place)) }
            stored.set(places, from: column, rows: (0..<200).map { Int32($0) }, count: 200)
            for (place, text) in zip(places, texts) { expected[Int(place)] = text }
        }
        for row in 0..<600 {
            #expect((stored.column.isValid(row) ? stored.column.string(row) : nil) == expected[row])
        }
        let gathered = stored.gathered((0..<600).reversed().map { Int32($0) })
        #expect((0..<600).allSatisfy { !gathered.isValid($0) || gathered.string($0) == expected[599 - $0] })
    }

    @Test("a join's rows read back as they came", arguments: [true, false])
    func joinRows(keepsAll: Bool) {
        var random = SplitMix64(seed: 11)
        let store = JoinRowStore([type, DataType(.bigint)], keepsAll: keepsAll)
        var expected: [String?] = []
        var numbers: [Int32] = []
        for _ in 0..<20 {
            let (column, texts) = source(&random, rows: 300)
            let places = Column(DataType(.bigint), capacity: 300)
            for row in 0..<300 { places.int64[row] = Int64(expected.count + row) }
            let rows = (0..<300).map { Int32($0) }
            var new: [Int32] = []
            store.append([column, places], rows: rows, numbers: &new)
            let batch = Batch(columns: [column, places], rowCount: 300)
            let own = store.withOwnTexts(batch, rows: rows, numbers: new).columns[0]
            #expect((0..<300).allSatisfy { own.isValid($0) ? own.string($0) == texts[$0] : texts[$0] == nil })
            expected += texts
            numbers += new
        }
        let order = numbers.indices.map { $0 &* 7_919 % numbers.count }
        let columns = store.gathered(order.map { numbers[$0] })
        for (row, place) in order.enumerated() {
            #expect((columns[0].isValid(row) ? columns[0].string(row) : nil) == expected[place])
            #expect(columns[1].int64[row] == Int64(place))
        }
    }

    @Test("a pool gives up on texts that do not repeat, and keeps those that do")
    func pool() {
        let repeating = TextPool(heap: ByteHeap())
        let lonely = TextPool(heap: ByteHeap())
        let heap = ByteHeap()
        var missing = 0
        for number in 0..<40_000 {
            var often = heap.add("a text that many rows have, number \(number % 100)")
            var once = heap.add("a text that one row has alone \(number)")
            if repeating.text(&often) == nil { missing += 1 }
            _ = lonely.text(&once)
        }
        #expect(missing == 0)
        #expect(repeating.isOpen)
        #expect(!lonely.isOpen)
    }
}
