import Columnar
import StreamSQL

/// Filter, then projection: rows that pass are gathered once, and everything behind works on dense columns.
final class CalculateOperator: Operator {
    private let condition: ExpressionEvaluator?
    private let projection: ExpressionEvaluator
    /// The input columns that the projections read; only these are gathered behind a filter.
    private let projectedInputs: Set<Int>
    /// The input columns that go on as they are. Where these are not all, updates may have become none.
    private let keptInputs: Set<Int>
    private let dropsNoOpUpdates: Bool

    init(
        _ plan: CalculatePlan, timeZone: String, context: EvaluationContext, dropsNoOpUpdates: Bool = true
    ) throws {
        self.dropsNoOpUpdates = dropsNoOpUpdates
        condition = try plan.condition.map {
            ExpressionEvaluator(try ExpressionProgram.compile([$0], timeZone: timeZone), environment: context)
        }
        projection = ExpressionEvaluator(
            try ExpressionProgram.compile(plan.projections, timeZone: timeZone), environment: context)
        var inputs: Set<Int> = []
        for expression in plan.projections { expression.collectColumns(into: &inputs) }
        projectedInputs = inputs
        keptInputs = Set(
            plan.projections.compactMap { projection in
                if case .column(let column, _) = projection { return column }
                return nil
            })
    }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        guard let condition else { return try project(batch, output) }
        try withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch.rowCount) { scratch in
            guard let rows = scratch.baseAddress else { return }
            let count = try condition.select(batch, into: rows)
            if count == batch.rowCount {
                try project(batch, output)
            } else if count > 0 {
                try project(compacted(batch, rows: rows, count: count), output)
            }
        }
    }

    func advance(to time: Int64, output: NodeRuntime) throws {
        condition?.currentWatermark = time
        projection.currentWatermark = time
    }

    /// The chosen rows; columns that nobody reads stay as they are, too long and unread.
    private func compacted(_ batch: Batch, rows: UnsafePointer<Int32>, count: Int) -> Batch {
        let columns = batch.columns.enumerated().map { index, column in
            projectedInputs.contains(index) ? gather(column, rows: rows, count: count) : column
        }
        let kinds = batch.kinds.map { old in (0..<count).map { old[Int(rows[$0])] } }
        return Batch(
            columns: columns, rowCount: count, kinds: kinds,
            retainedBytes: batch.retainedBytes * count / batch.rowCount)
    }

    private func project(_ batch: Batch, _ output: NodeRuntime) throws {
        let columns = try projection.evaluate(batch)
        let projected = Batch(
            columns: columns, rowCount: batch.rowCount, kinds: batch.kinds, retainedBytes: batch.retainedBytes)
        let losesColumns = dropsNoOpUpdates && keptInputs.count < batch.columns.count
        try output.emit(losesColumns ? NoOpUpdates.dropped(from: projected) : projected)
    }
}

extension PlanExpression {
    /// Adds the input columns this expression reads.
    func collectColumns(into columns: inout Set<Int>) {
        switch self {
        case .column(let index, _): columns.insert(index)
        case .literal: break
        case .call(_, let arguments, _): for argument in arguments { argument.collectColumns(into: &columns) }
        case .cast(let argument, _, _), .located(let argument, _): argument.collectColumns(into: &columns)
        case .conditional(let branches, let otherwise, _):
            for branch in branches {
                branch.condition.collectColumns(into: &columns)
                branch.value.collectColumns(into: &columns)
            }
            otherwise.collectColumns(into: &columns)
        }
    }
}
