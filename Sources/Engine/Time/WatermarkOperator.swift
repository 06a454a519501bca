import Columnar
import ConnectorContract
import StreamSQL

/// Computes watermarks from rows, for each split of the source, and sends the least of them on.
///
/// A watermark goes out when it grew by more than the interval, in the middle of a batch if need be: rows behind it
/// must see it. Splits that have not delivered yet hold it back; idle ones do not.
final class WatermarkOperator: Operator {
    private let expression: ExpressionEvaluator
    private let intervalMicroseconds: Int64
    /// Set when the pipeline is wired; nil where rows do not come from a source with splits.
    weak var source: SourceDriver?
    private var bySplit: [Int: Int64] = [:]
    private var sent = Watermark.none

    init(_ plan: WatermarkPlan, timeZone: String, context: EvaluationContext) throws {
        expression = ExpressionEvaluator(
            try ExpressionProgram.compile([plan.expression], timeZone: timeZone), environment: context)
        intervalMicroseconds = plan.intervalMilliseconds * 1_000
    }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        let times = try expression.evaluate(batch)[0]
        let split = source?.currentSplit ?? 0
        var highest = bySplit[split] ?? Watermark.none
        let others = leastOfOthers(than: split)
        var begin = 0
        let values = times.int64
        let hasNulls = times.mayHaveNulls
        for row in 0..<batch.rowCount where values[row] > highest && (!hasNulls || times.isValid(row)) {
            highest = values[row]
            let candidate = min(highest, others)
            guard candidate > sent, sent == Watermark.none || candidate - sent > intervalMicroseconds else { continue }
            // The row that raised the watermark goes before it.
            try emit(batch, begin..<(row + 1), output)
            begin = row + 1
            sent = candidate
            try output.emitWatermark(candidate)
        }
        bySplit[split] = highest
        source?.reader.reached(highest, split: split)
        try emit(batch, begin..<batch.rowCount, output)
    }

    /// What was held back for the interval goes out when the input pauses or a barrier comes.
    func flush(output: NodeRuntime) throws {
        var least = Watermark.final
        guard let open = source?.reader.openSplits else {
            least = bySplit[0] ?? Watermark.none
            if least > sent { try send(least, output) }
            return
        }
        let active = open.filter { !$0.isIdle }
        for split in active { least = min(least, bySplit[split.id] ?? split.reached ?? Watermark.none) }
        if active.isEmpty { least = bySplit.values.max() ?? Watermark.none }
        if least > sent && least < Watermark.final { try send(least, output) }
        let openIds = Set(open.map(\.id))
        for id in bySplit.keys where !openIds.contains(id) && bySplit.count > 1 { bySplit[id] = nil }
    }

    private func send(_ time: Int64, _ output: NodeRuntime) throws {
        sent = time
        try output.emitWatermark(time)
    }

    private func leastOfOthers(than split: Int) -> Int64 {
        var least = Watermark.final
        for other in source?.reader.openSplits ?? [] where other.id != split && !other.isIdle {
            least = min(least, bySplit[other.id] ?? other.reached ?? Watermark.none)
        }
        return least
    }

    private func emit(_ batch: Batch, _ range: Range<Int>, _ output: NodeRuntime) throws {
        guard !range.isEmpty else { return }
        if range.count == batch.rowCount { return try output.emit(batch) }
        let rows = range.map { Int32(truncatingIfNeeded: $0) }
        try rows.withUnsafeBufferPointer { try output.emit(gather(batch, rows: $0.baseAddress!, count: $0.count)) }
    }
}
