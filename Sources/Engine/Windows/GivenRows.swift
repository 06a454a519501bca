import Columnar
import ConnectorContract
import StreamSQL

/// The results of one window as they were given last, so that they can be taken back when they change.
final class GivenRows {
    private let groups: GroupTable
    private let results: [GrowableColumn]
    /// 1 where the group's row stands downstream.
    private let stands = StateArray<UInt8>(zero: 0)
    /// 1 where an epoch holds the row.
    private let saved = StateArray<UInt8>(zero: 0)
    private let isUnsaved = StateArray<UInt8>(zero: 0)
    private var unsaved: [Int32] = []

    init(keyTypes: [DataType], resultTypes: [DataType], seed: UInt64) {
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
        results = resultTypes.map { GrowableColumn($0) }
    }

    var count: Int { groups.count }
    var byteSize: Int { results.reduce(groups.byteSize) { $0 + $1.byteSize } }

    /// Compares a slice's results with those that stand. Gives the columns of keys and results of the rows that change,
    /// and their kinds; what is given counts as standing from then on.
    func revise(_ slice: WindowSlice, rows: [Int32]) -> (columns: [Column], kinds: [UInt8]) {
        let keys = slice.groups.keys.map { $0.gathered(rows) }
        let values = slice.aggregates.results(rows)
        var numbers = [Int32](repeating: 0, count: rows.count)
        assign(keys, &numbers)
        let outKeys = keys.map { GrowableColumn($0.type, capacity: max(1, rows.count)) }
        let out = results.map { GrowableColumn($0.type, capacity: max(1, rows.count)) }
        var kinds: [UInt8] = []
        func add(_ kind: RowKind, _ position: Int, _ source: [Column], _ row: Int) {
            kinds.append(kind.rawValue)
            for (index, key) in outKeys.enumerated() { key.append(keys[index], row: position) }
            for (index, column) in out.enumerated() { column.append(source[index], row: row) }
        }
        for (position, number) in numbers.map(Int.init).enumerated() {
            let isLive = slice.isLive(Int(rows[position]))
            let stood = stands.base[number] == 1
            let isSame = results.indices.allSatisfy { results[$0].equals(number, values[$0], position) }
            if stood == isLive, !stood || isSame { continue }
            if stood { add(isLive ? .updateBefore : .delete, position, results.map(\.column), number) }
            if isLive { add(stood ? .updateAfter : .insert, position, values, position) }
            stands.base[number] = isLive ? 1 : 0
            for (index, column) in results.enumerated() { column.set(number, from: values[index], row: position) }
            mark(number)
        }
        return (outKeys.map(\.column) + out.map(\.column), kinds)
    }

    private func assign(_ keys: [Column], _ numbers: inout [Int32]) {
        let count = numbers.count
        numbers.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { groups.assign(keys, rowCount: count, groups: base) }
        }
        stands.reserve(groups.count)
        saved.reserve(groups.count)
        isUnsaved.reserve(groups.count)
        for column in results { column.extendWithNulls(to: groups.count) }
    }

    private func mark(_ number: Int) {
        guard isUnsaved.base[number] == 0 else { return }
        isUnsaved.base[number] = 1
        unsaved.append(Int32(truncatingIfNeeded: number))
    }

    // MARK: state

    /// Whether an epoch holds the row: what none holds need not be removed from any.
    func isSaved(_ number: Int) -> Bool { saved.base[number] == 1 }

    /// Calls `body` with the key and value of each row that changed since the last call; no value where a stored one does
    /// not stand any more.
    func drain(_ body: (_ key: (inout ByteWriter) -> Void, _ value: [UInt8]?) -> Void) {
        for number in unsaved.map(Int.init) {
            isUnsaved.base[number] = 0
            var value: ByteWriter?
            if stands.base[number] == 1 {
                var writer = ByteWriter()
                for column in results { RowCoding.append(column.column, row: number, to: &writer) }
                value = writer
            }
            guard value != nil || saved.base[number] == 1 else { continue }
            saved.base[number] = stands.base[number]
            body({ self.appendKey(number, to: &$0) }, value?.bytes)
        }
        unsaved.removeAll(keepingCapacity: true)
    }

    func appendKey(_ number: Int, to writer: inout ByteWriter) {
        for column in groups.keys { RowCoding.append(column.column, row: number, to: &writer) }
    }

    func restore(_ keys: [Column], from reader: inout ByteReader) throws(DamagedBytesError) {
        var numbers: [Int32] = [0]
        assign(keys, &numbers)
        let number = Int(numbers[0])
        stands.base[number] = 1
        saved.base[number] = 1
        for column in results { try column.read(number, from: &reader) }
    }
}
