import Columnar
import ConnectorContract
import StreamSQL

/// OVER in the order of time: a row leaves when the watermark has passed it, or at once where arrival is the order,
/// and never changes after. Late rows are dropped and counted.
///
/// Where the frame reaches back without bound a partition keeps its aggregates and no rows; where it is bounded the
/// rows in it hang together in a list, and what leaves the frame is taken back from the aggregates.
/// State on disk is in `OverTimeOperator+State.swift`.
final class OverTimeOperator: Operator {
    /// What is known of a partition.
    struct Partition: BitwiseCopyable {
        /// The list of processed rows that are still needed, and the first of them inside the frame; -1 for none.
        var head: Int32 = -1
        var tail: Int32 = -1
        var frameHead: Int32 = -1
        var listCount: Int32 = 0
        var frameCount: Int64 = 0
        /// Rows so far, the rank of the last, and how many different times they had.
        var total: Int64 = 0
        var rank: Int64 = 0
        var denseRank: Int64 = 0
        /// Rows that the watermark has not passed.
        var waiting: Int32 = 0
        /// The time of the last row; rows up to it have been processed.
        var last = Int64.min
        var isUnsaved: UInt8 = 0
    }

    let plan: OverPlan
    let keyTypes: [DataType]
    let timeColumn: Int?
    let keepsChanges: Bool
    let wallMilliseconds: () -> Int64
    var partitions: GroupTable
    var states = StateArray<Partition>(zero: Partition())
    let idle: IdleGroups?
    /// Entries of partitions that were given up since the last epoch.
    var removedPartitions = KeyedEntries()
    var changedParts = KeyedEntries()
    var unsaved: [Int32] = []
    var feeder: FrameFeeder
    private let aggregateNumbers: [Int?]
    let rows: RowStore
    /// By slot of the store: the partition, the time, and the row before in the list.
    var partitionOf = StateArray<Int32>(zero: -1)
    var times = StateArray<Int64>(zero: 0)
    var previous = StateArray<Int32>(zero: -1)
    var waiting = TimerHeap()
    /// Processed rows of moving RANGE frames in the order of time, to be let go when time has left them behind.
    var processed: [Int32] = []
    private var processedBegin = 0
    var removed = KeyedEntries()
    var time = WatermarkState()
    /// Rows a partition keeps behind the current one for LAG.
    private let reach: Int32
    private var outputs: [GrowableColumn] = []
    private var outputSlots: [Int32] = []
    private static let noDistance = Int64.max

    init(
        _ plan: OverPlan, inputFields: [Field], seed: UInt64, keepsChanges: Bool,
        wallMilliseconds: @escaping () -> Int64
    ) {
        self.plan = plan
        self.keepsChanges = keepsChanges
        self.wallMilliseconds = wallMilliseconds
        idle = IdleGroups.make(plan.stateTimeToLiveMilliseconds, wallMilliseconds)
        if case .rowTime(let column) = plan.order { timeColumn = column } else { timeColumn = nil }
        keyTypes = plan.partition.map { inputFields[$0].type.nullable(true) }
        partitions = GroupTable(keyTypes: keyTypes, seed: seed)
        rows = RowStore(types: inputFields.map(\.type))
        var calls: [AggregateCall] = []
        var numbers: [Int?] = []
        var reach: Int64 = 0
        for call in plan.calls {
            switch call {
            case .aggregate(let aggregate):
                numbers.append(calls.count)
                calls.append(aggregate)
            case .shifted(_, let rows, _, _):
                reach = max(reach, rows)
                numbers.append(nil)
            default: numbers.append(nil)
            }
        }
        aggregateNumbers = numbers
        self.reach = Int32(clamping: reach)
        feeder = FrameFeeder(
            calls, frameMoves: plan.frame.isBounded, seed: seed, tracksChanges: keepsChanges && !plan.frame.isBounded)
    }

    var stateRows: Int { rows.liveCount + partitions.count }
    var stateBytes: Int {
        rows.byteSize + partitions.byteSize + feeder.aggregates.byteSize + partitions.count * 64
            + times.capacity * 16
    }
    var lateRows: Int { time.lateRows }

    /// How far the frame reaches back in time; nil unless it is a RANGE with a distance.
    private var distance: Int64? {
        guard plan.frame.unit == .range, case .offset(let offset) = plan.frame.start else { return nil }
        return 0 &- offset
    }

    // MARK: input

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        var due: [Int32] = []
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, batch.rowCount)) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            partitions.assign(
                plan.partition.map { batch.columns[$0] }, rowCount: batch.rowCount, groups: numbers)
            states.reserve(partitions.count)
            feeder.aggregates.reserve(groups: partitions.count)
            idle?.touch(numbers, count: batch.rowCount, groups: partitions.count) { forget($0) }
            guard let timeColumn else {
                let now = wallMilliseconds() &* 1_000
                for row in 0..<batch.rowCount { due.append(add(batch, row, numbers[row], now)) }
                return
            }
            let column = batch.columns[timeColumn]
            for row in 0..<batch.rowCount where column.isValid(row) {
                let at = column.int64[row]
                if isLate(at, numbers[row]) {
                    time.lateRows += 1
                } else {
                    waiting.push(at, add(batch, row, numbers[row], at))
                    states.base[Int(numbers[row])].waiting &+= 1
                }
            }
        }
        try fire(due, output)
        if timeColumn == nil { expire(before: (wallMilliseconds() &* 1_000) &- 2 &* (distance ?? 0)) }
        compact()
    }

    /// A frame without bound has no place for rows behind the watermark; a bounded one takes those that are behind it
    /// as long as nothing later of their partition has left.
    private func isLate(_ at: Int64, _ partition: Int32) -> Bool {
        if plan.frame.isBounded { return at <= states.base[Int(partition)].last }
        return time.watermark != Watermark.none && at <= time.watermark
    }

    private func add(_ batch: Batch, _ row: Int, _ partition: Int32, _ at: Int64) -> Int32 {
        let slot = rows.append(batch.columns, row: row)
        note(slot, partition, at)
        return slot
    }

    func note(_ slot: Int32, _ partition: Int32, _ at: Int64) {
        partitionOf.reserve(rows.count)
        times.reserve(rows.count)
        previous.reserve(rows.count)
        partitionOf.base[Int(slot)] = partition
        times.base[Int(slot)] = at
        previous.base[Int(slot)] = -1
    }

    func advance(to watermark: Int64, output: NodeRuntime) throws {
        time.watermark = watermark
        guard timeColumn != nil else { return }
        var due: [Int32] = []
        while let next = waiting.pop(upTo: watermark) {
            due.append(next.number)
            var partition = partitionOf.base[Int(next.number)]
            states.base[Int(partition)].waiting &-= 1
            // While it waited it was not forgotten; now its time begins.
            idle?.touch(&partition, count: 1, groups: partitions.count) { _ in }
        }
        try fire(due, output)
        if let distance, watermark < Watermark.final { expire(before: watermark &- 2 &* distance) }
        compact()
    }

    // MARK: computing

    /// Computes and emits rows in their order of time.
    private func fire(_ due: [Int32], _ output: NodeRuntime) throws {
        guard !due.isEmpty else { return }
        feeder.prepare(rows.columns, rowCount: rows.count)
        outputs = plan.calls.map { GrowableColumn($0.resultType, capacity: min(4_096, due.count)) }
        var position = 0
        while position < due.count {
            var end = position + 1
            if plan.frame.unit == .range {
                let at = times.base[Int(due[position])]
                while end < due.count, times.base[Int(due[end])] == at { end += 1 }
            }
            try due.withUnsafeBufferPointer { buffer in
                try take(UnsafeBufferPointer(rebasing: buffer[position..<end]), output)
            }
            position = end
        }
        try emit(output)
    }

    /// Rows that see each other: one, or in RANGE frames all of one time.
    private func take(_ peers: UnsafeBufferPointer<Int32>, _ output: NodeRuntime) throws {
        for slot in peers { leaveFrame(slot) }
        feeder.feed(peers, groups: partitionOf.base, takesBack: false)
        for slot in peers { append(slot) }
        for slot in peers {
            step(slot)
            for (number, call) in plan.calls.enumerated() { result(call, number, slot) }
            outputSlots.append(slot)
        }
        for slot in peers { letGo(Int(partitionOf.base[Int(slot)])) }
        if outputSlots.count >= 4_096 { try emit(output) }
    }

    private func emit(_ output: NodeRuntime) throws {
        guard !outputSlots.isEmpty else { return }
        let batch = rows.gathered(outputSlots)
        batch.columns += outputs.map(\.column)
        outputSlots.removeAll(keepingCapacity: true)
        outputs = plan.calls.map { GrowableColumn($0.resultType, capacity: 4_096) }
        for start in stride(from: 0, to: batch.rowCount, by: 4_096) {
            if batch.rowCount <= 4_096 { return try output.emit(batch) }
            let part = (start..<min(start + 4_096, batch.rowCount)).map { Int32(truncatingIfNeeded: $0) }
            try part.withUnsafeBufferPointer {
                if let base = $0.baseAddress { try output.emit(gather(batch, rows: base, count: $0.count)) }
            }
        }
    }

    /// Takes the rows out of the frame that the row at `slot` does not see any more.
    private func leaveFrame(_ slot: Int32) {
        guard plan.frame.isBounded, case .offset(let offset) = plan.frame.start else { return }
        let number = Int(partitionOf.base[Int(slot)])
        let at = times.base[Int(slot)]
        while true {
            let state = states.base[number]
            guard state.frameHead >= 0 else { return }
            let isOut =
                plan.frame.unit == .rows
                ? state.frameCount >= 1 &- offset : times.base[Int(state.frameHead)] < at &+ offset
            guard isOut else { return }
            dropFrameHead(number)
        }
    }

    func dropFrameHead(_ number: Int) {
        var head = states.base[number].frameHead
        states.base[number].frameHead = rows.links.base[Int(head)]
        states.base[number].frameCount &-= 1
        withUnsafePointer(to: &head) { pointer in
            feeder.feed(
                UnsafeBufferPointer(start: pointer, count: 1), groups: partitionOf.base, takesBack: true)
        }
    }

    /// Puts a row at the end of its partition's list.
    func append(_ slot: Int32) {
        let number = Int(partitionOf.base[Int(slot)])
        let tail = states.base[number].tail
        previous.base[Int(slot)] = tail
        rows.links.base[Int(slot)] = -1
        if tail >= 0 { rows.links.base[Int(tail)] = slot } else { states.base[number].head = slot }
        states.base[number].tail = slot
        states.base[number].listCount &+= 1
        guard plan.frame.isBounded else { return }
        if states.base[number].frameHead < 0 { states.base[number].frameHead = slot }
        states.base[number].frameCount &+= 1
        if distance != nil { processed.append(slot) }
    }

    /// Counts the row in its partition.
    private func step(_ slot: Int32) {
        let number = Int(partitionOf.base[Int(slot)])
        let at = times.base[Int(slot)]
        states.base[number].total &+= 1
        if at != states.base[number].last || states.base[number].total == 1 || timeColumn == nil {
            states.base[number].rank = states.base[number].total
            states.base[number].denseRank &+= 1
        }
        states.base[number].last = at
        guard keepsChanges, states.base[number].isUnsaved == 0 else { return }
        states.base[number].isUnsaved = 1
        unsaved.append(Int32(truncatingIfNeeded: number))
    }

    private func result(_ call: OverCall, _ index: Int, _ slot: Int32) {
        let number = Int(partitionOf.base[Int(slot)])
        let column = outputs[index]
        switch call {
        case .aggregate:
            feeder.aggregates.append(call: aggregateNumbers[index] ?? 0, group: number, to: column)
        case .rowNumber: column.append(int64: states.base[number].total)
        case .rank: column.append(int64: states.base[number].rank)
        case .denseRank: column.append(int64: states.base[number].denseRank)
        case .shifted(let source, let count, let otherwise, _):
            var before = slot
            var left = count
            while left > 0, before >= 0 {
                before = previous.base[Int(before)]
                left -= 1
            }
            if before >= 0 {
                column.append(rows.columns[source].column, row: Int(before))
            } else if let otherwise {
                column.append(rows.columns[otherwise].column, row: Int(slot))
            } else {
                column.appendNull()
            }
        default: column.appendNull()
        }
    }

    /// Lets go of rows that neither the frame nor LAG needs any more.
    private func letGo(_ number: Int) {
        while states.base[number].head >= 0, states.base[number].listCount > reach,
            states.base[number].head != states.base[number].frameHead
        {
            let head = states.base[number].head
            let next = rows.links.base[Int(head)]
            states.base[number].head = next
            if next >= 0 { previous.base[Int(next)] = -1 } else { states.base[number].tail = -1 }
            states.base[number].listCount &-= 1
            if rows.isSaved(head), keepsChanges { removed.remove(key: rowKey(head)) }
            rows.release(head)
        }
    }

    /// Takes rows of moving RANGE frames out that are so far back in time that no row to come will see them.
    private func expire(before limit: Int64) {
        guard distance != nil else { return }
        while processedBegin < processed.count {
            let slot = processed[processedBegin]
            guard times.base[Int(slot)] < limit else { break }
            processedBegin += 1
            let number = Int(partitionOf.base[Int(slot)])
            if rows.id(slot) >= 0, states.base[number].frameHead == slot {
                feeder.prepare(rows.columns, rowCount: rows.count)
                dropFrameHead(number)
                letGo(number)
            }
        }
        if processedBegin > 4_096, processedBegin > processed.count / 2 {
            processed.removeFirst(processedBegin)
            processedBegin = 0
        }
    }

    /// Frees the rows that were let go when they are the majority, and renumbers what is left.
    private func compact() {
        let before = rows.count
        guard let moved = rows.compact() else { return }
        func renumbered(_ slot: Int32) -> Int32 { slot >= 0 ? moved[Int(slot)] : -1 }
        let (oldPartitions, oldTimes, oldPrevious) = (partitionOf, times, previous)
        partitionOf = StateArray<Int32>(zero: -1)
        times = StateArray<Int64>(zero: 0)
        previous = StateArray<Int32>(zero: -1)
        waiting.removeAll()
        for slot in 0..<before where moved[slot] >= 0 {
            note(moved[slot], oldPartitions.base[slot], oldTimes.base[slot])
            previous.base[Int(moved[slot])] = renumbered(oldPrevious.base[slot])
            let isWaiting = timeColumn != nil && oldTimes.base[slot] > states.base[Int(oldPartitions.base[slot])].last
            if isWaiting { waiting.push(oldTimes.base[slot], moved[slot]) }
        }
        for number in 0..<partitions.count {
            states.base[number].head = renumbered(states.base[number].head)
            states.base[number].tail = renumbered(states.base[number].tail)
            states.base[number].frameHead = renumbered(states.base[number].frameHead)
        }
        processed = processed[processedBegin...].map(renumbered).filter { $0 >= 0 }
        processedBegin = 0
    }
}
