import Columnar
import ConnectorContract

/// Which rows of a ranking came and went since the last epoch.
///
/// Where rows only come and better ones drive others out, they are written as blocks, each under its number of arrival:
/// those that were driven out are driven out again when all are put back, so nothing tells of them. Elsewhere a row
/// is stored under its partition and its number of arrival; where a partition keeps one row only, under the partition
/// alone, so that the next overwrites it.
final class RankJournal {
    private let partition: [Int]
    private let keepsOne: Bool
    /// A row may go without another in its place.
    private let tellsRemovals: Bool
    /// 1 while a row is in `new`, 2 when it has been stored.
    private let marks = StateArray<UInt8>(zero: 0)
    private var new: [Int32] = []
    /// Removals, and what else goes into the next epoch.
    private let entries: StateWriter
    /// Of rows that are written as blocks.
    private let texts: PooledTexts?

    /// `entries` takes what goes into the next epoch; several journals may share one. With `texts` rows are written as
    /// blocks.
    init(
        _ partition: [Int], keepsOne: Bool, tellsRemovals: Bool, texts: PooledTexts? = nil, entries: StateWriter
    ) {
        self.texts = texts
        self.partition = partition
        self.keepsOne = keepsOne
        self.tellsRemovals = tellsRemovals && texts == nil
        self.entries = entries
    }

    func reserve(_ places: Int) { marks.reserve(places) }

    func added(_ id: Int32) {
        marks.base[Int(id)] = 1
        new.append(id)
    }

    func restored(_ id: Int32) { marks.base[Int(id)] = 2 }

    /// A row that was put back has made room for another.
    func drivenOut(_ id: Int32) { marks.base[Int(id)] = 0 }

    /// To be called while the row can still be read.
    func removed(_ id: Int32, _ store: RowSlots, _ order: RowOrder) {
        if marks.base[Int(id)] == 2 && tellsRemovals { writeRemoval(of: id, store, order) }
        marks.base[Int(id)] = 0
    }

    private func writeRemoval(of id: Int32, _ store: RowSlots, _ order: RowOrder) {
        entries.beginEntry()
        for column in partition { entries.write(RowField(store.columns[column].column), row: Int(id)) }
        if !keepsOne { entries.write(order.sequences.base[Int(id)]) }
        entries.endRemoval()
    }

    /// Writes the rows that came since the last epoch, or all there are, as blocks; returns how many they are.
    func writeBlocks(_ store: RowSlots, _ order: RowOrder, isWhole: Bool) -> Int {
        let marks = self.marks.base
        var rows: [Int32] = []
        if isWhole || new.count > store.places / 16 {
            // In order where there are many: their values then lie beside each other.
            for id in 0..<store.places where marks[id] == 1 || isWhole && marks[id] != 0 {
                rows.append(Int32(truncatingIfNeeded: id))
            }
        } else {
            rows = new.filter { marks[Int($0)] == 1 }
        }
        for id in rows { marks[Int(id)] = 2 }
        new.removeAll(keepingCapacity: true)
        let columns = store.columns.map(\.column)
        if isWhole { texts?.beginAnew() }
        StateRows.forEach(rows) {
            StoredBlocks.write(
                columns, $0, numbers: order.sequences.base, texts: texts?.numbered($0, store.columns) ?? [],
                to: entries)
        }
        return rows.count
    }

    /// Writes the rows that came since the last epoch.
    func writeChanges(_ store: RowSlots, _ order: RowOrder) {
        let fields = store.columns.map { RowField($0.column) }
        let keys = partition.map { fields[$0] }
        for id in new where marks.base[Int(id)] == 1 {
            let row = Int(id)
            marks.base[row] = 2
            entries.beginEntry()
            entries.write(keys, row: row)
            if !keepsOne { entries.write(order.sequences.base[row]) }
            entries.beginValue()
            entries.write(order.sequences.base[row])
            entries.write(fields, row: row)
            entries.endEntry()
        }
        new.removeAll(keepingCapacity: true)
    }

    /// The stored rows of all partitions are gone at once. Where a partition keeps one row, another may be stored than
    /// the one that is there.
    func writeRemovals(of ids: [Int32], _ store: RowSlots, _ order: RowOrder) {
        for id in ids where keepsOne || marks.base[Int(id)] == 2 { writeRemoval(of: id, store, order) }
    }
}
