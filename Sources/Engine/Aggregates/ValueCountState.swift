import Columnar
import ConnectorContract
import StreamSQL

/// Aggregates that must know each distinct value of a group and how often it is there: DISTINCT calls, and MIN and
/// MAX over rows that can be taken back.
///
/// The values live in one table keyed by (group, value) with a count each; `inner` sees a value when its count
/// leaves zero and loses it when it comes back.
final class ValueCountState: AggregateState {
    private let call: AggregateCall
    private let seed: UInt64
    private let inner: (any AggregateState)?
    private var table: GroupTable
    private let counts = StateArray<Int64>(zero: 0)
    /// Entries of `table` by group; for state on disk and for finding the next best value.
    private var entries: [[Int32]] = []
    private let valueType: DataType

    /// `inner` is the plain form of the call; nil for MIN and MAX, which read the values themselves.
    init(_ call: AggregateCall, inner: (any AggregateState)?, seed: UInt64) {
        self.call = call
        self.inner = inner
        self.seed = seed
        valueType = (call.argumentType ?? call.resultType).nullable(true)
        table = Self.makeTable(valueType, seed)
    }

    private static func makeTable(_ valueType: DataType, _ seed: UInt64) -> GroupTable {
        GroupTable(keyTypes: [DataType(.bigint, isNullable: false), valueType], seed: seed)
    }

    func reserve(groups: Int) {
        while entries.count < groups { entries.append([]) }
        inner?.reserve(groups: groups)
    }

    func update(_ input: AggregateInput, argument: Column?) {
        guard let argument else { return }
        var rows: [Int32] = []
        var groups: [Int64] = []
        var signs: [Int64] = []
        input.forEach { row, group, sign in
            rows.append(Int32(truncatingIfNeeded: row))
            groups.append(Int64(group))
            signs.append(sign)
        }
        guard !rows.isEmpty else { return }
        let groupColumn = Column(DataType(.bigint, isNullable: false), capacity: rows.count)
        for (index, group) in groups.enumerated() { groupColumn.int64[index] = group }
        let values = rows.withUnsafeBufferPointer { gather(argument, rows: $0.baseAddress!, count: $0.count) }
        apply(groupColumn, values, signs: signs)
    }

    /// Counts each (group, value) up or down and tells `inner` of values that came or went.
    private func apply(_ groupColumn: Column, _ values: Column, signs: [Int64]) {
        var assigned = [Int32](repeating: 0, count: signs.count)
        let before = table.count
        assigned.withUnsafeMutableBufferPointer {
            table.assign([groupColumn, values], rowCount: signs.count, groups: $0.baseAddress!)
        }
        counts.reserve(table.count)
        for entry in before..<table.count {
            entries[Int(table.keys[0].column.int64[entry])].append(Int32(truncatingIfNeeded: entry))
        }
        var changed: [Int32] = []
        var changedSigns: [Int8] = []
        for (index, entry) in assigned.enumerated() {
            let old = counts.base[Int(entry)]
            let new = old &+ signs[index]
            counts.base[Int(entry)] = new
            if old <= 0 && new > 0 || old > 0 && new <= 0 {
                changed.append(Int32(truncatingIfNeeded: index))
                changedSigns.append(new > 0 ? 1 : -1)
            }
        }
        guard let inner, !changed.isEmpty else { return }
        let rowSigns = scattered(changedSigns, at: changed, count: signs.count)
        let groups = (0..<signs.count).map { Int32(truncatingIfNeeded: groupColumn.int64[$0]) }
        groups.withUnsafeBufferPointer { groups in
            changed.withUnsafeBufferPointer { rows in
                rowSigns.withUnsafeBufferPointer { signs in
                    let input = AggregateInput(
                        groups: groups.baseAddress!, rows: rows.baseAddress, rowCount: rows.count,
                        signs: signs.baseAddress)
                    inner.update(input, argument: values)
                }
            }
        }
    }

    private func scattered(_ signs: [Int8], at rows: [Int32], count: Int) -> [Int8] {
        var result = [Int8](repeating: 0, count: count)
        for (index, row) in rows.enumerated() { result[Int(row)] = signs[index] }
        return result
    }

    /// Value counts do not travel between instances: such calls are planned as one phase.
    func merge(_ columns: [Column], groups: UnsafePointer<Int32>, rowCount: Int) {}
    func partial(_ groups: [Int32]) -> [Column] { [] }

    func result(_ groups: [Int32]) -> Column {
        if let inner { return inner.result(groups) }
        let column = GrowableColumn(call.resultType.nullable(true), capacity: max(1, groups.count))
        for group in groups {
            if let best = bestEntry(Int(group)) {
                column.append(table.keys[1].column, row: best)
            } else {
                column.appendNull()
            }
        }
        return column.column
    }

    private func bestEntry(_ group: Int) -> Int? {
        let values = table.keys[1].column
        var best: Int?
        for entry in entries[group] where counts.base[Int(entry)] > 0 {
            guard let held = best else {
                best = Int(entry)
                continue
            }
            let order = ExtremeState.compare(values, Int(entry), values, held)
            if call.function == .maximum ? order > 0 : order < 0 { best = Int(entry) }
        }
        return best
    }

    func reset() {
        table = Self.makeTable(valueType, seed)
        counts.reset()
        entries = []
        inner?.reset()
    }

    func write(_ group: Int, to writer: inout ByteWriter) {
        let live = entries[group].filter { counts.base[Int($0)] != 0 }
        writer.write(UInt32(truncatingIfNeeded: live.count))
        for entry in live {
            RowCoding.append(table.keys[1].column, row: Int(entry), to: &writer)
            writer.write(counts.base[Int(entry)])
        }
    }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        let live = try reader.read(UInt32.self)
        let heap = ByteHeap(chunkBytes: 256)
        for _ in 0..<live {
            let value = Column(valueType, capacity: 1)
            value.owners = [heap]
            try RowCoding.read(&reader, into: value, row: 0, heap: heap)
            let groupColumn = Column(DataType(.bigint, isNullable: false), capacity: 1)
            groupColumn.int64[0] = Int64(group)
            apply(groupColumn, value, signs: [try reader.read(Int64.self)])
        }
    }

    var byteSize: Int { table.byteSize + counts.capacity * 8 + entries.count * 24 + (inner?.byteSize ?? 0) }
}
