import Columnar
import ConnectorContract
import StreamSQL

// Rows in epochs: as ``StoredBlocks`` with their numbers of arrival in front, or as entries by key. Either is read.
extension RankBuffer {
    static let blocksName = "ranked"
    private static let rowsName = "rows"

    /// What changed since the last call, or all there is.
    func takeChanges(isWhole: Bool = false) throws -> [StateChange] {
        guard let journal, let entries else { return [] }
        defer { isStoredOtherwise = false }
        guard upkeep != nil else {
            journal.writeChanges(store, order)
            return try entries.take(Self.rowsName, .keyed)
                + (isStoredOtherwise ? [Self.nothing(Self.blocksName, .append)] : [])
        }
        let isWhole = isWhole || isStoredOtherwise
        let rows = journal.writeBlocks(store, order, isWhole: isWhole)
        let blocks = try entries.take(Self.blocksName, .append)
        let marked =
            upkeep?.mark(
                blocks, name: Self.blocksName, fold: .append, rows: rows, liveRows: store.count, isWhole: isWhole)
            ?? blocks
        return marked + (isStoredOtherwise ? [Self.nothing(Self.rowsName, .keyed)] : [])
    }

    /// Nothing is left of a state.
    private static func nothing(_ name: String, _ fold: StateChange.Fold) -> StateChange {
        StateChange(name: name, fold: fold, bytes: [], upkeep: .byOwner(isWhole: true, wantsWhole: false))
    }

    // MARK: restoring

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        var stored = StoredRows()
        for change in changes where change.fold == .keyed {
            if upkeep != nil { isStoredOtherwise = true }
            try stored.apply(change.bytes)
        }
        try stored.forEachBatch(store.types, keys: plan.partition, ownership) { restore($0, sequences: $1) }
        let types = [DataType(.bigint)] + store.types
        let keys = plan.partition.map { $0 + 1 }
        let lists = types.map { _ in StoredTexts() }
        for change in changes where change.fold == .append && change.name == Self.blocksName {
            if upkeep == nil { isStoredOtherwise = true }
            try StoredBlocks.forEach(in: change.bytes, types, lists: lists) { batch in
                guard let own = ownership.part(of: batch, keys: keys) else { return }
                let sequences = UnsafeBufferPointer(start: own.columns[0].int64, count: own.rowCount)
                restore(
                    Batch(columns: Array(own.columns.dropFirst()), rowCount: own.rowCount),
                    sequences: Array(sequences))
            }
        }
        upkeep?.restored(changes, named: Self.blocksName, ownership)
        finishRestoring()
    }

    /// Puts rows back with the numbers of arrival they had, in any order. Rows that would have been driven out since
    /// are, and what comes twice is taken once.
    func restore(_ batch: Batch, sequences: [Int64]) {
        let rowCount = batch.rowCount
        guard rowCount > 0 else { return }
        var numbers = [Int32](repeating: 0, count: rowCount)
        var prefixes = [UInt64](repeating: 0, count: rowCount)
        var hashes = [UInt64](repeating: 0, count: rowCount)
        groups.assign(plan.partition.map { batch.columns[$0] }, rowCount: rowCount, groups: &numbers)
        order.prefixes(of: batch, into: &prefixes)
        if index != nil { hashColumns(batch, Array(batch.columns.indices), seed: seed, into: &hashes) }
        lists.reserve(groups.count)
        thresholds.reserve(groups.count)
        changes?.reserve(groups: groups.count)
        for sequence in sequences { nextSequence = max(nextSequence, sequence &+ 1) }
        let rows = (0..<rowCount).filter { prefixes[$0] <= thresholds.base[Int(numbers[$0])] }
        guard !rows.isEmpty else { return }
        store(batch, rows.map { Int32(truncatingIfNeeded: $0) }, prefixes)
        for (position, row) in rows.enumerated() {
            let id = ids[position]
            order.sequences.base[Int(id)] = sequences[row]
            guard putBack(id, into: Int(numbers[row])) else { continue }
            index?.insert(id, hash: hashes[row])
        }
    }

    /// False when the row has no place in its partition, or is there already.
    private func putBack(_ id: Int32, into group: Int) -> Bool {
        if bound < .max {
            let count = lists.count(group)
            if lists.holdsTwin(of: id, in: group) || count >= bound && !order.isBefore(id, lists.last(group)) {
                store.remove(id)
                return false
            }
            if count >= bound {
                let last = lists.last(group)
                lists.removeLast(group)
                journal?.drivenOut(last)
                store.remove(last)
            }
        }
        lists.insert(id, into: group)
        if lists.count(group) >= bound { thresholds.base[group] = order.prefixes.base[Int(lists.last(group))] }
        // What is stored in the other form is new in this one.
        if isStoredOtherwise { journal?.added(id) } else { journal?.restored(id) }
        return true
    }

    /// After all rows are back: what is to be seen stands downstream already.
    func finishRestoring() {
        idle?.restored(groups: groups.count)
        guard changes != nil else { return }
        var seen: [Int32] = []
        for group in 0..<groups.count {
            seen.removeAll(keepingCapacity: true)
            lists.append(visible, of: group, to: &seen)
            for id in seen { changes?.show(id) }
        }
    }
}
