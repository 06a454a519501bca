import Columnar
import StreamSQL

/// Filter and projection of batches that pass through no pipeline.
struct RowShaping {
    private let condition: ExpressionEvaluator?
    private let projection: ExpressionEvaluator

    init(_ plan: CalculatePlan, timeZone: String, context: EvaluationContext) throws {
        condition = try plan.condition.map {
            ExpressionEvaluator(try ExpressionProgram.compile([$0], timeZone: timeZone), environment: context)
        }
        projection = ExpressionEvaluator(
            try ExpressionProgram.compile(plan.projections, timeZone: timeZone), environment: context)
    }

    /// The rows that pass; without a row the batch may be of any shape.
    func shaped(_ batch: Batch) throws -> Batch {
        var input = batch
        if let condition, batch.rowCount > 0 {
            var rows = [Int32](repeating: 0, count: batch.rowCount)
            let kept = try rows.withUnsafeMutableBufferPointer { buffer -> Int in
                guard let base = buffer.baseAddress else { return 0 }
                return try condition.select(batch, into: base)
            }
            if kept < batch.rowCount {
                input = rows.withUnsafeBufferPointer { buffer in
                    buffer.baseAddress.map { gather(batch, rows: $0, count: kept) } ?? batch
                }
            }
        }
        guard input.rowCount > 0 else { return Batch(columns: [], rowCount: 0) }
        return Batch(columns: try projection.evaluate(input), rowCount: input.rowCount)
    }
}
