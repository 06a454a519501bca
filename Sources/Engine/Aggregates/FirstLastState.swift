import Columnar
import ConnectorContract
import StreamSQL

/// FIRST_VALUE, LAST_VALUE and SINGLE_VALUE over rows that are only added: in order of arrival.
final class FirstLastState: AggregateState {
    private let keepsFirst: Bool
    private let values: GrowableColumn
    /// 1 once a group has a value, which may be NULL.
    private let isSet = StateArray<UInt8>(zero: 0)

    init(_ call: AggregateCall) {
        keepsFirst = call.function != .lastValue
        values = GrowableColumn(call.resultType.nullable(true))
    }

    func reserve(groups: Int) {
        values.extendWithNulls(to: groups)
        isSet.reserve(groups)
    }

    func update(_ input: AggregateInput, arguments: [Column]) {
        guard let argument = arguments.first else { return }
        input.forEach { row, group, _ in take(argument, row, group) }
    }

    @inline(__always)
    private func take(_ source: Column, _ row: Int, _ group: Int) {
        if keepsFirst && isSet.base[group] != 0 { return }
        isSet.base[group] = 1
        values.set(group, from: source, row: row)
    }

    /// The other state's rows came later.
    func absorb(_ other: any AggregateState, groups: [Int32]) {
        guard let other = other as? FirstLastState else { return }
        for (group, target) in groups.enumerated() where target >= 0 && other.isSet.base[group] != 0 {
            take(other.values.column, group, Int(target))
        }
    }

    func append(_ group: Int, to column: GrowableColumn) { column.append(values.column, row: group) }
    func result(_ groups: [Int32]) -> Column { values.gathered(groups) }

    func clear(_ group: Int) {
        isSet.base[group] = 0
        values.setNull(group)
    }

    func write(_ group: Int, to writer: inout ByteWriter) {
        writer.write(isSet.base[group])
        RowCoding.append(values.column, row: group, to: &writer)
    }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        isSet.base[group] = try reader.read(UInt8.self)
        try values.read(group, from: &reader)
    }

    var byteSize: Int { values.byteSize + isSet.capacity }
}
