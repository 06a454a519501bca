import Columnar

/// What a batch of changes comes to: rows that are added and taken back in it, or the other way round, fall out.
struct NetChanges {
    /// Rows of the batch, one for each time the row is taken back.
    private(set) var removals: [Int32] = []
    /// Rows of the batch, one for each time the row is added.
    private(set) var additions: [Int32] = []

    /// `fullHashes`: of each row over all columns; called only when rows are taken back.
    init(_ batch: Batch, fullHashes: () -> [UInt64]) {
        guard let kinds = batch.kinds, kinds.contains(where: { !Self.isAddition($0) }) else {
            additions = (0..<batch.rowCount).map { Int32(truncatingIfNeeded: $0) }
            return
        }
        let hashes = fullHashes()
        var size = 16
        while size < batch.rowCount * 2 { size *= 2 }
        // Row + 1 of the first row of its kind; and how often that row is added in the end.
        var slots = [Int32](repeating: 0, count: size)
        var net = [Int32](repeating: 0, count: batch.rowCount)
        for row in 0..<batch.rowCount {
            var slot = Int(truncatingIfNeeded: hashes[row]) & (size - 1)
            while slots[slot] != 0, !Self.areEqual(batch, hashes, Int(slots[slot]) - 1, row) {
                slot = (slot + 1) & (size - 1)
            }
            if slots[slot] == 0 { slots[slot] = Int32(truncatingIfNeeded: row + 1) }
            net[Int(slots[slot]) - 1] += Self.isAddition(kinds[row]) ? 1 : -1
        }
        for row in 0..<batch.rowCount where net[row] != 0 {
            let number = Int32(truncatingIfNeeded: row)
            for _ in 0..<net[row].magnitude {
                if net[row] > 0 { additions.append(number) } else { removals.append(number) }
            }
        }
    }

    private static func isAddition(_ kind: UInt8) -> Bool { RowKind(rawValue: kind)?.isAddition ?? true }

    private static func areEqual(_ batch: Batch, _ hashes: [UInt64], _ a: Int, _ b: Int) -> Bool {
        hashes[a] == hashes[b] && batch.columns.allSatisfy { ColumnValues.areEqual($0, a, $0, b) }
    }
}
