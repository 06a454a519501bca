import Columnar
import ConnectorContract
import StreamSQL

/// MIN and MAX over rows that are only added.
final class ExtremeState: AggregateState {
    private let wantsMaximum: Bool
    private let values: GrowableColumn

    init(_ call: AggregateCall) {
        wantsMaximum = call.function == .maximum
        values = GrowableColumn(call.resultType.nullable(true))
    }

    func reserve(groups: Int) { values.extendWithNulls(to: groups) }

    func update(_ input: AggregateInput, arguments: [Column]) {
        guard let argument = arguments.first else { return }
        switch argument.kind {
        case .int64: update(input, values.column.int64, argument.int64)
        case .float64: update(input, values.column.float64, argument.float64)
        case .int128: update(input, values.column.int128, argument.int128)
        case .bits, .text: input.forEach { row, group, _ in consider(argument, row, group) }
        }
    }

    @inline(__always)
    private func update<Value: Comparable>(
        _ input: AggregateInput, _ held: UnsafeMutablePointer<Value>, _ new: UnsafeMutablePointer<Value>
    ) {
        let validity = values.column.validity
        let wantsMaximum = self.wantsMaximum
        input.forEach { row, group, _ in
            let mask: UInt64 = 1 << UInt64(group & 63)
            let isHeld = validity[group >> 6] & mask != 0
            let value = new[row]
            let isBetter = wantsMaximum ? value > held[group] : value < held[group]
            if !isHeld || isBetter {
                held[group] = value
                validity[group >> 6] |= mask
            }
        }
    }

    private func consider(_ source: Column, _ row: Int, _ group: Int) {
        if values.column.isValid(group) {
            let order = ValueOrder.compare(source, row, values.column, group)
            guard wantsMaximum ? order > 0 : order < 0 else { return }
        }
        values.set(group, from: source, row: row)
    }

    func merge(_ columns: [Column], groups: UnsafePointer<Int32>, rowCount: Int) {
        for row in 0..<rowCount where columns[0].isValid(row) { consider(columns[0], row, Int(groups[row])) }
    }

    func absorb(_ other: any AggregateState, groups: [Int32]) {
        guard let other = other as? ExtremeState else { return }
        for (group, target) in groups.enumerated() where target >= 0 && other.values.column.isValid(group) {
            consider(other.values.column, group, Int(target))
        }
    }

    func append(_ group: Int, to column: GrowableColumn) { column.append(values.column, row: group) }
    func result(_ groups: [Int32]) -> Column { values.gathered(groups) }
    func partial(_ groups: [Int32]) -> [Column] { [values.gathered(groups)] }
    func clear(_ group: Int) { values.setNull(group) }
    func write(_ group: Int, to writer: inout ByteWriter) { RowCoding.append(values.column, row: group, to: &writer) }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        try values.read(group, from: &reader)
    }

    var hasColumns: Bool { true }

    func writeColumns(_ rows: StateRows, to writer: StateWriter) {
        StateColumns.write(values.column, of: rows, to: writer)
    }

    func readColumns(_ groups: [Int32], from reader: inout ByteReader) throws(DamagedBytesError) {
        let column = try StateColumns.read(&reader, values.type, count: groups.count)
        for (row, group) in groups.enumerated() where group >= 0 { values.set(Int(group), from: column, row: row) }
    }

    var byteSize: Int { values.byteSize }
}
