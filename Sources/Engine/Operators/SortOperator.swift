import Columnar
import ConnectorContract
import StreamSQL

/// Collects bounded input, takes back what is taken back, and gives the rows sorted, or the first of them, at the end.
final class SortOperator: Operator {
    private let plan: SortPlan
    private let rows: [GrowableColumn]
    /// How often a row is there, by number; distinct rows have one number.
    private let table: GroupTable
    private let counts = StateArray<Int64>(zero: 0)
    /// Arrival order of rows that are only added; used when there are no sort keys.
    private var order: [Int32] = []
    private let isUnsaved = StateArray<UInt8>(zero: 0)
    private var unsaved: [Int32] = []
    /// The rows have left; a job that is over and is started again does not emit them once more.
    private var hasEnded = false
    private let keepsChanges: Bool

    init(_ plan: SortPlan, inputFields: [Field], keepsChanges: Bool, seed: UInt64) {
        self.keepsChanges = keepsChanges
        self.plan = plan
        let types = inputFields.map { $0.type.nullable(true) }
        table = GroupTable(keyTypes: types, seed: seed)
        rows = table.keys
    }

    var stateRows: Int { table.count }
    var stateBytes: Int { table.byteSize + table.count * 12 }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        guard !batch.columns.isEmpty else { return }
        var numbers = [Int32](repeating: 0, count: batch.rowCount)
        let before = table.count
        numbers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            table.assign(batch.columns, rowCount: batch.rowCount, groups: base)
        }
        counts.reserve(table.count)
        for row in 0..<batch.rowCount {
            counts.base[Int(numbers[row])] &+= batch.kind(row).isAddition ? 1 : -1
        }
        if keepsChanges { note(numbers) }
        for number in before..<table.count { order.append(Int32(truncatingIfNeeded: number)) }
    }

    private func note(_ numbers: [Int32]) {
        isUnsaved.reserve(table.count)
        for number in numbers where isUnsaved.base[Int(number)] == 0 {
            isUnsaved.base[Int(number)] = 1
            unsaved.append(number)
        }
    }

    func inputEnded(_ input: Int, output: NodeRuntime) throws {
        guard !hasEnded else { return }
        hasEnded = true
        var numbers: [Int32] = []
        for number in order {
            for _ in 0..<max(0, counts.base[Int(number)]) { numbers.append(number) }
        }
        if !plan.keys.isEmpty { numbers.sort { isBefore(Int($0), Int($1)) } }
        let begin = min(plan.offset, numbers.count)
        let end = begin + min(plan.limit ?? numbers.count, numbers.count - begin)
        for start in stride(from: begin, to: end, by: 4_096) {
            let part = Array(numbers[start..<min(start + 4_096, end)])
            try output.emit(Batch(columns: table.keys.map { $0.gathered(part) }, rowCount: part.count))
        }
    }

    // MARK: state: how often each row is there, and its place in the order of arrival

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        var entries = KeyedEntries()
        for number in unsaved {
            isUnsaved.base[Int(number)] = 0
            var key = ByteWriter()
            for column in rows { RowCoding.append(column.column, row: Int(number), to: &key) }
            var value = ByteWriter()
            value.write(counts.base[Int(number)])
            value.write(UInt32(truncatingIfNeeded: number))
            entries.put(key: key.bytes, value: value.bytes)
        }
        unsaved.removeAll(keepingCapacity: true)
        var changes: [StateChange] = []
        if !entries.isEmpty { changes.append(StateChange(name: "rows", fold: .keyed, bytes: entries.bytes)) }
        if hasEnded { changes.append(StateChange(name: "ended", fold: .replace, bytes: [1])) }
        return changes
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        hasEnded = changes.contains { $0.name == "ended" }
        guard !hasEnded else { return }
        var found: [(number: UInt32, count: Int64, key: [UInt8])] = []
        for (key, value) in try FoldedEntries(changes, named: "rows").values {
            try value.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                let count = try reader.read(Int64.self)
                found.append((try reader.read(UInt32.self), count, key))
            }
        }
        found.sort { $0.number < $1.number }
        for entry in found {
            try entry.key.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                var decoder = RowDecoder(types: rows.map(\.type), capacity: 1)
                try decoder.read(&reader, columns: rows.indices)
                decoder.endRow()
                var number: Int32 = 0
                table.assign(decoder.columns, rowCount: 1, groups: &number)
                counts.reserve(table.count)
                counts.base[Int(number)] = entry.count
                order.append(number)
            }
        }
        isUnsaved.reserve(table.count)
    }

    /// Equal rows keep the order of their arrival.
    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        for key in plan.keys {
            let column = table.keys[key.column].column
            let order: Int
            switch (column.isValid(a), column.isValid(b)) {
            case (false, false): order = 0
            case (false, true): order = key.nullsFirst ? -1 : 1
            case (true, false): order = key.nullsFirst ? 1 : -1
            case (true, true):
                let natural = ValueOrder.compare(column, a, column, b)
                order = key.isDescending ? -natural : natural
            }
            if order != 0 { return order < 0 }
        }
        return a < b
    }
}
