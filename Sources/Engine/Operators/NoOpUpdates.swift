import Columnar
import StreamSQL

/// Updates that change nothing any more because the column that changed has been left out: their -U and their +U
/// carry the same values, so that taking both away changes no result.
enum NoOpUpdates {
    /// The batch without such updates; the batch itself where there are none.
    ///
    /// Looks once at the kinds, and at the values of updates up to the first that differs; at nothing where all rows are
    /// inserts. Halves that lie in two batches stay.
    static func dropped(from batch: Batch) -> Batch {
        guard let kinds = batch.kinds else { return batch }
        var dropped: Set<Int32> = []
        var row = 0
        while row < batch.rowCount {
            guard kinds[row] == RowKind.updateBefore.rawValue else {
                row += 1
                continue
            }
            let start = row
            while row < batch.rowCount, kinds[row] == RowKind.updateBefore.rawValue { row += 1 }
            let middle = row
            while row < batch.rowCount, kinds[row] == RowKind.updateAfter.rawValue { row += 1 }
            collect(batch, start..<middle, middle..<row, into: &dropped)
        }
        guard !dropped.isEmpty else { return batch }
        let rows = (0..<Int32(truncatingIfNeeded: batch.rowCount)).filter { !dropped.contains($0) }
        return rows.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return Batch(columns: [], rowCount: 0) }
            return gather(batch, rows: base, count: buffer.count)
        }
    }

    /// Takes the updates of one run of -U and the run of +U behind it. A row that a join has made several of is taken
    /// back as a whole first, in the order in which it is added again; else halves lie side by side.
    private static func collect(
        _ batch: Batch, _ before: Range<Int>, _ after: Range<Int>, into dropped: inout Set<Int32>
    ) {
        guard !after.isEmpty else { return }
        let pairs = before.count == after.count ? before.count : 1
        for distance in 0..<pairs {
            let first = before.upperBound - pairs + distance
            let second = after.lowerBound + distance
            guard batch.columns.allSatisfy({ ColumnValues.areEqual($0, first, $0, second) }) else { continue }
            dropped.insert(Int32(truncatingIfNeeded: first))
            dropped.insert(Int32(truncatingIfNeeded: second))
        }
    }
}

/// A scan that leaves out columns of a table whose rows change.
final class ChangesScanOperator: Operator {
    /// For a scan or what passes rows on: this operator where it has something to do, else one that does nothing.
    static func make(_ node: PlanNode, _ plan: PhysicalPlan) -> any Operator {
        guard case .scan(let scan) = node.operation, node.changelog == .retract, !plan.forgetsIdleState,
            scan.columns.count < scan.table.physicalFields.count
        else { return PassOperator() }
        return ChangesScanOperator()
    }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        try output.emit(NoOpUpdates.dropped(from: batch))
    }
}
