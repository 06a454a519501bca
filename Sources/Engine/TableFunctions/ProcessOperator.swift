import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL

/// Runs a process table function: gives it the rows and timers of each key with the key's state, and stores that with
/// the epochs.
///
/// Keys of which nothing is kept and that have no timer are forgotten; how much a key keeps is the function's to bound.
final class ProcessOperator<Processor: TableFunctionProcessor>: Operator {
    let plan: TableFunctionPlan
    let keyTypes: [DataType]
    private let processor: Processor
    private let seed: UInt64
    private let wallMilliseconds: () -> Int64
    private let timeToLive: Int64?

    private(set) var keys: GroupTable
    /// By key number. Apart from the rest of a key, for a call holds it while it sets timers.
    var states: [Processor.State] = []
    var facts: [KeyFacts] = []
    let timers = KeyTimers()
    /// Keys that changed since the last epoch.
    var unsaved: [Int32] = []
    var removed = KeyedEntries()
    var time = WatermarkState()
    private var heldBytes = 0
    private var leastCompaction = 8_192
    private let results: ProcessResults
    /// One for all calls: they come one after the other.
    private lazy var calls = ProcessCalls(self, results)

    /// Of a key, what is not the function's.
    struct KeyFacts {
        var isUnsaved = false
        /// The newest epoch has an entry of it.
        var isSaved = false
        /// Wall time of its last row, milliseconds; kept where idle state is forgotten.
        var lastUse: Int64 = 0
    }

    init(
        _ plan: TableFunctionPlan, processor: Processor, inputFields: [[Field]], seed: UInt64,
        wallMilliseconds: @escaping () -> Int64
    ) {
        self.plan = plan
        self.processor = processor
        self.seed = seed
        self.wallMilliseconds = wallMilliseconds
        timeToLive = plan.isKeyed ? plan.call.stateTimeToLiveMilliseconds : nil
        let first = plan.call.tables.first
        keyTypes = plan.isKeyed ? (first?.partition ?? []).map { inputFields[0][$0].type } : []
        keys = GroupTable(keyTypes: keyTypes, seed: seed)
        results = ProcessResults(plan)
    }

    var stateRows: Int { plan.isKeyed ? keys.count : 0 }
    var stateBytes: Int {
        keys.byteSize + heldBytes + timers.byteSize + states.count * (MemoryLayout<Processor.State>.stride + 16)
    }
    var lateRows: Int { time.lateRows }

    // MARK: rows

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        let table = plan.call.tables[input]
        var numbers = [Int32](repeating: 0, count: batch.rowCount)
        numbers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let columns = plan.isKeyed ? table.partition.map { batch.columns[$0] } : []
            keys.assign(columns, rowCount: batch.rowCount, groups: base)
        }
        grow()
        let now = timeToLive == nil ? 0 : wallMilliseconds()
        for row in 0..<batch.rowCount {
            var at: Int64?
            if let column = table.timeColumn {
                guard batch.columns[column].isValid(row) else {
                    time.lateRows += 1
                    continue
                }
                at = batch.columns[column].int64[row]
            }
            let number = Int(numbers[row])
            forgetIdle(number, now)
            let current = TableFunctionRow(batch: batch, index: row, input: input, time: at)
            calls.row = current
            try call(number, at) { state, calls in try processor.process(current, &state, calls) }
            if results.isFull { try results.emit(output) }
        }
        calls.row = nil
        try results.emit(output)
        if keys.count >= leastCompaction { compact() }
    }

    func advance(to watermark: Int64, output: NodeRuntime) throws {
        time.watermark = watermark
        var fired = 0
        while let (number, timer, at) = timers.takeDue(upTo: watermark) {
            fired += 1
            // The end of the input makes every timer due: a function that sets a next one each time must not go on.
            guard watermark != Watermark.final || fired <= mostFinalTimers + keys.count * 1_024 else {
                throw MillraceError(
                    .user, code: "timers_without_end",
                    "\(plan.function.name) goes on setting timers behind the end of its input")
            }
            try call(Int(number), at) { state, calls in try processor.fire(timer, at: at, &state, calls) }
            if results.isFull { try results.emit(output) }
        }
        try results.emit(output)
    }

    /// Calls the function for a key and notes what it did.
    private func call(
        _ number: Int, _ at: Int64?, _ body: (inout Processor.State, ProcessCalls) throws -> Void
    ) throws {
        calls.number = number
        calls.time = at
        let before = states[number].byteSize
        try body(&states[number], calls)
        heldBytes += states[number].byteSize &- before
        if plan.isKeyed { touch(number) }
    }

    private func touch(_ number: Int) {
        guard !facts[number].isUnsaved else { return }
        facts[number].isUnsaved = true
        unsaved.append(Int32(truncatingIfNeeded: number))
    }

    private func forgetIdle(_ number: Int, _ now: Int64) {
        guard let timeToLive else { return }
        if facts[number].lastUse > 0, facts[number].lastUse &+ timeToLive <= now {
            heldBytes -= states[number].byteSize
            states[number] = Processor.State()
        }
        facts[number].lastUse = now
    }

    private func grow() {
        while states.count < keys.count {
            states.append(Processor.State())
            facts.append(KeyFacts())
        }
        timers.reserve(keys.count)
    }

    // MARK: memory

    /// Drops keys of which nothing is kept.
    private func compact() {
        let now = timeToLive == nil ? 0 : wallMilliseconds()
        var kept: [Int32] = []
        for number in states.indices {
            let isIdle = timeToLive.map { facts[number].lastUse &+ $0 <= now } ?? false
            if timers.hasAny(number) || !(states[number].isEmpty || isIdle) {
                kept.append(Int32(truncatingIfNeeded: number))
            } else {
                if facts[number].isSaved { removed.remove(key: keyBytes(number)) }
                heldBytes -= states[number].byteSize
            }
        }
        let renumbered = Renumbering(keeping: kept, of: states.count)
        keys.compact(keeping: kept)
        states = kept.map { states[Int($0)] }
        facts = kept.map { facts[Int($0)] }
        timers.renumber(renumbered)
        unsaved = renumbered(unsaved)
        leastCompaction = max(8_192, keys.count * 2)
    }

    // MARK: epochs

    private func keyBytes(_ number: Int) -> [UInt8] {
        var writer = ByteWriter()
        for column in keys.keys { RowCoding.append(column.column, row: number, to: &writer) }
        return writer.bytes
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        guard plan.isKeyed else { return [] }
        var entries = removed
        removed = KeyedEntries()
        for number in unsaved.map(Int.init) {
            facts[number].isUnsaved = false
            guard !states[number].isEmpty || timers.hasAny(number) else {
                if facts[number].isSaved { entries.remove(key: keyBytes(number)) }
                facts[number].isSaved = false
                continue
            }
            facts[number].isSaved = true
            var value = ByteWriter()
            value.write(facts[number].lastUse)
            timers.write(number, to: &value)
            states[number].write(to: &value)
            entries.put(key: keyBytes(number), value: value.bytes)
        }
        unsaved.removeAll(keepingCapacity: true)
        return [StateChange(name: "keys", fold: .keyed, bytes: entries.bytes), time.change()]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        guard plan.isKeyed else { return }
        try time.restore(changes, isFirst: ownership.index == 0)
        try FoldedEntries(changes, named: "keys").forEachOwned(keyTypes, ownership) { key, _, value in
            var assigned: Int32 = 0
            keys.assign(key.columns, rowCount: 1, groups: &assigned)
            grow()
            let number = Int(assigned)
            facts[number].isSaved = true
            facts[number].lastUse = try value.read(Int64.self)
            try timers.read(number, from: &value)
            states[number] = try Processor.State(from: &value)
            heldBytes += states[number].byteSize
        }
    }
}

/// Timers that may fire when the input has ended, beside some for each key.
private let mostFinalTimers = 10_000_000
