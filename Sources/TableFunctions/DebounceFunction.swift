import Columnar
import ConnectorContract

/// `DEBOUNCE(input => TABLE t PARTITION BY k, quiet => INTERVAL '10' SECOND, on_time => DESCRIPTOR(ts))`: the last row
/// of each burst, once its key has been quiet for so long.
struct DebounceFunction: TableFunction {
    let name = "DEBOUNCE"
    let summary = "the last row of each burst of rows with the same key, once no other followed for a while"
    let parameters = [
        TableFunctionParameter("input", .rowsByKey), TableFunctionParameter("quiet", .constant(.intervalMilliseconds)),
    ]

    func shape(of call: TableFunctionCall) throws(TableFunctionError) -> TableFunctionShape {
        try IntervalArgument.check(call, "quiet")
        return TableFunctionShape(fields: [], passesColumns: true)
    }

    func makeProcessor(for call: TableFunctionCall) -> any TableFunctionProcessor {
        DebounceProcessor(quietMicroseconds: IntervalArgument.microseconds(call, "quiet"))
    }
}

/// What DEBOUNCE and FILL_GAPS keep of a key: its last row, and the rows that wait for the watermark.
struct LastRowState: TableFunctionState {
    var last: KeptRow?
    /// Rows filled in since the last row.
    var filled: Int32 = 0
    var pending = PendingRows()

    init() {}
    var isEmpty: Bool { last == nil && pending.isEmpty }
    var byteSize: Int { (last?.bytes.count ?? 0) + pending.byteSize }

    func write(to writer: inout ByteWriter) {
        writer.write(optional: last?.bytes)
        writer.write(filled)
        pending.write(to: &writer)
    }

    init(from reader: inout ByteReader) throws {
        last = try reader.readOptionalBytes().map { KeptRow(bytes: $0) }
        filled = try reader.read()
        pending = try PendingRows(from: &reader)
    }
}

/// Runs DEBOUNCE.
final class DebounceProcessor: TableFunctionProcessor {
    private let quietMicroseconds: Int64
    /// At one time the quiet is over before the next row comes: fired in the order of their numbers.
    private static let quiet = TimerName(0)
    private static let due = TimerName(1)

    init(quietMicroseconds: Int64) { self.quietMicroseconds = quietMicroseconds }

    func process(
        _ row: TableFunctionRow, _ state: inout LastRowState, _ output: any TableFunctionOutput
    ) throws {
        guard let time = row.time, time > output.watermark else { return output.countLateRow() }
        state.pending.insert(output.keep(row), at: time)
        if let first = state.pending.first { try output.setTimer(Self.due, at: first) }
    }

    func fire(
        _ timer: TimerName, at time: Int64, _ state: inout LastRowState, _ output: any TableFunctionOutput
    ) throws {
        if timer == Self.quiet {
            guard let last = state.last else { return }
            state.last = nil
            return try output.emit(.insert, last, [], time: nil)
        }
        while let (row, at) = state.pending.takeFirst(upTo: time) {
            state.last = row
            try output.setTimer(Self.quiet, at: at &+ quietMicroseconds)
        }
        if let first = state.pending.first { try output.setTimer(Self.due, at: first) }
    }
}
