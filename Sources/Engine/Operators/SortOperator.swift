import Columnar
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

    init(_ plan: SortPlan, inputFields: [Field], seed: UInt64) {
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
        for number in before..<table.count { order.append(Int32(truncatingIfNeeded: number)) }
    }

    func inputEnded(_ input: Int, output: NodeRuntime) throws {
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
