import Columnar
import ConnectorContract

/// `CHANGED(input => TABLE t PARTITION BY k [, on_columns => DESCRIPTOR(a, b)] [, on_time => DESCRIPTOR(ts)])`: the rows whose
/// values differ from those of the key's row before.
///
/// With `on_time` rows are taken in the order of their time and late ones are dropped, else in the order they come.
struct ChangedFunction: TableFunction {
    let name = "CHANGED"
    let summary = "the rows whose values differ from those of the row before with the same key"
    let parameters = [
        TableFunctionParameter("input", .rowsByKey), TableFunctionParameter("on_columns", .columns, isOptional: true),
    ]

    func shape(of call: TableFunctionCall) throws(TableFunctionError) -> TableFunctionShape {
        for column in call.columns["on_columns"] ?? [] {
            guard call.tables[0].fields.contains(where: { $0.name == column }) else {
                throw TableFunctionError("the input has no column '\(column)'", parameter: "on_columns")
            }
        }
        return TableFunctionShape(fields: [], passesColumns: true)
    }

    func makeProcessor(for call: TableFunctionCall) -> any TableFunctionProcessor {
        let table = call.tables[0]
        let compared =
            call.columns["on_columns"]?.compactMap { name in table.fields.firstIndex { $0.name == name } }
            ?? table.fields.indices.filter { !table.partition.contains($0) && $0 != table.timeColumn }
        return ChangedProcessor(compared: compared)
    }
}

/// What CHANGED keeps of a key: the values of its last row, and the rows that wait for the watermark.
struct ChangedState: TableFunctionState {
    var last: [UInt8]?
    /// Each row with the values that are compared in front.
    var pending = PendingRows()

    init() {}
    var isEmpty: Bool { last == nil && pending.isEmpty }
    var byteSize: Int { (last?.count ?? 0) + pending.byteSize }

    func write(to writer: inout ByteWriter) {
        writer.write(optional: last)
        pending.write(to: &writer)
    }

    init(from reader: inout ByteReader) throws {
        last = try reader.readOptionalBytes()
        pending = try PendingRows(from: &reader)
    }
}

/// Runs CHANGED.
final class ChangedProcessor: TableFunctionProcessor {
    private let compared: [Int]
    private static let due = TimerName(0)

    init(compared: [Int]) { self.compared = compared }

    func process(
        _ row: TableFunctionRow, _ state: inout ChangedState, _ output: any TableFunctionOutput
    ) throws {
        let values = output.key(of: row, compared)
        guard let time = row.time else {
            guard values != state.last else { return }
            state.last = values
            return try output.emit(.insert, nil, [], time: nil)
        }
        guard time > output.watermark else { return output.countLateRow() }
        var pending = ByteWriter()
        pending.write(values)
        pending.write(output.keep(row).bytes)
        state.pending.insert(KeptRow(bytes: pending.bytes), at: time)
        if let first = state.pending.first { try output.setTimer(Self.due, at: first) }
    }

    func fire(
        _ timer: TimerName, at time: Int64, _ state: inout ChangedState, _ output: any TableFunctionOutput
    ) throws {
        while let (entry, at) = state.pending.takeFirst(upTo: time) {
            let (values, row) = try entry.bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                return (try reader.readBytes(), KeptRow(bytes: try reader.readBytes()))
            }
            guard values != state.last else { continue }
            state.last = values
            try output.emit(.insert, row, [], time: at)
        }
        if let first = state.pending.first { try output.setTimer(Self.due, at: first) }
    }
}
