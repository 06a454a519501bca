package import Columnar
package import ConnectorContract
import Glibc
import Synchronization

/// The sink of a top-level SELECT: prints rows as they come where it can, or folds the changelog and prints the rest
/// at the end.
package final class CollectSink: Sink {
    private struct State {
        /// How often each row is there, in order of first arrival.
        var counts: [[UInt8]: Int] = [:]
        var order: [[UInt8]] = []
        var printed = 0
    }

    private let form: OutputForm
    private let writer: RowWriter
    private let fields: [Field]
    private let isAppendOnly: Bool
    private let print: @Sendable ([UInt8]) -> Void
    private let state = Mutex(State())

    /// `print` takes finished lines.
    package init(
        fields: [Field], form: OutputForm, zone: TimeZoneRules, isAppendOnly: Bool,
        print: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.form = form
        self.fields = fields
        self.isAppendOnly = isAppendOnly
        self.print = print
        writer = RowWriter(fields: fields, form: form == .ndjson ? .ndjson : .csv, zone: zone)
    }

    package var guarantee: String { "prints once; nothing is kept" }

    package func write(_ batch: Batch) throws {
        var out: [UInt8] = []
        for row in 0..<batch.rowCount {
            if form == .changelog {
                out += Array(batch.kind(row).shortForm.utf8) + [UInt8(ascii: ",")]
                writer.append(batch, row, to: &out)
            } else if isAppendOnly && form != .table {
                writer.append(batch, row, to: &out)
            } else {
                var line: [UInt8] = []
                writer.append(batch, row, to: &line)
                fold(line, by: batch.kind(row).isAddition ? 1 : -1)
            }
        }
        if !out.isEmpty { print(out) }
    }

    private func fold(_ line: [UInt8], by change: Int) {
        state.withLock { state in
            let old = state.counts[line]
            if old == nil { state.order.append(line) }
            state.counts[line] = (old ?? 0) + change
        }
    }

    package func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    package func committed(epoch: UInt64) throws {}
    package func restore(_ changes: [StateChange]) throws {}

    package func finish() throws {
        let lines = state.withLock { state in
            state.order.flatMap { line in Array(repeating: line, count: max(0, state.counts[line] ?? 0)) }
        }
        if form == .table {
            print(
                Array(
                    TableDrawing.draw(header: fields.map(\.name), lines: lines.map { $0.dropLast() }.map(Array.init))
                        .utf8))
        } else {
            var out: [UInt8] = []
            for line in lines { out += line }
            if !out.isEmpty { print(out) }
        }
    }
}
