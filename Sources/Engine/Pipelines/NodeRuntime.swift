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
    /// Inputs that do not hold the watermark back for now.
    private var inputIsIdle: [Bool]
    private var saidIdle = false
    private var openInputs: Int
    /// The watermark that left last.
    private(set) var watermark = Watermark.none
    /// What is held back goes out before a watermark does, for it would be late behind it.
    var flushesBeforeWatermarks = false
    let counters: NodeCounters
    private let control: JobControl

    init(node: PlanNode, body: any Operator, inputCount: Int, counters: NodeCounters, control: JobControl) {
        self.control = control
        self.node = node
        self.body = body
        self.counters = counters
        inputWatermarks = Array(repeating: Watermark.none, count: max(1, inputCount))
        inputIsIdle = Array(repeating: false, count: max(1, inputCount))
        openInputs = max(1, inputCount)
    }

    func connect(to runtime: NodeRuntime, input: Int) { consumers.append((runtime, input)) }
    func connect(to edge: EdgeSender) { edges.append(edge) }
    var senders: [EdgeSender] { edges }

    // MARK: towards the operator

    func receive(_ batch: Batch, input: Int) throws {
        guard batch.rowCount > 0 else { return }
        counters.add(rowsIn: batch.rowCount)
        inputIsIdle[input] = false
        try body.process(batch, input: input, output: self)
    }

    func receiveWatermark(_ time: Int64, input: Int) throws {
        inputIsIdle[input] = false
        guard time > inputWatermarks[input] else { return }
        inputWatermarks[input] = time
        try raiseWatermark()
    }

    /// The input pauses; its watermark is not waited for until it goes on.
    func receiveIdle(input: Int) throws {
        inputIsIdle[input] = true
        if inputIsIdle.allSatisfy({ $0 }) { try emitIdle() } else { try raiseWatermark() }
    }

    private func raiseWatermark() throws {
        var least = Watermark.final
        for (input, time) in inputWatermarks.enumerated() where !inputIsIdle[input] { least = min(least, time) }
        guard least > watermark else { return }
        try body.advance(to: least, output: self)
        if flushesBeforeWatermarks { try body.flush(output: self) }
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
        // One input batch can become very many: a stop and a deadline must reach into the middle of it.
        try control.check()
        counters.add(rowsOut: batch.rowCount)
        saidIdle = false
        for consumer in consumers { try consumer.runtime.receive(batch, input: consumer.input) }
        for edge in edges { edge.send(batch) }
    }

    /// Says once that nothing comes for now.
    func emitIdle() throws {
        guard !saidIdle else { return }
        saidIdle = true
        for consumer in consumers { try consumer.runtime.receiveIdle(input: consumer.input) }
        for edge in edges { edge.sendToAll(.idle) }
    }

    /// Sends a watermark on; one that is not greater than the last is dropped.
    func emitWatermark(_ time: Int64) throws {
        guard time > watermark else { return }
        watermark = time
        saidIdle = false
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
