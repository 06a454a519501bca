/// How a panel got from one content to the next.
package enum PanelChange: Sendable, Equatable {
    /// Take the whole new content.
    case replaced
    /// Delete rows by key, then put rows: in place where the key is known, at the end where it is new.
    case changed(upserts: [PanelRow], deletes: [[UInt8]])

    /// The smallest change from `old` to `new`; nil when there is none. Deltas never change the order of rows that
    /// stay: where the order differs, the whole content travels.
    package static func between(_ old: PanelContent?, _ new: PanelContent, isKeyed: Bool) -> PanelChange? {
        if old == new { return nil }
        guard isKeyed, case .rows(let before) = old, case .rows(let after) = new else { return .replaced }
        var known: [[UInt8]: [UInt8]] = [:]
        for row in before { known[row.key] = row.json }
        let kept = Set(after.map(\.key))
        guard known.count == before.count, kept.count == after.count else { return .replaced }

        let staying = before.lazy.filter { kept.contains($0.key) }.map(\.key)
        var expected = staying.makeIterator()
        var upserts: [PanelRow] = []
        var hasNew = false
        for row in after {
            if let json = known[row.key] {
                guard !hasNew, expected.next() == row.key else { return .replaced }
                if json != row.json { upserts.append(row) }
            } else {
                hasNew = true
                upserts.append(row)
            }
        }
        let deletes = before.filter { !kept.contains($0.key) }.map(\.key)
        // A delta that names nearly all rows saves nothing.
        if (upserts.count + deletes.count) * 4 > after.count * 3 && after.count > 4 { return .replaced }
        return .changed(upserts: upserts, deletes: deletes)
    }

    /// One change that does what all of them do, oldest first.
    package static func merging(_ changes: [PanelChange]) -> PanelChange {
        if changes.count == 1 { return changes[0] }
        var order: [[UInt8]] = []
        var upserts: [[UInt8]: PanelRow] = [:]
        var deletes: [[UInt8]] = []
        var deleted: Set<[UInt8]> = []
        for change in changes {
            guard case .changed(let puts, let removals) = change else { return .replaced }
            for key in removals {
                upserts[key] = nil
                if deleted.insert(key).inserted { deletes.append(key) }
            }
            for row in puts {
                // Gone and back again: its place is at the end now, which a merged change cannot tell.
                if deleted.contains(row.key) { return .replaced }
                if upserts.updateValue(row, forKey: row.key) == nil { order.append(row.key) }
            }
        }
        return .changed(upserts: order.compactMap { upserts[$0] }, deletes: deletes)
    }
}
