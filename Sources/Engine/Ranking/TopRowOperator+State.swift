import Columnar
import ConnectorContract
import StreamSQL

// Rows in epochs: ``StoredBlocks`` of those that changed; for each partition the newest counts. Rows of this operator are
// never removed, so there is nothing else to tell.
extension TopRowOperator {
    static let blocksName = "blocks"
    /// Rows as versions before wrote them: entries by key, taken over and then written as blocks.
    private static let rowsName = "rows"

    func snapshot(epoch: UInt64) throws -> [StateChange] { try takeChanges(isWhole: isStoredByKey) }
    func wholeSnapshot(epoch: UInt64) throws -> [StateChange] { try takeChanges(isWhole: true) }

    private func takeChanges(isWhole: Bool) throws -> [StateChange] {
        guard let blocks else { return [] }
        let changed = isWhole ? (0..<groups.count).map { Int32(truncatingIfNeeded: $0) } : unsaved
        let columns = types.indices.map { rows.column($0) }
        StateRows.forEach(changed) { StoredBlocks.write(columns, $0, to: blocks) }
        markSaved()
        var changes = upkeep.mark(
            try blocks.take(Self.blocksName, .append), name: Self.blocksName, fold: .append, rows: changed.count,
            liveRows: groups.count, isWhole: isWhole)
        if isStoredByKey {
            isStoredByKey = false
            changes.append(
                StateChange(
                    name: Self.rowsName, fold: .keyed, bytes: [], upkeep: .byOwner(isWhole: true, wantsWhole: false)))
        }
        return changes
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        var stored = StoredRows()
        for change in changes where change.fold == .keyed && change.name == Self.rowsName {
            isStoredByKey = true
            try stored.apply(change.bytes)
        }
        try stored.forEachBatch(types, keys: plan.partition, ownership) { batch, _ in restore(batch) }
        for change in changes where change.fold == .append && change.name == Self.blocksName {
            try StoredBlocks.forEach(in: change.bytes, types) { batch in
                if let own = ownership.part(of: batch, keys: plan.partition) { restore(own) }
            }
        }
        upkeep.restored(changes, named: Self.blocksName, ownership)
    }
}
