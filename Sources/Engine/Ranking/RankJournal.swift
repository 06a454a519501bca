import Columnar
import ConnectorContract

/// Which rows of a ranking came and went since the last epoch.
///
/// A row is stored under its partition and its number of arrival; where a partition keeps one row only, under the
/// partition alone, so that the next overwrites it.
final class RankJournal {
    private let partition: [Int]
    private let keepsOne: Bool
    /// 1 while a row is in `new`, 2 when it has been stored.
    private let marks = StateArray<UInt8>(zero: 0)
    private var new: [Int32] = []
    private var gone = KeyedEntries()

    init(_ partition: [Int], keepsOne: Bool) {
        self.partition = partition
        self.keepsOne = keepsOne
    }

    func reserve(_ places: Int) { marks.reserve(places) }

    func added(_ id: Int32) {
        marks.base[Int(id)] = 1
        new.append(id)
    }

    func restored(_ id: Int32) { marks.base[Int(id)] = 2 }

    /// To be called while the row can still be read.
    func removed(_ id: Int32, _ store: RowSlots, _ order: RowOrder) {
        if marks.base[Int(id)] == 2 && !keepsOne { gone.remove(key: key(id, store, order)) }
        marks.base[Int(id)] = 0
    }

    private func key(_ id: Int32, _ store: RowSlots, _ order: RowOrder) -> [UInt8] {
        var writer = ByteWriter()
        for column in partition { RowCoding.append(store.columns[column].column, row: Int(id), to: &writer) }
        if !keepsOne { writer.write(order.sequences.base[Int(id)]) }
        return writer.bytes
    }

    /// Adds what changed to the entries of an epoch.
    func take(_ store: RowSlots, _ order: RowOrder, into entries: inout KeyedEntries) {
        if entries.isEmpty {
            entries = gone
        } else if !gone.isEmpty {
            append(gone, to: &entries)
        }
        gone = KeyedEntries()
        for id in new where marks.base[Int(id)] == 1 {
            marks.base[Int(id)] = 2
            var value = ByteWriter()
            value.write(order.sequences.base[Int(id)])
            for column in store.columns { RowCoding.append(column.column, row: Int(id), to: &value) }
            entries.put(key: key(id, store, order), value: value.bytes)
        }
        new.removeAll(keepingCapacity: true)
    }

    /// The stored rows of all partitions are gone at once.
    func removeAll(_ store: RowSlots, _ order: RowOrder, ids: [Int32], into entries: inout KeyedEntries) {
        append(gone, to: &entries)
        for id in ids where marks.base[Int(id)] == 2 { entries.remove(key: key(id, store, order)) }
    }

    private func append(_ some: KeyedEntries, to entries: inout KeyedEntries) {
        some.bytes.withUnsafeBytes { bytes in
            // The bytes were written by this object.
            try? KeyedEntries.forEach(in: bytes) { key, _ in entries.remove(key: Array(key)) }
        }
    }
}
