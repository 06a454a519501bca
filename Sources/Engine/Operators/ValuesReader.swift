import Columnar
import ConnectorContract
import StreamSQL

/// The constant rows of VALUES, as a source.
final class ValuesReader: SourceReader {
    private let batch: Batch
    private var isDone: Bool

    /// `isRead`: the rows belong to an epoch that is restored.
    init(
        _ plan: ValuesPlan, fields: [Field], timeZone: String, context: EvaluationContext, isRead: Bool = false
    ) throws {
        isDone = isRead
        let one = Batch(columns: [], rowCount: 1)
        let columns = fields.map { GrowableColumn($0.type.nullable(true)) }
        for row in plan.rows {
            let program = try ExpressionProgram.compile(row, timeZone: timeZone)
            let values = try ExpressionEvaluator(program, environment: context).evaluate(one)
            for (column, value) in zip(columns, values) { column.append(value, row: 0) }
        }
        batch = Batch(columns: columns.map(\.column), rowCount: plan.rows.count)
    }

    func poll(waitMilliseconds: Int) throws -> SourcePoll {
        guard !isDone else { return .finished }
        isDone = true
        return .batch(batch, split: 0)
    }

    var openSplits: [SplitStatus] { isDone ? [] : [SplitStatus(id: 0, isIdle: false)] }
    func position() throws -> [UInt8] { [isDone ? 1 : 0] }
    var progress: SourceProgress { SourceProgress() }
}
