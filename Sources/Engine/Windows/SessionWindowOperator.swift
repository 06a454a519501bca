import Columnar
import ConnectorContract
import StreamSQL

/// A SESSION window table function that is not aggregated over: each row leaves when its session closes, with the
/// session's start, end and time behind its own columns.
final class SessionWindowOperator: Operator {
    private let held: SessionRows
    private let clock: WindowClock
    private let inputRetracts: Bool
    private let rowTypes: [DataType]
    private let seed: UInt64

    init(_ plan: SessionWindowPlan, inputFields: [Field], seed: UInt64) {
        self.seed = seed
        inputRetracts = plan.inputRetracts
        rowTypes = [DataType(.bigint, isNullable: false)] + inputFields.map { $0.type.nullable(true) }
        clock = WindowClock(plan.zone)
        held = SessionRows(
            inputFields: inputFields, keyColumns: plan.partition, timeColumn: plan.timeColumn,
            gapMilliseconds: plan.gapMilliseconds, clock: clock, seed: seed, keepsSigns: plan.inputRetracts)
    }

    var stateRows: Int { held.rows.liveCount }
    var stateBytes: Int { held.byteSize }
    var lateRows: Int { held.time.lateRows }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws { held.add(batch) }

    func advance(to watermark: Int64, output: NodeRuntime) throws {
        let sessions = held.sessions
        guard !inputRetracts else { return try advanceNet(to: watermark, output) }
        try held.advance(to: watermark) { slots, numbers in
            let batch = held.rows.gathered(slots)
            batch.columns += SessionColumns.columns(
                [.start, .end, .time], output.node.fields.suffix(3), clock, slots.count
            ) { (sessions.starts.base[Int(numbers[$0])], sessions.ends.base[Int(numbers[$0])]) }
            try output.emit(batch)
        }
        held.compact()
    }

    /// Of rows that were taken back nothing leaves; a row that is there several times leaves as often.
    private func advanceNet(to watermark: Int64, _ output: NodeRuntime) throws {
        guard held.hasDue(upTo: watermark) else { return }
        let table = GroupTable(keyTypes: rowTypes, seed: seed)
        var counts: [Int64] = []
        try held.advance(to: watermark) { slots, numbers in
            let batch = held.rows.gathered(slots)
            let session = Column(rowTypes[0], capacity: slots.count)
            for row in slots.indices { session.int64[row] = Int64(numbers[row]) }
            var groups = [Int32](repeating: 0, count: slots.count)
            groups.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                table.assign([session] + batch.columns.dropLast(), rowCount: slots.count, groups: base)
            }
            while counts.count < table.count { counts.append(0) }
            guard let signs = batch.columns.last else { return }
            for row in slots.indices { counts[Int(groups[row])] &+= signs.int64[row] }
        }
        var left: [Int32] = []
        for (row, count) in counts.enumerated() where count > 0 {
            for _ in 0..<count { left.append(Int32(truncatingIfNeeded: row)) }
        }
        for start in stride(from: 0, to: left.count, by: 4_096) {
            let part = Array(left[start..<min(start + 4_096, left.count)])
            let columns = table.keys.map { $0.gathered(part) }
            let bounds = SessionColumns.columns([.start, .end, .time], output.node.fields.suffix(3), clock, part.count)
            {
                let session = Int(columns[0].int64[$0])
                return (held.sessions.starts.base[session], held.sessions.ends.base[session])
            }
            try output.emit(Batch(columns: Array(columns.dropFirst()) + bounds, rowCount: part.count))
        }
        held.compact()
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] { held.snapshot() }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        try held.restore(changes, ownership: ownership)
    }
}

/// Aggregation for each session and group over the rows of closed sessions: for calls whose states can't be merged,
/// and groups finer than the sessions' keys.
final class SessionRowsAggregateOperator: Operator {
    private let plan: WindowAggregatePlan
    private let held: SessionRows
    private let clock: WindowClock
    private let seed: UInt64
    private let groupTypes: [DataType]

    init(_ plan: WindowAggregatePlan, gapMilliseconds: Int64, inputFields: [Field], seed: UInt64) {
        self.plan = plan
        self.seed = seed
        clock = WindowClock(plan.zone)
        groupTypes = [DataType(.bigint, isNullable: false)] + plan.groupColumns.map { inputFields[$0].type }
        held = SessionRows(
            inputFields: inputFields, keyColumns: plan.partition, timeColumn: plan.timeColumn,
            gapMilliseconds: gapMilliseconds, clock: clock, seed: seed, keepsSigns: plan.inputRetracts)
    }

    var stateRows: Int { held.rows.liveCount }
    var stateBytes: Int { held.byteSize }
    var lateRows: Int { held.time.lateRows }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws { held.add(batch) }

    func advance(to watermark: Int64, output: NodeRuntime) throws {
        guard held.hasDue(upTo: watermark) else { return }
        let groups = GroupTable(keyTypes: groupTypes, seed: seed)
        let aggregates = AggregateSet(plan.calls, inputRetracts: plan.inputRetracts, seed: seed)
        // How many rows each group has, where rows are taken back.
        var counts: [Int64] = []
        try held.advance(to: watermark) { slots, numbers in
            let (slots, numbers) = counted(slots, numbers)
            let batch = held.rows.gathered(slots)
            let session = Column(groupTypes[0], capacity: slots.count)
            for row in slots.indices { session.int64[row] = Int64(numbers[row]) }
            var assigned = [Int32](repeating: 0, count: slots.count)
            assigned.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                groups.assign(
                    [session] + plan.groupColumns.map { batch.columns[$0] }, rowCount: slots.count, groups: base)
                aggregates.reserve(groups: groups.count)
                guard plan.inputRetracts, let signs = batch.columns.last else {
                    return aggregates.update(batch, groups: base, signs: nil)
                }
                let rowSigns = slots.indices.map { Int8(truncatingIfNeeded: signs.int64[$0]) }
                while counts.count < groups.count { counts.append(0) }
                for row in slots.indices { counts[Int(base[row])] &+= signs.int64[row] }
                rowSigns.withUnsafeBufferPointer { aggregates.update(batch, groups: base, signs: $0.baseAddress) }
            }
        }
        let shown = (0..<groups.count).filter { !plan.inputRetracts || counts[$0] > 0 }
        for start in stride(from: 0, to: shown.count, by: 4_096) {
            let part = shown[start..<min(start + 4_096, shown.count)].map { Int32(truncatingIfNeeded: $0) }
            try emit(part, groups, aggregates, output)
        }
        held.compact()
    }

    /// The rows that are aggregated; the others only make sessions.
    private func counted(_ slots: [Int32], _ numbers: [Int32]) -> (slots: [Int32], numbers: [Int32]) {
        guard let rowFilter = plan.rowFilter else { return (slots, numbers) }
        let column = held.rows.columns[rowFilter].column
        let places = slots.indices.filter { column.isValid(Int(slots[$0])) && column.bit(Int(slots[$0])) }
        return (places.map { slots[$0] }, places.map { numbers[$0] })
    }

    private func emit(
        _ part: [Int32], _ groups: GroupTable, _ aggregates: AggregateSet, _ output: NodeRuntime
    ) throws {
        let keys = groups.keys.map { $0.gathered(part) }
        var columns = Array(keys.dropFirst()) + aggregates.results(part)
        let sessions = held.sessions
        columns += SessionColumns.columns(plan.windowColumns, output.node.fields[columns.count...], clock, part.count) {
            let session = Int(keys[0].int64[$0])
            return (sessions.starts.base[session], sessions.ends.base[session])
        }
        try output.emit(Batch(columns: columns, rowCount: part.count))
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] { held.snapshot() }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        try held.restore(changes, ownership: ownership)
    }
}
