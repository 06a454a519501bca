package import Columnar

/// The working part of a table function in one instance: all calls come from one thread.
///
/// What it must remember goes into the state of the key, which is stored with the epochs and follows the key when the
/// number of instances changes. Fields of the processor itself are lost then: they may only cache.
package protocol TableFunctionProcessor<State>: AnyObject {
    associatedtype State: TableFunctionState

    /// A row of one key came.
    func process(_ row: TableFunctionRow, _ state: inout State, _ output: any TableFunctionOutput) throws

    /// A timer of the key is due: event time has reached `time`.
    func fire(_ timer: TimerName, at time: Int64, _ state: inout State, _ output: any TableFunctionOutput) throws
}

extension TableFunctionProcessor {
    package func fire(
        _ timer: TimerName, at time: Int64, _ state: inout State, _ output: any TableFunctionOutput
    ) throws {}
}

/// What a function keeps for one key, and its stored form.
package protocol TableFunctionState {
    init()
    /// True when nothing is kept that a new state would not have: the key is forgotten once it has no timer either.
    var isEmpty: Bool { get }
    /// Memory beyond the value itself, roughly, in bytes.
    var byteSize: Int { get }
    func write(to writer: inout ByteWriter)
    /// Reads what ``write(to:)`` wrote.
    init(from reader: inout ByteReader) throws
}

/// The state of a function that remembers nothing.
package struct NoState: TableFunctionState {
    package init() {}
    package init(from reader: inout ByteReader) throws {}
    package var isEmpty: Bool { true }
    package var byteSize: Int { 0 }
    package func write(to writer: inout ByteWriter) {}
}

/// One row of a batch; valid during the call that gives it.
package struct TableFunctionRow {
    package let batch: Batch
    package let index: Int
    /// Which table of the call it is of.
    package let input: Int
    /// Its event time in microseconds; nil in a call without `on_time`.
    package let time: Int64?

    package init(batch: Batch, index: Int, input: Int, time: Int64?) {
        self.batch = batch
        self.index = index
        self.input = input
        self.time = time
    }

    package var kind: RowKind { batch.kind(index) }
    package func isValid(_ column: Int) -> Bool { batch.columns[column].isValid(index) }
    package func int64(_ column: Int) -> Int64 { batch.columns[column].int64[index] }
}

/// A row that outlives its batch, as bytes; part of states.
package struct KeptRow: Sendable, Hashable {
    package var bytes: [UInt8]
    package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// Tells the timers of a key apart: setting one again moves it.
package struct TimerName: Sendable, Hashable {
    package var number: Int32
    package init(_ number: Int32) { self.number = number }
}

/// What a processor may do while it is called, always for the key of that call.
package protocol TableFunctionOutput: AnyObject {
    /// Event time reached, in microseconds; rows at or before it are late. `Int64.min` before the first watermark.
    var watermark: Int64 { get }

    /// Emits a row: `values` are the function's own columns in order. Of `row` come the columns in front where the
    /// function passes them; nil stands for the row being processed. `time` is the row's time, nil for that of the
    /// row being processed or of the timer.
    func emit(_ kind: RowKind, _ row: KeptRow?, _ values: [TableFunctionValue], time: Int64?) throws

    /// The row with all its columns, to be kept in state.
    func keep(_ row: TableFunctionRow) -> KeptRow

    /// Some of a row's columns, in a form in which equal values are equal bytes.
    func key(of row: TableFunctionRow, _ columns: [Int]) -> [UInt8]

    /// Sets or moves a timer of the key. One that is due already fires with the next watermark; one set by a timer
    /// right after it.
    func setTimer(_ timer: TimerName, at time: Int64) throws
    func clearTimer(_ timer: TimerName)

    /// Counts a row that came too late to be taken in.
    func countLateRow()
}
