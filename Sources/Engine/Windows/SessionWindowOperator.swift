import Columnar
import ConnectorContract
import StreamSQL

/// A SESSION window table function that is not aggregated over: each row leaves when its session closes, with the
/// session's start, end and time behind its own columns.
final class SessionWindowOperator: Operator {
    private let held: SessionRows
    private let clock: WindowClock

    init(_ plan: SessionWindowPlan, inputFields: [Field], seed: UInt64) {
        clock = WindowClock(plan.zone)
        held = SessionRows(
            inputFields: inputFields, keyColumns: plan.partition, timeColumn: plan.timeColumn,
            gapMilliseconds: plan.gapMilliseconds, clock: clock, seed: seed)
    }

    var stateRows: Int { held.rows.liveCount }
    var stateBytes: Int { held.byteSize }
    var lateRows: Int { held.time.lateRows }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws { held.add(batch) }

    func advance(to watermark: Int64, output: NodeRuntime) throws {
        let sessions = held.sessions
        try held.advance(to: watermark) { slots, numbers in
            let batch = held.rows.gathered(slots)
            batch.columns += SessionColumns.columns(
                [.start, .end, .time], output.node.fields.suffix(3), clock, slots.count
            ) { (sessions.starts.base[Int(numbers[$0])], sessions.ends.base[Int(numbers[$0])]) }
            try output.emit(batch)
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
            gapMilliseconds: gapMilliseconds, clock: clock, seed: seed)
    }

    var stateRows: Int { held.rows.liveCount }
    var stateBytes: Int { held.byteSize }
    var lateRows: Int { held.time.lateRows }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws { held.add(batch) }

    func advance(to watermark: Int64, output: NodeRuntime) throws {
        guard held.hasDue(upTo: watermark) else { return }
        let groups = GroupTable(keyTypes: groupTypes, seed: seed)
        let aggregates = AggregateSet(plan.calls, inputRetracts: false, seed: seed)
        try held.advance(to: watermark) { slots, numbers in
            let batch = held.rows.gathered(slots)
            let session = Column(groupTypes[0], capacity: slots.count)
            for row in slots.indices { session.int64[row] = Int64(numbers[row]) }
            var assigned = [Int32](repeating: 0, count: slots.count)
            assigned.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                groups.assign(
                    [session] + plan.groupColumns.map { batch.columns[$0] }, rowCount: slots.count, groups: base)
                aggregates.reserve(groups: groups.count)
                aggregates.update(batch, groups: base, signs: nil)
            }
        }
        for start in stride(from: 0, to: groups.count, by: 4_096) {
            let part = (start..<min(start + 4_096, groups.count)).map { Int32(truncatingIfNeeded: $0) }
            try emit(part, groups, aggregates, output)
        }
        held.compact()
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
