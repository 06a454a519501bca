import Columnar
import ConnectorContract
import Synchronization

/// The rows that a running SELECT has now, for somebody who looks at them while they change.
final class LiveResult: Sink {
    private struct State {
        /// How often each row is there.
        var counts: [[UInt8]: Int] = [:]
        /// Rows in order of first arrival, those that went away among them.
        var order: [[UInt8]] = []
        var changes: UInt64 = 0
        /// Rows that there was no room for.
        var left: UInt64 = 0
    }

    private let fields: [Field]
    private let writer: RowWriter
    private let state = Mutex(State())

    /// Different rows that are kept.
    private static let rowLimit = 100_000

    init(fields: [Field], zone: TimeZoneRules) {
        self.fields = fields
        writer = RowWriter(fields: fields, form: .csv, zone: zone)
    }

    var guarantee: String { "shown once; nothing is kept" }

    func write(_ batch: Batch) throws {
        var lines: [([UInt8], Int)] = []
        lines.reserveCapacity(batch.rowCount)
        for row in 0..<batch.rowCount {
            var line: [UInt8] = []
            writer.append(batch, row, to: &line)
            line.removeLast()
            lines.append((line, batch.kind(row).isAddition ? 1 : -1))
        }
        state.withLock { state in
            for (line, change) in lines { Self.fold(line, change, &state) }
            if state.order.count > 2 * Self.rowLimit { Self.compact(&state) }
        }
    }

    private static func fold(_ line: [UInt8], _ change: Int, _ state: inout State) {
        state.changes &+= 1
        if let old = state.counts[line] {
            // A row that went and comes again keeps its place.
            state.counts[line] = old + change
        } else if state.counts.count < rowLimit {
            state.counts[line] = change
            state.order.append(line)
        } else {
            compact(&state)
            if state.counts.count < rowLimit {
                state.counts[line] = change
                state.order.append(line)
            } else if change > 0 {
                state.left &+= 1
            }
        }
    }

    /// Forgets rows that are not there.
    private static func compact(_ state: inout State) {
        state.counts = state.counts.filter { $0.value != 0 }
        state.order = state.order.filter { state.counts[$0] != nil }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    func committed(epoch: UInt64) throws {}
    func restore(_ changes: [StateChange]) throws {}
    func finish() throws {}

    /// Changes so far: what a viewer compares to see whether there is something new.
    var changes: UInt64 { state.withLock { $0.changes } }

    /// The rows as a table; the last `limit` of them when there are more.
    func draw(terminalWidth: Int?, limit: Int = .max) -> String {
        let (lines, left, count) = state.withLock { state -> ([[UInt8]], UInt64, Int) in
            var lines: [[UInt8]] = []
            var count = 0
            for line in state.order.reversed() {
                let times = max(0, state.counts[line] ?? 0)
                count += times
                for _ in 0..<times where lines.count < limit { lines.append(line) }
            }
            return (lines.reversed(), state.left, count)
        }
        var text = TableDrawing.draw(header: fields.map(\.name), lines: lines, terminalWidth: terminalWidth)
        if count > lines.count { text += "the last of \(count) rows\n" }
        if left > 0 { text += "\(left) more rows were not kept; \\o FILE writes all of them\n" }
        return text
    }
}
