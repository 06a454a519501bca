import Columnar
import ConnectorContract
import Diagnostics
import Synchronization
import Tables
import Testing

struct ResultTableTests {
    @Test func upsertsByKeyInInsertionOrder() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        try sink.write(batch([(.insert, order(1, "one")), (.insert, order(2, nil)), (.insert, order(3, "three"))]))
        try sink.write(batch([(.updateAfter, order(2, "a name that is longer than twelve bytes", -7, ok: false))]))
        try sink.write(batch([(.delete, order(1, nil))]))
        #expect(rows(table) == [order(2, "a name that is longer than twelve bytes", -7, ok: false), order(3, "three")])
        #expect(table.rowCount == 2)
    }

    @Test func sameRowAgainIsNoChange() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        try sink.write(batch([(.insert, order(1, "one"))]))
        let before = table.version
        try sink.write(batch([(.updateBefore, order(1, "one")), (.updateAfter, order(1, "one"))]))
        #expect(table.version == before)
        try sink.write(batch([(.updateBefore, order(1, "one")), (.updateAfter, order(1, "two"))]))
        #expect(table.version == before + 1)
        #expect(rows(table) == [order(1, "two")])
    }

    @Test func retractionWithoutSuccessorDeletes() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        try sink.write(batch([(.insert, order(1, "one")), (.insert, order(2, "two"))]))
        // The key moved from 1 to 5; and an old image of 2 must not take the newer row away.
        try sink.write(
            batch([
                (.updateBefore, order(1, "one")), (.updateAfter, order(5, "one")), (.updateAfter, order(2, "newer")),
                (.updateBefore, order(2, "two")),
            ]))
        #expect(rows(table) == [order(2, "newer"), order(5, "one")])
    }

    @Test func withoutKeyItIsAMultiset() throws {
        let table = try ResultTable(description(key: []))
        let sink = table.makeSink()
        let same = order(1, "same")
        try sink.write(batch([(.insert, same), (.insert, order(2, nil)), (.insert, same), (.insert, same)]))
        try sink.write(batch([(.delete, same), (.updateBefore, same), (.delete, order(9, "never there"))]))
        #expect(rows(table) == [same, order(2, nil)])
        try sink.write(batch([(.delete, same), (.insert, order(3, "x"))]))
        #expect(rows(table) == [order(2, nil), order(3, "x")])
    }

    @Test func fullTableSaysSo() throws {
        let table = try ResultTable(description(options: ["max-rows": "2"]))
        let sink = table.makeSink()
        try sink.write(batch([(.insert, order(1, "one")), (.insert, order(2, "two"))]))
        try sink.write(batch([(.updateAfter, order(2, "2"))]))
        let error = #expect(throws: MillraceError.self) { try sink.write(batch([(.insert, order(3, "three"))])) }
        #expect(error?.code == "table_full")
        #expect(error?.message == "table t has reached its limit of 2 rows")
    }

    @Test(arguments: ["0", "-1", "many", "100000001"]) func badLimitIsRefused(_ text: String) {
        #expect(throws: MillraceError.self) { try ResultTable(description(options: ["max-rows": text])) }
    }

    @Test func wrongShapeIsAnErrorNotATrap() throws {
        let table = try ResultTable(description())
        let narrow = batch([(.insert, [.int(1)])], fields: [orderFields[0]])
        #expect(throws: MillraceError.self) { try table.makeSink().write(narrow) }
        let other = orderFields.map { Field($0.name, DataType(.double)) }
        let wrong = batch([(.insert, [.double(1), .double(1), .double(1), .double(1), .double(1)])], fields: other)
        #expect(throws: MillraceError.self) { try table.makeSink().write(wrong) }
    }

    @Test func manyChangesStayCompact() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        var model: [Int64: String] = [:]
        var random = SplitMix64(seed: 7)
        for _ in 0..<300 {
            var changes: [(RowKind, [Cell])] = []
            for _ in 0..<200 {
                let id = Int64(random.next() % 500)
                if random.next() % 3 == 0 {
                    changes.append((.delete, order(id, nil)))
                    model[id] = nil
                } else {
                    let name = String(repeating: "n", count: Int(random.next() % 60))
                    changes.append((.updateAfter, order(id, name)))
                    model[id] = name
                }
            }
            try sink.write(batch(changes))
        }
        let read = Dictionary(
            uniqueKeysWithValues: rows(table).map { row -> (Int64, String) in
                guard case .int(let id) = row[0], case .text(let name) = row[1] else { return (-1, "") }
                return (id, name)
            })
        #expect(read == model)
        #expect(table.byteCount < 500 * 150)
    }

    @Test func readsMoreThanOneBatch() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        for base in stride(from: Int64(0), to: 10_000, by: 1_000) {
            try sink.write(batch((0..<1_000).map { (.insert, order(base + $0, "row \(base + $0) with a long tail")) }))
        }
        let batches = table.batches()
        #expect(batches.map(\.rowCount) == [4_096, 4_096, 1_808])
        #expect(rows(table).enumerated().allSatisfy { $1[0] == .int(Int64($0)) })
    }

    @Test func readersSeeWholeBatches() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        let torn = Atomic<Int>(0)
        let isDone = Atomic<Bool>(false)
        try withReader {
            while !isDone.load(ordering: .acquiring) {
                if Set(rows(table).map { "\($0[1])" }).count > 1 { torn.add(1, ordering: .relaxed) }
            }
        } while: {
            defer { isDone.store(true, ordering: .releasing) }
            for value in 1...400 {
                try sink.write(batch((0..<50).map { (.updateAfter, order(Int64($0), "v\(value)")) }))
            }
        }
        #expect(torn.load(ordering: .relaxed) == 0)
        #expect(table.rowCount == 50)
    }

    @Test func tellsListenersOncePerArming() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        let heard = Mutex(0)
        let subscription = table.subscribe { heard.withLock { $0 += 1 } }
        try sink.write(batch([(.insert, order(1, "one"))]))
        try sink.write(batch([(.insert, order(2, "two"))]))
        #expect(heard.withLock { $0 } == 1)
        subscription.arm()
        try sink.write(batch([(.insert, order(2, "two"))]))
        #expect(heard.withLock { $0 } == 1)
        try sink.write(batch([(.delete, order(2, "two"))]))
        #expect(heard.withLock { $0 } == 2)
        subscription.arm()
        subscription.cancel()
        try sink.write(batch([(.insert, order(3, "three"))]))
        #expect(heard.withLock { $0 } == 2)
    }
}
