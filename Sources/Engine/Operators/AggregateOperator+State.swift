import Columnar
import ConnectorContract
import StreamSQL

// State: groups by key, and the parts of aggregates that know each of their values by (key, part).
extension AggregateOperator {
    /// Groups as versions before wrote them: entries by key, taken over and then written as blocks.
    static let groupsName = "groups"
    private static let partsName = "parts"
    /// Values of DISTINCT calls that share them.
    private static let valuesName = "values"
    private static let endedName = "ended"

    func snapshot(epoch: UInt64) throws -> [StateChange] { try takeChanges(isWhole: isStoredByKey) }
    func wholeSnapshot(epoch: UInt64) throws -> [StateChange] { try takeChanges(isWhole: true) }

    private func takeChanges(isWhole: Bool) throws -> [StateChange] {
        guard keepsChanges else { return [] }
        var changes = try takeBlocks(isWhole: isWhole)
        if isStoredByKey {
            isStoredByKey = false
            changes.append(
                StateChange(
                    name: Self.groupsName, fold: .keyed, bytes: [], upkeep: .byOwner(isWhole: true, wantsWhole: false)))
        }
        drainParts()
        let parts = changedParts
        changedParts = KeyedEntries()
        if !parts.isEmpty { changes.append(StateChange(name: Self.partsName, fold: .keyed, bytes: parts.bytes)) }
        let keys = groups.keys.map { RowField($0.column) }
        aggregates.drainDistinct(to: sharedValues) { sharedValues.write(keys, row: $0) }
        changes += try sharedValues.take(Self.valuesName, .append)
        if hasEnded && keyTypes.isEmpty {
            changes.append(StateChange(name: Self.endedName, fold: .replace, bytes: [1]))
        }
        return changes
    }

    private func appendKey(_ group: Int, to writer: inout ByteWriter) {
        for column in groups.keys { RowCoding.append(column.column, row: group, to: &writer) }
    }

    private func keyBytes(_ group: Int) -> [UInt8] {
        var key = ByteWriter()
        appendKey(group, to: &key)
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
        for change in changes where change.fold == .keyed && change.name == Self.groupsName {
            isStoredByKey = true
            try change.bytes.withUnsafeBytes { try restoreGroups($0, ownership) }
        }
        for change in changes where change.fold == .append && change.name == Self.blocksName {
            try change.bytes.withUnsafeBytes { try restoreBlocks($0, ownership) }
        }
        upkeep.restored(changes, named: Self.blocksName, ownership)
        for group in 0..<groups.count where liveRows.base[group] <= 0 { markDead(group) }
        let parts = try FoldedEntries(changes, named: Self.partsName)
        try parts.forEachOwned(keyTypes, ownership) { key, part, value in
            try aggregates.readPart(group(key), key: &part, value: &value)
        }
        for change in changes where change.fold == .append && change.name == Self.valuesName {
            try change.bytes.withUnsafeBytes { try restoreValues($0, ownership) }
        }
        aggregates.finishRestore()
        guard !emitsAtEndOnly else { return restoreForEnd(changes) }
        // Everything restored stands downstream already: results are what was emitted last.
        for start in stride(from: 0, to: groups.count, by: 4_096) {
            let list = (start..<min(start + 4_096, groups.count)).map { Int32(truncatingIfNeeded: $0) }
            let results = aggregates.results(list)
            for (previous, result) in zip(previous, results) { previous.overwrite(list, from: result) }
            for number in list { isEmitted.base[Int(number)] = liveRows.base[Int(number)] > 0 ? 1 : 0 }
        }
    }

    /// Takes back stored groups in the order in which they were stored: what came later overwrites.
    private func restoreGroups(_ bytes: UnsafeRawBufferPointer, _ ownership: Ownership) throws {
        let limit = 1_024
        var keys = RowDecoder(types: keyTypes, capacity: limit)
        var values: [UnsafeRawBufferPointer?] = []
        try KeyedEntries.forEach(in: bytes) { key, value in
            var reader = ByteReader(key)
            try keys.read(&reader, columns: 0..<keyTypes.count)
            keys.endRow()
            values.append(value)
            guard values.count == limit else { return }
            try restoreGroups(keys, values, ownership)
            keys = RowDecoder(types: keyTypes, capacity: limit)
            values.removeAll(keepingCapacity: true)
        }
        try restoreGroups(keys, values, ownership)
    }

    private func restoreGroups(
        _ keys: RowDecoder, _ values: [UnsafeRawBufferPointer?], _ ownership: Ownership
    ) throws {
        guard !values.isEmpty else { return }
        let own = owned(keys, ownership)
        var numbers = [Int32](repeating: 0, count: own.count)
        own.withUnsafeBufferPointer { rows in
            numbers.withUnsafeMutableBufferPointer { numbers in
                guard let rows = rows.baseAddress, let numbers = numbers.baseAddress else { return }
                let columns = keys.columns.map { gather($0, rows: rows, count: own.count) }
                groups.assign(columns, rowCount: own.count, groups: numbers)
            }
        }
        reserve()
        for (row, number) in zip(own, numbers) {
            let group = Int(number)
            guard let bytes = values[Int(row)] else {
                forget(group)
                continue
            }
            var value = ByteReader(bytes)
            liveRows.base[group] = try value.read(Int64.self)
            if plan.stateTimeToLiveMilliseconds != nil { touched.base[group] = try value.read(Int64.self) }
            try aggregates.read(group, from: &value)
        }
    }

    /// The rows whose keys this instance owns.
    private func owned(_ keys: RowDecoder, _ ownership: Ownership) -> [Int32] {
        var hashes = [UInt64](repeating: 0, count: keys.rowCount)
        hashes.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            hashColumns(keys.batch(), Array(keyTypes.indices), seed: ownership.seed, into: base)
        }
        return hashes.indices.filter { keyTypes.isEmpty || ownership.owns(hashes[$0]) }.map {
            Int32(truncatingIfNeeded: $0)
        }
    }

    private func restoreValues(_ bytes: UnsafeRawBufferPointer, _ ownership: Ownership) throws {
        try aggregates.restoreDistinct(bytes) { (reader) throws(DamagedBytesError) -> Int? in
            var key = RowDecoder(types: keyTypes, capacity: 1)
            try key.read(&reader, columns: 0..<keyTypes.count)
            key.endRow()
            var hash: UInt64 = 0
            hashColumns(key.batch(), Array(keyTypes.indices), seed: ownership.seed, into: &hash)
            return keyTypes.isEmpty || ownership.owns(hash) ? group(key) : nil
        }
    }

    /// In batch mode nothing of what is restored has been emitted yet: what has is removed.
    private func restoreForEnd(_ changes: [StateChange]) {
        hasEnded = changes.contains { $0.name == Self.endedName }
        for group in 0..<groups.count where liveRows.base[group] > 0 {
            marks.base[group] |= Mark.changed
            changed.append(Int32(truncatingIfNeeded: group))
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
        var dead: [Int32] = []
        for group in 0..<groups.count {
            if marks.base[group] & Mark.dead == 0 {
                kept.append(Int32(truncatingIfNeeded: group))
            } else if keepsChanges {
                aggregates.clear(group)
                dead.append(Int32(truncatingIfNeeded: group))
            }
        }
        let renumbered = Renumbering(keeping: kept, of: groups.count)
        writeRemovals(dead)
        drainParts()
        let fresh = aggregates.makeEmpty()
        fresh.reserve(groups: kept.count)
        fresh.absorb(aggregates, groups: renumbered.numbers)
        fresh.finishRestore()
        aggregates = fresh
        groups.compact(keeping: kept)
        liveRows.compact(keeping: kept)
        isEmitted.compact(keeping: kept)
        marks.compact(keeping: kept)
        if plan.stateTimeToLiveMilliseconds != nil { touched.compact(keeping: kept) }
        previous = previous.map { old in
            let column = GrowableColumn(old.type, capacity: max(64, kept.count))
            for group in kept { column.append(old.column, row: Int(group)) }
            return column
        }
        unsaved = renumbered(unsaved)
        deadCount = 0
    }
}
