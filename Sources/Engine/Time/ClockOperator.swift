import Columnar
import StreamSQL

/// Stamps rows with the time of the clock, which becomes the watermark: with it windows over processing time are
/// windows like any others, and fire by the clock also while no rows come.
final class ClockOperator: Operator {
    private let timeColumn: Int
    private let wallMilliseconds: () -> Int64
    /// Microseconds; does not go back when the clock does.
    private var now = Int64.min

    init(timeColumn: Int, wallMilliseconds: @escaping () -> Int64) {
        self.timeColumn = timeColumn
        self.wallMilliseconds = wallMilliseconds
    }

    var goesByClock: Bool { true }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        try tick(output: output)
        let column = Column(batch.columns[timeColumn].type, capacity: batch.rowCount)
        column.int64.update(repeating: now, count: batch.rowCount)
        var columns = batch.columns
        columns[timeColumn] = column
        try output.emit(
            Batch(columns: columns, rowCount: batch.rowCount, kinds: batch.kinds, retainedBytes: batch.retainedBytes))
    }

    /// More rows of this millisecond may come.
    func tick(output: NodeRuntime) throws {
        now = max(now, wallMilliseconds() &* 1_000)
        try output.emitWatermark(now - 1_000)
    }
}
