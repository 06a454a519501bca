import Columnar
import ConnectorContract
import StreamSQL

// State: groups by key, and the parts of aggregates that know each of their values by (key, part).
extension AggregateOperator {
    private static let groupsName = "groups"
    private static let partsName = "parts"

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        var entries = removedGroups
        removedGroups = KeyedEntries()
        for number in unsaved {
            let group = Int(number)
            marks.base[group] &= ~Mark.unsaved
            let key = keyBytes(group)
            if liveRows.base[group] <= 0 && isEmitted.base[group] == 0 {
                entries.remove(key: key)
                continue
            }
            var value = ByteWriter()
            value.write(liveRows.base[group])
            if plan.stateTimeToLiveMilliseconds != nil { value.write(touched.base[group]) }
            aggregates.write(group, to: &value)
            entries.put(key: key, value: value.bytes)
        }
        unsaved.removeAll(keepingCapacity: true)
        drainParts()
        let parts = changedParts
        changedParts = KeyedEntries()
        var changes: [StateChange] = []
        if !entries.isEmpty {
            changes.append(StateChange(name: Self.groupsName, fold: .keyed, bytes: entries.bytes))
        }
        if !parts.isEmpty { changes.append(StateChange(name: Self.partsName, fold: .keyed, bytes: parts.bytes)) }
        return changes
    }

    private func keyBytes(_ group: Int) -> [UInt8] {
        var key = ByteWriter()
        for column in groups.keys { RowCoding.append(column.column, row: group, to: &key) }
        return key.bytes
    }

    private func drainParts() {
        guard keepsChanges else { return }
        var entries = changedParts
        changedParts = KeyedEntries()
        aggregates.drainParts { group, part, value in
            let key = keyBytes(group) + part
            if let value { entries.put(key: key, value: value) } else { entries.remove(key: key) }
        }
        changedParts = entries
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        let stored = try FoldedEntries(changes, named: Self.groupsName)
        try stored.forEachOwned(keyTypes, ownership) { key, _, value in
            let group = group(key)
            liveRows.base[group] = try value.read(Int64.self)
            if plan.stateTimeToLiveMilliseconds != nil { touched.base[group] = try value.read(Int64.self) }
            try aggregates.read(group, from: &value)
        }
        let parts = try FoldedEntries(changes, named: Self.partsName)
        try parts.forEachOwned(keyTypes, ownership) { key, part, value in
            try aggregates.readPart(group(key), key: &part, value: &value)
        }
        aggregates.finishRestore()
        // Everything restored stands downstream already: results are what was emitted last.
        for start in stride(from: 0, to: groups.count, by: 4_096) {
            let list = (start..<min(start + 4_096, groups.count)).map { Int32(truncatingIfNeeded: $0) }
            let results = aggregates.results(list)
            for (position, number) in list.enumerated() {
                for index in previous.indices { previous[index].set(Int(number), from: results[index], row: position) }
                isEmitted.base[Int(number)] = liveRows.base[Int(number)] > 0 ? 1 : 0
            }
        }
    }

    /// The number of the group with this key.
    private func group(_ key: RowDecoder) -> Int {
        var number: Int32 = 0
        groups.assign(key.columns, rowCount: 1, groups: &number)
        reserve()
        return Int(number)
    }

    // MARK: dropping groups

    /// Fewer dead groups than this stay where they are.
    private static let leastDead = 1_024

    /// Renumbers the groups without the dead ones when those are the majority. Nothing waits to be emitted here.
    func compactIfWorthwhile() {
        guard deadCount > Self.leastDead, deadCount > groups.count / 2, changed.isEmpty else { return }
        var kept: [Int32] = []
        var numbers = [Int32](repeating: -1, count: groups.count)
        for group in 0..<groups.count {
            if marks.base[group] & Mark.dead == 0 {
                numbers[group] = Int32(truncatingIfNeeded: kept.count)
                kept.append(Int32(truncatingIfNeeded: group))
            } else if keepsChanges {
                aggregates.clear(group)
                removedGroups.remove(key: keyBytes(group))
            }
        }
        drainParts()
        let fresh = aggregates.makeEmpty()
        fresh.reserve(groups: kept.count)
        fresh.absorb(aggregates, groups: numbers)
        fresh.finishRestore()
        aggregates = fresh
        groups = groups.compacted(keeping: kept)
        liveRows = Self.compacted(liveRows, kept, zero: 0)
        isEmitted = Self.compacted(isEmitted, kept, zero: 0)
        marks = Self.compacted(marks, kept, zero: 0)
        if plan.stateTimeToLiveMilliseconds != nil { touched = Self.compacted(touched, kept, zero: 0) }
        previous = previous.map { old in
            let column = GrowableColumn(old.type, capacity: max(64, kept.count))
            for group in kept { column.append(old.column, row: Int(group)) }
            return column
        }
        unsaved = unsaved.map { numbers[Int($0)] }.filter { $0 >= 0 }
        deadCount = 0
    }

    private static func compacted<Element>(
        _ old: StateArray<Element>, _ kept: [Int32], zero: Element
    ) -> StateArray<Element> {
        let result = StateArray<Element>(zero: zero, capacity: max(64, kept.count))
        for (place, group) in kept.enumerated() { result.base[place] = old.base[Int(group)] }
        return result
    }
}
