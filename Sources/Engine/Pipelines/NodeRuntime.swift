import Columnar
import StreamSQL
import Synchronization

/// A node of the plan inside one pipeline instance: its operator, and where its rows go.
final class NodeRuntime {
    let node: PlanNode
    let body: any Operator
    private var consumers: [(runtime: NodeRuntime, input: Int)] = []
    private var edges: [EdgeSender] = []
    private var inputWatermarks: [Int64]
    private var openInputs: Int
    /// The watermark that left last.
    private(set) var watermark = Watermark.none
    let counters: NodeCounters

    init(node: PlanNode, body: any Operator, inputCount: Int, counters: NodeCounters) {
        self.node = node
        self.body = body
        self.counters = counters
        inputWatermarks = Array(repeating: Watermark.none, count: max(1, inputCount))
        openInputs = max(1, inputCount)
    }

    func connect(to runtime: NodeRuntime, input: Int) { consumers.append((runtime, input)) }
    func connect(to edge: EdgeSender) { edges.append(edge) }
    var senders: [EdgeSender] { edges }

    // MARK: towards the operator

    func receive(_ batch: Batch, input: Int) throws {
        guard batch.rowCount > 0 else { return }
        counters.add(rowsIn: batch.rowCount)
        try body.process(batch, input: input, output: self)
    }

    func receiveWatermark(_ time: Int64, input: Int) throws {
        guard time > inputWatermarks[input] else { return }
        inputWatermarks[input] = time
        guard let least = inputWatermarks.min(), least > watermark else { return }
        try body.advance(to: least, output: self)
        try emitWatermark(least)
    }

    func receiveEnd(input: Int) throws {
        try body.inputEnded(input, output: self)
        openInputs -= 1
        guard openInputs == 0 else { return }
        try body.flush(output: self)
        for consumer in consumers { try consumer.runtime.receiveEnd(input: consumer.input) }
    }

    func flush() throws { try body.flush(output: self) }

    // MARK: away from the operator

    func emit(_ batch: Batch) throws {
        guard batch.rowCount > 0 else { return }
        counters.add(rowsOut: batch.rowCount)
        for consumer in consumers { try consumer.runtime.receive(batch, input: consumer.input) }
        for edge in edges { edge.send(batch) }
    }

    /// Sends a watermark on; one that is not greater than the last is dropped.
    func emitWatermark(_ time: Int64) throws {
        guard time > watermark else { return }
        watermark = time
        for consumer in consumers { try consumer.runtime.receiveWatermark(time, input: consumer.input) }
        for edge in edges { edge.sendToAll(.watermark(time)) }
    }
}

/// Figures of one node over all its instances; written by their threads, read by the console.
package final class NodeCounters: Sendable {
    private let rowsInCount = Atomic<UInt64>(0)
    private let rowsOutCount = Atomic<UInt64>(0)

    func add(rowsIn: Int) { rowsInCount.wrappingAdd(UInt64(rowsIn), ordering: .relaxed) }
    func add(rowsOut: Int) { rowsOutCount.wrappingAdd(UInt64(rowsOut), ordering: .relaxed) }
    package var rowsIn: UInt64 { rowsInCount.load(ordering: .relaxed) }
    package var rowsOut: UInt64 { rowsOutCount.load(ordering: .relaxed) }
}
