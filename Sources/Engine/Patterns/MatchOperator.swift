import Columnar
import ConnectorContract
import StreamSQL

/// MATCH_RECOGNIZE: keeps rows until the watermark has passed them, matches them in the order of their time, and gives
/// a row for each match.
///
/// A row is kept as long as it waits or a match under way holds it.
final class MatchOperator: Operator {
    let plan: MatchPlan
    let keyTypes: [DataType]
    let rows: RowStore
    let matcher: PatternMatcher
    private let seed: UInt64
    private let wallMilliseconds: () -> Int64
    /// The conditions that read one row, for whole batches; and the variable of each.
    private let rowConditions: ExpressionEvaluator?
    private let rowVariables: [Int]
    private let alwaysMask: Int64
    private let measures: [MatchEvaluation]
    /// The partitions of the matches that the measures were given.
    private var foundPartitions: [Int32] = []

    private(set) var keys: GroupTable
    var partitions: [MatchPartition] = []
    /// Partitions that changed since the last epoch, some twice.
    var unsaved: [Int32] = []
    /// By slot of the row store.
    private var partitionOf = StateArray<Int32>(zero: 0)
    private var waiting = TimerHeap()
    private var expiries = TimerHeap()
    var time = WatermarkState()
    var removed = KeyedEntries()
    var idleEntries = KeyedEntries()
    private var leastCompaction = 8_192

    private static let mostMatches = 1_024
    private static let mostMatchedRows = 65_536

    init(
        _ plan: MatchPlan, inputFields: [Field], timeZone: String, context: EvaluationContext, seed: UInt64,
        wallMilliseconds: @escaping () -> Int64
    ) throws {
        self.plan = plan
        self.seed = seed
        self.wallMilliseconds = wallMilliseconds
        keyTypes = plan.partition.map { inputFields[$0].type }
        keys = GroupTable(keyTypes: keyTypes, seed: seed)
        rows = RowStore(types: inputFields.map(\.type) + [DataType(.bigint)])
        matcher = try PatternMatcher(plan, rows: rows, timeZone: timeZone, context: context, seed: seed)
        measures = try plan.measures.map {
            try MatchEvaluation($0, timeZone: timeZone, context: context, seed: seed)
        }
        var conditions: [PlanExpression] = []
        var variables: [Int] = []
        var always: Int64 = 0
        for (variable, condition) in plan.conditions.enumerated() {
            switch condition {
            case .always: always |= 1 << Int64(variable)
            case .row(let expression):
                conditions.append(expression)
                variables.append(variable)
            case .match: break
            }
        }
        rowVariables = variables
        alwaysMask = always
        rowConditions =
            conditions.isEmpty
            ? nil
            : ExpressionEvaluator(
                try ExpressionProgram.compile(conditions, timeZone: timeZone), environment: context)
        matcher.began = { [unowned self] partition, start in
            expiries.push(start &+ (plan.withinMilliseconds ?? 0) &* 1_000, partition)
        }
        matcher.found = { [unowned self] partition, chain, time in
            foundPartitions.append(partition)
            for measure in measures { measure.add(chain, time: time) }
        }
    }

    var stateRows: Int { rows.liveCount }
    var stateBytes: Int {
        rows.byteSize + matcher.buffer.byteSize + keys.byteSize + partitions.count * 56 + unsaved.count * 4
    }
    var lateRows: Int { time.lateRows }

    // MARK: rows

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        let mask = try self.mask(batch)
        var numbers = [Int32](repeating: 0, count: batch.rowCount)
        numbers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            keys.assign(plan.partition.map { batch.columns[$0] }, rowCount: batch.rowCount, groups: base)
        }
        growPartitions()
        let columns = batch.columns + [mask]
        guard let timeColumn = plan.timeColumn else { return try matchAtOnce(columns, numbers, output) }
        let times = batch.columns[timeColumn]
        for row in 0..<batch.rowCount {
            let at = times.int64[row]
            let partition = Int(numbers[row])
            guard times.isValid(row), time.watermark == Watermark.none || at > time.watermark,
                at > partitions[partition].lastTime
            else {
                time.lateRows += 1
                continue
            }
            wait(rows.append(columns, row: row), at, numbers[row])
        }
    }

    /// Bit n of a row's mask: the condition of variable n holds.
    private func mask(_ batch: Batch) throws -> Column {
        let mask = Column(DataType(.bigint, isNullable: false), capacity: batch.rowCount)
        mask.int64.update(repeating: alwaysMask, count: batch.rowCount)
        guard let rowConditions else { return mask }
        for (variable, column) in zip(rowVariables, try rowConditions.evaluate(batch)) {
            for row in 0..<batch.rowCount where column.isValid(row) && column.bit(row) {
                mask.int64[row] |= 1 << Int64(variable)
            }
        }
        return mask
    }

    private func growPartitions() {
        while partitions.count < keys.count { partitions.append(MatchPartition()) }
    }

    /// Lets a row wait for the watermark.
    func wait(_ slot: Int32, _ at: Int64, _ partition: Int32) {
        setPartition(partition, of: slot)
        matcher.buffer.retainRow(slot)
        partitions[Int(partition)].waitingRows += 1
        waiting.push(at, slot)
    }

    func setPartition(_ partition: Int32, of slot: Int32) {
        partitionOf.reserve(Int(slot) + 1)
        partitionOf.base[Int(slot)] = partition
    }

    /// Rows ordered by arrival are matched as they come, at the time of the clock.
    private func matchAtOnce(_ columns: [Column], _ numbers: [Int32], _ output: NodeRuntime) throws {
        let now = wallMilliseconds() &* 1_000
        try expire(upTo: now)
        for row in numbers.indices {
            let slot = rows.append(columns, row: row)
            setPartition(numbers[row], of: slot)
            matcher.buffer.retainRow(slot)
            try match(slot, at: max(now, partitions[Int(numbers[row])].lastTime))
            if isFull { try emit(output) }
        }
        try emit(output)
        compact()
    }

    var goesByClock: Bool { plan.timeColumn == nil && plan.withinMilliseconds != nil }

    func tick(output: NodeRuntime) throws {
        guard goesByClock, expiries.count > 0 else { return }
        try expire(upTo: wallMilliseconds() &* 1_000)
        try emit(output)
    }

    // MARK: matching

    func advance(to watermark: Int64, output: NodeRuntime) throws {
        time.watermark = watermark
        guard plan.timeColumn != nil else { return }
        var slots: [Int32] = []
        while let at = waiting.first, at <= watermark {
            slots.removeAll(keepingCapacity: true)
            while let due = waiting.pop(upTo: at) { slots.append(due.number) }
            if slots.count > 1, !plan.order.isEmpty { slots.sort(by: isBefore) }
            try expire(upTo: at)
            for slot in slots {
                partitions[Int(partitionOf.base[Int(slot)])].waitingRows -= 1
                try match(slot, at: at)
                if isFull { try emit(output) }
            }
        }
        try expire(upTo: watermark)
        try emit(output)
        compact()
    }

    private func match(_ slot: Int32, at: Int64) throws {
        let number = partitionOf.base[Int(slot)]
        try matcher.match(slot, time: at, number, &partitions[Int(number)])
        unsaved.append(number)
        matcher.buffer.releaseRow(slot)
        for slot in matcher.buffer.takeUnused() { forget(slot) }
    }

    /// Gives up matches that are too old at a time.
    private func expire(upTo limit: Int64) throws {
        while let due = expiries.pop(upTo: limit) {
            try matcher.expire(at: due.time, due.number, &partitions[Int(due.number)])
            unsaved.append(due.number)
        }
        for slot in matcher.buffer.takeUnused() { forget(slot) }
    }

    /// The order of rows of one time; equal ones stay in the order of their arrival.
    private func isBefore(_ a: Int32, _ b: Int32) -> Bool {
        for key in plan.order {
            let column = rows.columns[key.column].column
            let order: Int
            switch (column.isValid(Int(a)), column.isValid(Int(b))) {
            case (false, false): order = 0
            case (false, true): order = key.nullsFirst ? -1 : 1
            case (true, false): order = key.nullsFirst ? 1 : -1
            case (true, true):
                let natural = ValueOrder.compare(column, Int(a), column, Int(b))
                order = key.isDescending ? -natural : natural
            }
            if order != 0 { return order < 0 }
        }
        return a < b
    }

    // MARK: results

    private var isFull: Bool {
        foundPartitions.count >= Self.mostMatches
            || measures.contains { $0.rowCount >= Self.mostMatchedRows }
    }

    private func emit(_ output: NodeRuntime) throws {
        guard !foundPartitions.isEmpty else { return }
        let partitions = foundPartitions
        foundPartitions.removeAll(keepingCapacity: true)
        var columns = keys.keys.map { $0.gathered(partitions) }
        for measure in measures { columns.append(try measure.evaluate(rows)) }
        try output.emit(Batch(columns: columns, rowCount: partitions.count))
    }

    // MARK: memory

    private func forget(_ slot: Int32) {
        if rows.isSaved(slot) { removed.remove(key: rowKey(slot)) }
        rows.release(slot)
    }

    private func compact() {
        if let moved = rows.compact() {
            matcher.buffer.move(moved)
            let partitions = partitionOf
            partitionOf = StateArray<Int32>(zero: 0, capacity: max(64, rows.count))
            for slot in moved.indices where moved[slot] >= 0 {
                partitionOf.base[Int(moved[slot])] = partitions.base[slot]
            }
            waiting.renumber { moved[Int($0)] }
        }
        // Where no epochs are taken nobody else shortens it.
        if unsaved.count > 2 * keys.count + 65_536 { unsaved = Set(unsaved).sorted() }
        guard keys.count >= leastCompaction else { return }
        compactPartitions()
        leastCompaction = keys.count * 2 + 8_192
    }

    /// Drops partitions of which nothing is kept.
    private func compactPartitions() {
        saveIdle()
        let kept = partitions.indices.filter { !partitions[$0].isIdle || partitions[$0].waitingRows > 0 }
            .map { Int32(truncatingIfNeeded: $0) }
        let columns = keys.keys.map { $0.gathered(kept) }
        keys = GroupTable(keyTypes: keyTypes, seed: seed)
        var numbers = [Int32](repeating: 0, count: kept.count)
        numbers.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { keys.assign(columns, rowCount: kept.count, groups: base) }
        }
        var moved = [Int32](repeating: -1, count: partitions.count)
        for (place, old) in kept.enumerated() { moved[Int(old)] = numbers[place] }
        partitions = kept.map { partitions[Int($0)] }
        for slot in 0..<rows.count where rows.id(Int32(truncatingIfNeeded: slot)) >= 0 {
            partitionOf.base[slot] = moved[Int(partitionOf.base[slot])]
        }
        expiries.renumber { moved[Int($0)] }
        unsaved = unsaved.compactMap { moved[Int($0)] >= 0 ? moved[Int($0)] : nil }
    }

    /// Gives the key of a new partition its number.
    func assignPartition(_ key: [Column]) -> Int32 {
        var number: Int32 = 0
        keys.assign(key, rowCount: 1, groups: &number)
        growPartitions()
        return number
    }

    func expires(_ partition: Int32, from start: Int64) {
        guard plan.withinMilliseconds != nil else { return }
        matcher.began(partition, start)
    }
}
