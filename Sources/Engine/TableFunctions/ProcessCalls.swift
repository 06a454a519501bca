import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL

/// What a table function sees of its surroundings while it works on one key.
final class ProcessCalls: TableFunctionOutput {
    /// The operator, as far as a call needs it.
    private unowned let host: any ProcessHost
    private let results: ProcessResults
    /// The key.
    var number = 0
    /// Time of the row or the timer.
    var time: Int64?
    /// The row being processed; nil while a timer fires.
    var row: TableFunctionRow?

    init(_ host: any ProcessHost, _ results: ProcessResults) {
        self.host = host
        self.results = results
    }

    var watermark: Int64 { host.watermark }

    func emit(_ kind: RowKind, _ kept: KeptRow?, _ values: [TableFunctionValue], time: Int64?) throws {
        if !host.passesColumns {
            results.addLeading(host.keyColumns, row: number)
        } else if let kept {
            try results.addLeading(kept)
        } else if let row, row.input == 0 {
            results.addLeading(row.batch.columns, row: row.index)
        } else {
            throw MillraceError(
                .internalError, code: "table_function_row", "a table function passes a row that is not there")
        }
        try results.endRow(kind, values, time: time ?? self.time)
    }

    func keep(_ row: TableFunctionRow) -> KeptRow {
        KeptRow(bytes: key(of: row, Array(row.batch.columns.indices)))
    }

    func key(of row: TableFunctionRow, _ columns: [Int]) -> [UInt8] {
        var writer = ByteWriter()
        for column in columns { RowCoding.append(row.batch.columns[column], row: row.index, to: &writer) }
        return writer.bytes
    }

    func setTimer(_ timer: TimerName, at time: Int64) throws {
        guard host.isKeyed else {
            throw MillraceError(
                .internalError, code: "table_function_timer", "a table function without a key has no timers")
        }
        guard host.timers.set(timer, at: time, of: number) else {
            throw MillraceError(
                .internalError, code: "table_function_timer",
                "a table function sets more than \(KeyTimers.mostOfKey) timers for one key")
        }
    }

    func clearTimer(_ timer: TimerName) {
        if host.isKeyed { host.timers.clear(timer, of: number) }
    }

    func countLateRow() { host.countLateRow() }
}

/// What ``ProcessCalls`` needs of the operator, whatever function it runs.
protocol ProcessHost: AnyObject {
    var watermark: Int64 { get }
    var isKeyed: Bool { get }
    var passesColumns: Bool { get }
    /// For each table the columns of its key.
    var keyColumns: [Column] { get }
    var timers: KeyTimers { get }
    func countLateRow()
}

extension ProcessOperator: ProcessHost {
    var watermark: Int64 { time.watermark }
    var isKeyed: Bool { plan.isKeyed }
    var passesColumns: Bool { plan.shape.passesColumns }
    var keyColumns: [Column] { plan.call.tables.flatMap { _ in keys.keys.map(\.column) } }
    func countLateRow() { time.lateRows += 1 }
}
