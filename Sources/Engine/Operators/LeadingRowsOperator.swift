import Columnar
import StreamSQL

/// Passes on the rows that no other row of their group was ahead of so far.
///
/// Holds the best value of each group, and may forget it at any time: then more rows pass than need to. So it is no state
/// of the job. Groups are windows as a rule, whose rows come all at once.
final class LeadingRowsOperator: Operator {
    /// Groups remembered at most.
    private static let groupLimit = 4_096

    private let plan: LeadingRowsPlan
    private let keyTypes: [DataType]
    private let seed: UInt64
    private var groups: GroupTable
    private let best = StateArray<Int64>(zero: .min)
    /// Turns the order around where the least value is ahead: the complement falls as the value grows.
    private let mask: Int64

    init(_ plan: LeadingRowsPlan, inputFields: [Field], seed: UInt64) {
        self.plan = plan
        self.seed = seed
        keyTypes = plan.groupColumns.map { inputFields[$0].type }
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
        mask = plan.isGreatest ? 0 : -1
    }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        try withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, batch.rowCount)) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            groups.assign(plan.groupColumns.map { batch.columns[$0] }, rowCount: batch.rowCount, groups: numbers)
            best.reserve(groups.count)
            raise(batch, numbers)
            let count = select(batch, numbers)
            if count == batch.rowCount {
                try output.emit(batch)
            } else if count > 0 {
                try output.emit(gather(batch, rows: numbers, count: count))
            }
        }
        if groups.count > Self.groupLimit { forget() }
    }

    private func raise(_ batch: Batch, _ groups: UnsafePointer<Int32>) {
        let column = batch.columns[plan.valueColumn]
        let (values, best) = (column.int64, best.base)
        let hasNulls = column.mayHaveNulls
        for row in 0..<batch.rowCount where !hasNulls || column.isValid(row) {
            let group = Int(groups[row])
            best[group] = max(best[group], values[row] ^ mask)
        }
    }

    /// Writes the numbers of the rows that pass over those of their groups.
    private func select(_ batch: Batch, _ rows: UnsafeMutablePointer<Int32>) -> Int {
        let column = batch.columns[plan.valueColumn]
        let (values, best) = (column.int64, best.base)
        let hasNulls = column.mayHaveNulls
        var count = 0
        for row in 0..<batch.rowCount {
            guard values[row] ^ mask >= best[Int(rows[row])] || (hasNulls && !column.isValid(row)) else { continue }
            rows[count] = Int32(truncatingIfNeeded: row)
            count &+= 1
        }
        return count
    }

    /// Windows that ended have no more rows.
    func advance(to time: Int64, output: NodeRuntime) throws { forget() }

    private func forget() {
        guard groups.count > 0 else { return }
        best.reset()
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
    }
}
