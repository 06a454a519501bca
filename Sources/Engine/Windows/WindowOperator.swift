import Columnar
import StreamSQL

/// A window table function that is not aggregated over: each row once for each of its windows, with the window's
/// start, end and time behind its own columns. Late rows stay: only what closes windows drops them.
final class WindowOperator: Operator {
    private let plan: WindowPlan
    private let assigner: SliceAssigner
    private let clock: WindowClock

    init(_ plan: WindowPlan) {
        self.plan = plan
        assigner = SliceAssigner(plan.shape)
        clock = WindowClock(plan.zone)
    }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        let times = batch.columns[plan.timeColumn]
        var rows: [Int32] = []
        var windows: [(start: Int64, end: Int64)] = []
        var known: (end: Int64, windows: [(start: Int64, end: Int64)])?
        for row in 0..<batch.rowCount where times.isValid(row) {
            let end = assigner.sliceEnd(of: clock.shown(at: times.int64[row]))
            if known?.end != end { known = (end, assigner.windows(ofSliceEnding: end)) }
            for window in known?.windows ?? [] {
                rows.append(Int32(truncatingIfNeeded: row))
                windows.append(window)
            }
        }
        guard !rows.isEmpty else { return }
        let part = rows.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress!, count: $0.count) }
        let fields = output.node.fields.suffix(3)
        let added = fields.map { Column($0.type, capacity: rows.count) }
        for (row, window) in windows.enumerated() {
            added[0].int64[row] = window.start
            added[1].int64[row] = window.end
            added[2].int64[row] = clock.windowTime(end: window.end)
        }
        part.columns += added
        try output.emit(part)
    }
}
