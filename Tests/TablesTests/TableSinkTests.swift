import Columnar
import ConnectorContract
import Diagnostics
import Tables
import Testing

struct TableSinkTests {
    @Test func epochsBringBackWhatWasWritten() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        var epochs: [StateChange] = []
        try sink.write(batch([(.insert, order(1, "one")), (.insert, order(2, nil)), (.insert, order(3, "three"))]))
        epochs += try sink.snapshot(epoch: 1)
        try sink.write(
            batch([(.delete, order(1, nil)), (.updateAfter, order(3, "drei", 5)), (.insert, order(4, "four"))]))
        epochs += try sink.snapshot(epoch: 2)
        let expected = rows(table)
        try sink.write(batch([(.insert, order(5, "lost")), (.delete, order(2, nil))]))

        let fresh = try ResultTable(description())
        let successor = fresh.makeSink()
        try successor.restore(epochs)
        #expect(rows(fresh) == expected)
        #expect(rows(fresh) == [order(2, nil), order(3, "drei", 5), order(4, "four")])
    }

    @Test func onlyChangesGoIntoAnEpoch() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        try sink.write(batch((0..<1_000).map { (.insert, order($0, "row \($0)")) }))
        let first = try sink.snapshot(epoch: 1)
        #expect(try entryCount(first) == 1_000)
        #expect(try sink.snapshot(epoch: 2).isEmpty)
        try sink.write(batch([(.updateAfter, order(7, "changed")), (.updateAfter, order(7, "again"))]))
        try sink.write(batch([(.delete, order(8, nil)), (.insert, order(8, "back")), (.delete, order(9, nil))]))
        let third = try sink.snapshot(epoch: 3)
        // 7 once, 8 removed and put, 9 removed.
        #expect(try entryCount(third) == 4)
        #expect(third.map(\.fold) == [.keyed])
    }

    @Test func multisetComesBackInOrder() throws {
        let table = try ResultTable(description(key: []))
        let sink = table.makeSink()
        let same = order(1, "same")
        try sink.write(batch([(.insert, same), (.insert, order(2, nil)), (.insert, same)]))
        var epochs = try sink.snapshot(epoch: 1)
        try sink.write(batch([(.delete, same), (.insert, order(3, "x"))]))
        epochs += try sink.snapshot(epoch: 2)
        let fresh = try ResultTable(description(key: []))
        let successor = fresh.makeSink()
        try successor.restore(epochs)
        #expect(rows(fresh) == [same, order(2, nil), order(3, "x")])
        try successor.write(batch([(.delete, same), (.insert, order(4, "y"))]))
        epochs += try successor.snapshot(epoch: 3)
        let third = try ResultTable(description(key: []))
        try third.makeSink().restore(epochs)
        #expect(rows(third) == [order(2, nil), order(3, "x"), order(4, "y")])
    }

    @Test func successorReplacesRowsOfADeadSinkButNotOfAFinishedOne() throws {
        let table = try ResultTable(description())
        var finished: (any Sink)? = table.makeSink()
        try finished?.write(batch([(.insert, order(1, "loaded once"))]))
        try finished?.finish()
        finished = nil
        var dead: (any Sink)? = table.makeSink()
        try dead?.write(batch([(.insert, order(2, "kept"))]))
        let epoch = try #require(try dead?.snapshot(epoch: 1))
        try dead?.write(batch([(.insert, order(3, "not in the epoch"))]))
        dead = nil
        try table.makeSink().restore(epoch)
        #expect(rows(table) == [order(1, "loaded once"), order(2, "kept")])
    }

    /// A job that waits for a broker is made again and again; more writers than a row can name are never needed.
    @Test func sinksThatWroteNothingLeaveNothing() throws {
        let table = try ResultTable(description())
        let first = table.makeSink()
        try first.write(batch([(.insert, order(1, "a"))]))
        for _ in 0..<70_000 { _ = table.makeSink() }
        let next = table.makeSink()
        try next.write(batch([(.insert, order(2, "b"))]))
        #expect(try entryCount(try first.snapshot(epoch: 1)) == 1)
        #expect(try entryCount(try next.snapshot(epoch: 1)) == 1)
    }

    @Test func twoSinksKeepTheirOwnRows() throws {
        let table = try ResultTable(description())
        let first = table.makeSink()
        let second = table.makeSink()
        try first.write(batch([(.insert, order(1, "a"))]))
        try second.write(batch([(.insert, order(2, "b"))]))
        #expect(try entryCount(try first.snapshot(epoch: 1)) == 1)
        #expect(try entryCount(try second.snapshot(epoch: 1)) == 1)
        try second.write(batch([(.insert, order(3, "c"))]))
        #expect(try first.snapshot(epoch: 2).isEmpty)
        #expect(try entryCount(try second.snapshot(epoch: 2)) == 1)
    }

    @Test func randomHistoryIsRestoredAtEveryEpoch() throws {
        var random = SplitMix64(seed: 11)
        for key in [[0], []] {
            let table = try ResultTable(description(key: key))
            let sink = table.makeSink()
            var epochs: [StateChange] = []
            for epoch in UInt64(1)...40 {
                for _ in 0..<4 {
                    let changes = (0..<25).map { _ -> (RowKind, [Cell]) in
                        let id = Int64(random.next() % 60)
                        return (random.next() % 4 == 0 ? .delete : .insert, order(id, "n\(random.next() % 3)"))
                    }
                    try sink.write(batch(changes))
                }
                epochs += try sink.snapshot(epoch: epoch)
                let fresh = try ResultTable(description(key: key))
                try fresh.makeSink().restore(epochs)
                #expect(rows(fresh) == rows(table))
            }
        }
    }

    @Test func damagedEpochIsAnError() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        try sink.write(batch([(.insert, order(1, "one, and a longer text so that there is something to cut"))]))
        let change = try #require(try sink.snapshot(epoch: 1).first)
        for count in 0..<change.bytes.count where count > 0 {
            var cut = change
            cut.bytes = Array(change.bytes.prefix(count))
            let fresh = try ResultTable(description()).makeSink()
            #expect(throws: (any Error).self) { try fresh.restore([cut]) }
        }
        var longer = KeyedEntries()
        longer.put(key: [1], value: Array(repeating: 0xFF, count: 400))
        let fresh = try ResultTable(description()).makeSink()
        #expect(throws: (any Error).self) {
            try fresh.restore([StateChange(name: change.name, fold: .keyed, bytes: longer.bytes)])
        }
    }

    private func entryCount(_ changes: [StateChange]) throws -> Int {
        var count = 0
        for change in changes where change.fold == .keyed {
            try change.bytes.withUnsafeBytes { bytes in try KeyedEntries.forEach(in: bytes) { _, _ in count += 1 } }
        }
        return count
    }
}
