import Columnar
import ConnectorContract
import StreamSQL

// Rows in epochs: blocks of up to some thousand that changed, one after another; for each partition the newest counts.
//
// Block: u32 its length, u32 rows, u16 columns, for each column u32 its length and the column in the form of
// ``StateColumns``. Rows of this operator are never removed, so there is nothing else to tell.
extension TopRowOperator {
    static let blocksName = "blocks"
    /// Rows as versions before wrote them: entries by key, taken over and then written as blocks.
    private static let rowsName = "rows"

    func snapshot(epoch: UInt64) throws -> [StateChange] { takeChanges(isWhole: isStoredByKey) }
    func wholeSnapshot(epoch: UInt64) throws -> [StateChange] { takeChanges(isWhole: true) }

    private func takeChanges(isWhole: Bool) -> [StateChange] {
        guard let blocks else { return [] }
        let changed = isWhole ? (0..<groups.count).map { Int32(truncatingIfNeeded: $0) } : unsaved
        StateRows.forEach(changed) { rows in
            let start = blocks.beginLength()
            blocks.write(UInt32(truncatingIfNeeded: rows.count))
            blocks.write(UInt16(truncatingIfNeeded: types.count))
            for column in types.indices {
                let length = blocks.beginLength()
                StateColumns.write(self.rows.column(column), of: rows, to: blocks)
                blocks.endLength(length)
            }
            blocks.endLength(start)
            blocks.endRow()
        }
        markSaved()
        var changes = upkeep.mark(
            blocks.take(Self.blocksName, .append), name: Self.blocksName, fold: .append, rows: changed.count,
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
            try change.bytes.withUnsafeBytes { try restoreBlocks($0, ownership) }
        }
        upkeep.restored(changes, named: Self.blocksName, ownership)
    }

    private func restoreBlocks(_ bytes: UnsafeRawBufferPointer, _ ownership: Ownership) throws {
        var reader = ByteReader(bytes)
        while reader.remaining > 0 {
            var block = ByteReader(try reader.readRaw(Int(try reader.read(UInt32.self))))
            let rowCount = Int(try block.read(UInt32.self))
            let columnCount = Int(try block.read(UInt16.self))
            guard (1...StateColumns.rowLimit).contains(rowCount), columnCount == types.count else {
                throw DamagedBytesError(
                    what: "block of \(rowCount) rows, \(columnCount) columns", offset: reader.offset)
            }
            var columns: [Column] = []
            for type in types {
                var column = ByteReader(try block.readRaw(Int(try block.read(UInt32.self))))
                columns.append(try StateColumns.read(&column, type, count: rowCount))
            }
            let batch = Batch(columns: columns, rowCount: rowCount)
            var hashes = [UInt64](repeating: 0, count: rowCount)
            hashColumns(batch, plan.partition, seed: ownership.seed, into: &hashes)
            let own = (0..<rowCount).filter { ownership.owns(hashes[$0]) }.map { Int32(truncatingIfNeeded: $0) }
            guard own.count < rowCount else {
                restore(batch)
                continue
            }
            own.withUnsafeBufferPointer { rows in
                if let base = rows.baseAddress, !own.isEmpty { restore(gather(batch, rows: base, count: own.count)) }
            }
        }
    }
}
