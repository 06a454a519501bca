import Columnar
import ConnectorContract

/// Rows that state holds for a while, as columns; each row has a lasting number beside its slot.
///
/// Slots are handed out in the order of arrival and never used twice; when more are dead than alive the store is
/// rebuilt without them, which keeps the order and costs amortised constant time a row.
final class RowStore {
    let types: [DataType]
    private(set) var columns: [GrowableColumn]
    /// Slots handed out, dead ones included.
    private(set) var count = 0
    private(set) var liveCount = 0
    /// The lasting number of each row, ascending with the slot; -1 where the row was released.
    private let ids = StateArray<Int64>(zero: -1)
    /// For the owner's lists of rows: the next slot, or -1.
    private(set) var links = StateArray<Int32>(zero: -1)
    /// The number the next row gets.
    private(set) var nextId: Int64 = 0
    /// Rows from this number on have not been saved.
    private var firstUnsavedId: Int64 = 0

    init(types: [DataType]) {
        self.types = types.map { $0.nullable(true) }
        columns = self.types.map { GrowableColumn($0) }
    }

    var byteSize: Int { columns.reduce(ids.capacity * 12) { $0 + $1.byteSize } }

    /// Copies a row in; returns its slot.
    func append(_ source: [Column], row: Int) -> Int32 {
        let id = nextId
        nextId += 1
        return append(source, row: row, id: id)
    }

    private func append(_ source: [Column], row: Int, id: Int64) -> Int32 {
        ids.reserve(count + 1)
        links.reserve(count + 1)
        for (index, column) in columns.enumerated() { column.append(source[index], row: row) }
        ids.base[count] = id
        links.base[count] = -1
        count += 1
        liveCount += 1
        return Int32(truncatingIfNeeded: count - 1)
    }

    func id(_ slot: Int32) -> Int64 { ids.base[Int(slot)] }
    func isSaved(_ slot: Int32) -> Bool { ids.base[Int(slot)] < firstUnsavedId }

    /// Gives a row up; its values stay readable until the next ``compact()``.
    func release(_ slot: Int32) {
        guard ids.base[Int(slot)] >= 0 else { return }
        ids.base[Int(slot)] = -1
        liveCount -= 1
    }

    /// Rows as columns, sharing the texts' bytes.
    func gathered(_ slots: [Int32]) -> Batch {
        Batch(columns: columns.map { $0.gathered(slots) }, rowCount: slots.count)
    }

    /// Rebuilds the store when more than half of it is dead; returns the new slot of each old one, -1 for the dead.
    func compact() -> [Int32]? {
        guard count - liveCount > max(4_096, liveCount) else { return nil }
        var moved = [Int32](repeating: -1, count: count)
        let old = columns.map(\.column)
        columns = types.map { GrowableColumn($0, capacity: max(64, liveCount)) }
        let oldLinks = links
        links = StateArray<Int32>(zero: -1)
        var place = 0
        for slot in 0..<count where ids.base[slot] >= 0 {
            for (index, column) in columns.enumerated() { column.append(old[index], row: slot) }
            moved[slot] = Int32(truncatingIfNeeded: place)
            ids.base[place] = ids.base[slot]
            place += 1
        }
        links.reserve(place)
        for slot in 0..<count where moved[slot] >= 0 && oldLinks.base[slot] >= 0 {
            links.base[Int(moved[slot])] = moved[Int(oldLinks.base[slot])]
        }
        count = place
        return moved
    }

    // MARK: state

    /// Calls `body` for each live row that was not saved yet, and counts all rows as saved.
    func forEachUnsaved(_ body: (Int32) -> Void) {
        var slot = count - 1
        var unsaved: [Int32] = []
        while slot >= 0, ids.base[slot] >= firstUnsavedId || ids.base[slot] < 0 {
            if ids.base[slot] >= 0 { unsaved.append(Int32(truncatingIfNeeded: slot)) }
            slot -= 1
        }
        for slot in unsaved.reversed() { body(slot) }
        firstUnsavedId = nextId
    }

    func write(_ slot: Int32, to writer: inout ByteWriter) {
        for column in columns { RowCoding.append(column.column, row: Int(slot), to: &writer) }
    }

    /// Takes a saved row back. Rows must come in the order of their numbers.
    func restore(id: Int64, from reader: inout ByteReader) throws(DamagedBytesError) -> Int32 {
        var decoder = RowDecoder(types: types, capacity: 1)
        try decoder.read(&reader, columns: 0..<types.count)
        decoder.endRow()
        nextId = max(nextId, id + 1)
        firstUnsavedId = nextId
        return append(decoder.columns, row: 0, id: id)
    }
}
