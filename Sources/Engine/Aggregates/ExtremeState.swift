import Columnar
import ConnectorContract
import StreamSQL

/// MIN and MAX over rows that are only added.
final class ExtremeState: AggregateState {
    private let call: AggregateCall
    private let wantsMaximum: Bool
    private var values: GrowableColumn
    private var groupCount = 0

    init(_ call: AggregateCall) {
        self.call = call
        wantsMaximum = call.function == .maximum
        values = GrowableColumn(call.resultType.nullable(true))
    }

    func reserve(groups: Int) {
        values.reserve(groups)
        while groupCount < groups {
            values.appendNull()
            groupCount += 1
        }
    }

    func update(_ input: AggregateInput, argument: Column?) {
        guard let argument else { return }
        if argument.kind == .int64 {
            updateIntegers(input, argument)
        } else {
            input.forEach { row, group, _ in consider(argument, row, group) }
        }
    }

    private func updateIntegers(_ input: AggregateInput, _ argument: Column) {
        let held = values.column.int64
        let validity = values.column.validity
        let new = argument.int64
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
            let order = Self.compare(source, row, values.column, group)
            guard wantsMaximum ? order > 0 : order < 0 else { return }
        }
        values.set(group, from: source, row: row)
    }

    /// Order of two valid values of one kind.
    static func compare(_ a: Column, _ row: Int, _ b: Column, _ other: Int) -> Int {
        switch a.kind {
        case .bits: (a.bit(row) ? 1 : 0) - (b.bit(other) ? 1 : 0)
        case .int64: a.int64[row] < b.int64[other] ? -1 : a.int64[row] > b.int64[other] ? 1 : 0
        case .float64: a.float64[row] < b.float64[other] ? -1 : a.float64[row] > b.float64[other] ? 1 : 0
        case .int128: a.int128[row] < b.int128[other] ? -1 : a.int128[row] > b.int128[other] ? 1 : 0
        case .text: TextView.compare(UnsafePointer(a.text + row), UnsafePointer(b.text + other))
        }
    }

    func merge(_ columns: [Column], groups: UnsafePointer<Int32>, rowCount: Int) {
        for row in 0..<rowCount where columns[0].isValid(row) { consider(columns[0], row, Int(groups[row])) }
    }

    func result(_ groups: [Int32]) -> Column { values.gathered(groups) }
    func partial(_ groups: [Int32]) -> [Column] { [values.gathered(groups)] }

    func reset() {
        values = GrowableColumn(call.resultType.nullable(true))
        groupCount = 0
    }

    func write(_ group: Int, to writer: inout ByteWriter) { RowCoding.append(values.column, row: group, to: &writer) }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        let heap = ByteHeap(chunkBytes: 256)
        let value = Column(values.type, capacity: 1)
        value.owners = [heap]
        try RowCoding.read(&reader, into: value, row: 0, heap: heap)
        values.set(group, from: value, row: 0)
    }

    var byteSize: Int { values.byteSize }
}
