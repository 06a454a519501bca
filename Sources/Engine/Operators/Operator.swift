import Columnar
import ConnectorContract

/// One operator of a running pipeline: the state and the loops behind a node of the plan.
///
/// All calls come from the thread that runs the pipeline instance. Rows leave through `output`.
protocol Operator: AnyObject {
    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws
    /// Event time passed; what it completes is emitted before the watermark goes on.
    func advance(to watermark: Int64, output: NodeRuntime) throws
    /// Emits what was held back to be emitted together: on a timer, before a barrier, at the end.
    func flush(output: NodeRuntime) throws
    /// The clock went on while no rows came; called for operators that go by it.
    func tick(output: NodeRuntime) throws
    var goesByClock: Bool { get }
    /// The watermark to send on after `watermark` came: an earlier one where rows wait inside, or will leave with times
    /// before it. Whoever lets waiting rows go sends the rest.
    func outputWatermark(_ watermark: Int64) -> Int64
    /// It holds as many waiting rows as it may: its pipeline takes nothing from its inputs until the clock freed some.
    /// For operators that go by the clock; asked before each step.
    var holdsEnough: Bool { get }
    /// Rows wait inside for the clock: the end of the input, and its pauses, are not told on before they have left.
    var isWaiting: Bool { get }
    /// An input ended; called after its last row and watermark.
    func inputEnded(_ input: Int, output: NodeRuntime) throws
    /// What changed since the last call.
    func snapshot(epoch: UInt64) throws -> [StateChange]
    /// All there is, and what is gone since the last call; for states that are kept `.byOwner`.
    func wholeSnapshot(epoch: UInt64) throws -> [StateChange]
    /// Gives back the changes of all instances of this node; an instance keeps what it owns.
    func restore(_ changes: [StateChange], ownership: Ownership) throws
    /// The epoch is durable.
    func committed(epoch: UInt64) throws
    /// Entries held; for the console.
    var stateRows: Int { get }
    /// Memory of what is held, roughly, in bytes; counted against the job's bound.
    var stateBytes: Int { get }
    /// Bytes held back until their epoch is durable.
    var uncommittedBytes: Int { get }
    /// Rows dropped because they were late.
    var lateRows: Int { get }
    /// Rows left out because the columns of the table do not allow them.
    var refusedRows: Int { get }
    /// It holds back rows that are late once others' watermarks pass them.
    var flushesBeforeIdle: Bool { get }
    /// What writes its state, where that may be much: these may hand bytes over before the epoch.
    var stateWriters: [StateWriter] { get }
}

extension Operator {
    func advance(to watermark: Int64, output: NodeRuntime) throws {}
    func flush(output: NodeRuntime) throws {}
    func tick(output: NodeRuntime) throws {}
    var goesByClock: Bool { false }
    func outputWatermark(_ watermark: Int64) -> Int64 { watermark }
    var holdsEnough: Bool { false }
    var isWaiting: Bool { false }
    func inputEnded(_ input: Int, output: NodeRuntime) throws {}
    func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    func wholeSnapshot(epoch: UInt64) throws -> [StateChange] { try snapshot(epoch: epoch) }
    func restore(_ changes: [StateChange], ownership: Ownership) throws {}
    func committed(epoch: UInt64) throws {}
    var stateRows: Int { 0 }
    var stateBytes: Int { 0 }
    var uncommittedBytes: Int { 0 }
    var lateRows: Int { 0 }
    var refusedRows: Int { 0 }
    var flushesBeforeIdle: Bool { false }
    var stateWriters: [StateWriter] { [] }
}
