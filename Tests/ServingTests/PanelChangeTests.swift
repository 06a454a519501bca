import Diagnostics
import Serving
import Testing

/// A row of two cells, the first of which is the key.
func row(_ key: Int, _ value: Int) -> PanelRow {
    PanelRow(key: Array("[\(key)]".utf8), json: Array("[\(key),\(value)]".utf8))
}

struct PanelChangeTests {
    /// Applies a change the way the page does.
    private func apply(_ change: PanelChange?, to old: [PanelRow], current: [PanelRow]) -> [PanelRow] {
        guard let change else { return old }
        guard case .changed(let upserts, let deletes) = change else { return current }
        var rows = old.filter { !deletes.contains($0.key) }
        for row in upserts {
            if let place = rows.firstIndex(where: { $0.key == row.key }) { rows[place] = row } else { rows.append(row) }
        }
        return rows
    }

    @Test func tellsOnlyWhatDiffers() {
        let old = (0..<10).map { row($0, 0) }
        var new = old
        new[3] = row(3, 7)
        new.remove(at: 5)
        new.append(row(11, 1))
        #expect(
            PanelChange.between(.rows(old), .rows(new), isKeyed: true)
                == .changed(upserts: [row(3, 7), row(11, 1)], deletes: [row(5, 0).key]))
        #expect(PanelChange.between(.rows(old), .rows(old), isKeyed: true) == nil)
        #expect(PanelChange.between(.rows(old), .rows(new), isKeyed: false) == .replaced)
    }

    @Test func otherOrderOrDoubleKeysReplace() {
        let old = (0..<10).map { row($0, 0) }
        #expect(PanelChange.between(.rows(old), .rows(old.reversed()), isKeyed: true) == .replaced)
        #expect(PanelChange.between(.rows(old), .rows([row(99, 0)] + old), isKeyed: true) == .replaced)
        #expect(PanelChange.between(.rows(old), .rows(old + [row(3, 1)]), isKeyed: true) == .replaced)
        #expect(PanelChange.between(.rows(old), .failed("no"), isKeyed: true) == .replaced)
        #expect(PanelChange.between(.failed("no"), .rows([]), isKeyed: true) == .replaced)
        #expect(PanelChange.between(nil, .rows([]), isKeyed: true) == .replaced)
    }

    @Test func goneAndBackAgainReplaces() {
        let merged = PanelChange.merging([
            .changed(upserts: [], deletes: [row(1, 0).key]), .changed(upserts: [row(1, 1)], deletes: []),
        ])
        #expect(merged == .replaced)
    }

    @Test func anyRunOfChangesLeadsToTheNewestRows() {
        var random = SplitMix64(seed: 5)
        var kept = 0
        for _ in 0..<300 {
            var history: [[PanelRow]] = [(0..<12).map { row($0, 0) }]
            var changes: [PanelChange] = []
            for _ in 0..<Int(random.next() % 6 + 1) {
                var rows = history[history.count - 1]
                for _ in 0..<Int(random.next() % 3) {
                    switch random.next() % 6 {
                    case 0 where !rows.isEmpty: rows.remove(at: Int(random.next() % UInt64(rows.count)))
                    case 1: rows.append(row(Int(random.next() % 30), 1))
                    case 2 where rows.count > 2: rows.swapAt(0, 1)
                    default:
                        if rows.isEmpty { break }
                        let place = Int(random.next() % UInt64(rows.count))
                        rows[place].json = row(0, Int(random.next() % 100)).json
                    }
                }
                if let change = PanelChange.between(.rows(history[history.count - 1]), .rows(rows), isKeyed: true) {
                    #expect(apply(change, to: history[history.count - 1], current: rows) == rows)
                    changes.append(change)
                }
                history.append(rows)
            }
            guard !changes.isEmpty else { continue }
            let merged = PanelChange.merging(changes)
            if merged != .replaced { kept += 1 }
            #expect(apply(merged, to: history[0], current: history[history.count - 1]) == history[history.count - 1])
        }
        #expect(kept > 50)
    }
}
