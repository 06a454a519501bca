package import Columnar

/// Runs a program for the batches of one thread; holds its registers and caches.
package final class ExpressionEvaluator {
    private let runner: BlockRunner
    private var context: EvaluationContext
    private let clock: BatchClock

    package init(_ program: ExpressionProgram, environment: EvaluationContext) {
        clock = BatchClock(environment.clock)
        context = environment
        context.clock = clock
        runner = BlockRunner(program.block, context: context)
    }

    /// What CURRENT_WATERMARK gives, microseconds; nil before the first watermark.
    package var currentWatermark: Int64? {
        get { context.currentWatermark }
        set {
            context.currentWatermark = newValue
            runner.context = context
        }
    }

    /// One column for each expression, each with `batch.rowCount` rows. A result may be a column of the batch itself.
    package func evaluate(_ batch: Batch) throws(EvaluationError) -> [Column] {
        clock.beginBatch()
        return try runner.run(batch.columns, rowCount: batch.rowCount)
    }

    /// Writes the rows where the first expression, a BOOLEAN, is true to `rows`, ascending; returns how many.
    package func select(_ batch: Batch, into rows: UnsafeMutablePointer<Int32>) throws(EvaluationError) -> Int {
        clock.beginBatch()
        let condition = try runner.runFirst(batch.columns, rowCount: batch.rowCount)
        let rowCount = batch.rowCount
        if condition.isConstant {
            guard condition.column.isValid(0), condition.column.bit(0) else { return 0 }
            for row in 0..<rowCount { rows[row] = Int32(truncatingIfNeeded: row) }
            return rowCount
        }
        let column = condition.column
        return selectBits(
            column.bits, validity: column.mayHaveNulls ? column.validity : nil, rowCount: rowCount, into: rows)
    }
}
