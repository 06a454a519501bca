import Columnar
import ConnectorContract
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
    /// All inputs ended, but rows wait inside for the clock: whoever follows learns of the end when they have left.
    private(set) var endsLater = false
    private var idlesLater = false
    /// The event time that the operator was told last: the least of its inputs' watermarks.
    private var eventTime = Watermark.none
    /// The watermark that left last; may be behind.
    private(set) var watermark = Watermark.none
    /// What is held back goes out before a watermark does, for it would be late behind it.
    var flushesBeforeWatermarks = false
    /// In batch mode time stands still until all rows have left, so that none of them is ever late.
    var isBatchMode = false
    let counters: NodeCounters
    private let control: JobControl
    private let stopwatch: Stopwatch
    /// Set on operators whose final rows must not leave once more; see ``EndedInstances``.
    var ended: (before: EndedInstances, own: EndedInstances)?
    /// Set on operators that drop late rows.
    var lateSampler: LateSampler?

    init(
        node: PlanNode, body: any Operator, inputCount: Int, counters: NodeCounters, control: JobControl,
        stopwatch: Stopwatch
    ) {
        self.stopwatch = stopwatch
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
        guard let lateSampler else {
            return try measured { try body.process(batch, input: input, output: self) }
        }
        let late = body.lateRows
        try measured { try body.process(batch, input: input, output: self) }
        guard body.lateRows > late else { return }
        counters.add(
            droppedSamples: lateSampler.samples(
                batch, input: input, watermark: eventTime, count: body.lateRows &- late))
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
        guard inputIsIdle.allSatisfy({ $0 }) else { return try raiseWatermark() }
        // Nobody waits for an idle input's watermark: what is held back would be late.
        if flushesBeforeWatermarks || body.flushesBeforeIdle { try flush() }
        idlesLater = body.isWaiting
        if !idlesLater { try emitIdle() }
    }

    private func raiseWatermark() throws {
        var least = Watermark.final
        for (input, time) in inputWatermarks.enumerated() where !inputIsIdle[input] { least = min(least, time) }
        guard least > eventTime else { return }
        eventTime = least
        try measured {
            try body.advance(to: least, output: self)
            if flushesBeforeWatermarks { try body.flush(output: self) }
        }
        try emitWatermark(body.outputWatermark(least))
    }

    func receiveEnd(input: Int) throws {
        try measured { try body.inputEnded(input, output: self) }
        openInputs -= 1
        guard openInputs == 0 else { return }
        endsLater = body.isWaiting
        if !endsLater { try passOnEnd() }
    }

    private func passOnEnd() throws {
        try flush()
        if isBatchMode { try sendWatermark(Watermark.final) }
        for consumer in consumers { try consumer.runtime.receiveEnd(input: consumer.input) }
    }

    /// The clock went on; tells on what was put off while rows waited for it.
    func tick() throws {
        guard body.goesByClock else { return }
        try measured { try body.tick(output: self) }
        guard !body.isWaiting else { return }
        if endsLater {
            endsLater = false
            try passOnEnd()
        } else if idlesLater {
            idlesLater = false
            if inputIsIdle.allSatisfy({ $0 }) { try emitIdle() }
        }
    }

    /// What the operator stores, all of it or what changed, and whether it came to its end.
    func snapshot(epoch: UInt64, isWhole: Bool) throws -> [StateChange] {
        var changes = try isWhole ? body.wholeSnapshot(epoch: epoch) : body.snapshot(epoch: epoch)
        if let ended, let mark = (openInputs == 0 ? ended.own : ended.before).change { changes.append(mark) }
        return changes
    }

    func flush() throws { try measured { try body.flush(output: self) } }

    /// Does work that counts as this operator's.
    func measured<Result>(_ work: () throws -> Result) rethrows -> Result { try stopwatch.measure(counters, work) }

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

    /// Says once that nothing comes for now. In batch mode time stands still until the end, and nobody is to go on without this input.
    func emitIdle() throws {
        guard !saidIdle, !isBatchMode else { return }
        saidIdle = true
        for consumer in consumers { try consumer.runtime.receiveIdle(input: consumer.input) }
        for edge in edges { edge.sendToAll(.idle) }
    }

    /// Sends a watermark on; one that is not greater than the last is dropped.
    func emitWatermark(_ time: Int64) throws {
        if !isBatchMode { try sendWatermark(time) }
    }

    private func sendWatermark(_ time: Int64) throws {
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
    private let batchesInCount = Atomic<UInt64>(0)
    private let batchesOutCount = Atomic<UInt64>(0)
    private let busyCount = Atomic<UInt64>(0)

    /// Counts a batch that came.
    func add(rowsIn: Int) {
        rowsInCount.wrappingAdd(UInt64(rowsIn), ordering: .relaxed)
        batchesInCount.wrappingAdd(1, ordering: .relaxed)
    }

    /// Counts a batch that leaves.
    func add(rowsOut: Int) {
        rowsOutCount.wrappingAdd(UInt64(rowsOut), ordering: .relaxed)
        batchesOutCount.wrappingAdd(1, ordering: .relaxed)
    }

    private let dropped = Mutex<[String]>([])

    /// Takes samples of rows that were dropped, late ones or refused ones; the newest stay.
    func add(droppedSamples: [String]) {
        guard !droppedSamples.isEmpty else { return }
        dropped.withLock { dropped in
            dropped += droppedSamples
            dropped.removeFirst(max(0, dropped.count - LateSampler.mostSamples))
        }
    }

    /// Some rows that were dropped because they were late or refused, as JSON objects of texts.
    package var droppedSamples: [String] { dropped.withLock { $0 } }

    func add(busyNanoseconds: UInt64) { busyCount.wrappingAdd(busyNanoseconds, ordering: .relaxed) }
    package var batchesIn: UInt64 { batchesInCount.load(ordering: .relaxed) }
    package var batchesOut: UInt64 { batchesOutCount.load(ordering: .relaxed) }
    /// Work of the operator alone, over all its instances.
    package var busyNanoseconds: UInt64 { busyCount.load(ordering: .relaxed) }
    package var rowsIn: UInt64 { rowsInCount.load(ordering: .relaxed) }
    package var rowsOut: UInt64 { rowsOutCount.load(ordering: .relaxed) }
}
