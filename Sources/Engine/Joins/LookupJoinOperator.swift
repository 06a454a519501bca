import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL

/// Join of each row with what a table holds when the row comes.
///
/// Nothing of the table is part of an epoch: after a restart the rows behind the last epoch come again, and meet the
/// table as it is then. Rows that are asked for again later are state.
final class LookupJoinOperator: Operator {
    private let plan: LookupJoinPlan
    private let table: LookedUpTable
    private let cache: LookupCache?
    /// The rows of the table for one batch, where it is asked by key.
    private let found: JoinOperator
    private let clock: any TimeSource
    private let seed: UInt64
    private var waiting: WaitingRows
    /// The watermark that came last.
    private var watermark = Watermark.none

    init(
        _ join: LookupJoinPlan, leftFields: [Field], plan: PhysicalPlan, wiring: JobWiring, seed: UInt64,
        context: EvaluationContext
    ) throws {
        self.plan = join
        self.seed = seed
        clock = wiring.environment.clock
        let inner = JoinPlan(
            kind: join.isLeft ? .left : .inner, leftKeys: join.leftKeys, rightKeys: join.rightKeys,
            nullSafe: join.nullSafe, residual: join.residual)
        let timeZone = plan.timeZone
        let makeIndex = {
            try JoinOperator(
                inner, leftFields: leftFields, rightFields: join.rightFields, timeZone: timeZone, seed: seed,
                context: context)
        }
        found = try makeIndex()
        table = LookedUpTable(
            join, source: try wiring.makeSource(join.scan, 1), rejects: wiring.rejects,
            shaping: try RowShaping(join.shape, timeZone: timeZone, context: context), isBatchMode: plan.isBatchMode,
            clock: clock, makeIndex: makeIndex)
        // Caches and lookups by key know no NULL; where NULL equals NULL the whole table is read.
        if case .partial(let settings) = join.settings.cache, !join.nullSafe.contains(true) {
            cache = LookupCache(settings, plan: join, seed: seed)
        } else {
            cache = nil
        }
        waiting = WaitingRows(fields: leftFields, ownNumber: wiring.environment.random.next())
    }

    var stateRows: Int { table.stateRows + (cache?.stateRows ?? 0) + waiting.rowCount }
    var stateBytes: Int { table.stateBytes + (cache?.stateBytes ?? 0) + found.stateBytes + waiting.byteSize }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        guard plan.settings.retry != nil else { return try index(for: batch).process(batch, input: 0, output: output) }
        try askAgain(output)
        let entry = WaitingRows.Entry(batch: batch, attempts: 0, due: 0, watermark: watermark)
        if plan.settings.keepsOrder, !waiting.isEmpty {
            // It is asked for in its turn.
            return waiting.add(entry, isFirst: false)
        }
        try attempt(entry, isFirst: false, output)
    }

    private var now: UInt64 { clock.monotonicNanoseconds() }

    // MARK: Finding

    /// What holds the partners of a batch.
    private func index(for batch: Batch) throws -> JoinOperator {
        guard table.isAskedByKey || cache != nil else { return try table.current() }
        let (keys, count) = distinctKeys(batch)
        found.removeAll()
        guard count > 0 else { return found }
        let rows: Batch
        if let cache {
            let milliseconds = Int64(truncatingIfNeeded: now / 1_000_000)
            rows = try cache.rows(withKeys: keys, count: count, now: milliseconds) {
                try table.rows(withKeys: $0, count: $1)
            }
        } else {
            rows = try table.rows(withKeys: keys, count: count)
        }
        if rows.rowCount > 0 { found.add(rows) }
        return found
    }

    /// Each key of a batch once, without those that hold a NULL.
    private func distinctKeys(_ batch: Batch) -> (keys: [Column], count: Int) {
        let columns = plan.leftKeys.map { batch.columns[$0] }
        let distinct = GroupTable(keyTypes: columns.map { $0.type.nullable(true) }, seed: seed)
        var groups = [Int32](repeating: 0, count: batch.rowCount)
        groups.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            distinct.assign(columns, rowCount: batch.rowCount, groups: base)
        }
        var next: Int32 = 0
        var rows: [Int32] = []
        for row in 0..<batch.rowCount where groups[row] == next {
            next += 1
            if columns.allSatisfy({ $0.isValid(row) }) { rows.append(Int32(truncatingIfNeeded: row)) }
        }
        let keys = rows.withUnsafeBufferPointer { list in
            list.baseAddress.map { base in columns.map { gather($0, rows: base, count: list.count) } } ?? []
        }
        return (keys, rows.count)
    }

    // MARK: Asking again

    /// Joins the rows of an entry; those that find nothing wait, unless they were asked for often enough.
    private func attempt(_ entry: WaitingRows.Entry, isFirst: Bool, _ output: NodeRuntime) throws {
        var entry = entry
        entry.attempts += 1
        let batch = entry.batch
        let index = try index(for: batch)
        guard let retry = plan.settings.retry, entry.attempts < retry.attemptsMax else {
            return try index.process(batch, input: 0, output: output)
        }
        let missing = index.missing(batch)
        guard let firstMissing = missing.first else { return try index.process(batch, input: 0, output: output) }
        let (delay, overflows) = UInt64(retry.delayMilliseconds).multipliedReportingOverflow(by: 1_000_000)
        let (due, passes) = now.addingReportingOverflow(delay)
        entry.due = overflows || passes ? UInt64.max : due
        let (waits, leaves) = parts(of: batch, missing, firstMissing)
        entry.batch = waits
        waiting.add(entry, isFirst: isFirst)
        if let leaves { try index.process(leaves, input: 0, output: output) }
    }

    /// What waits of a batch in which rows are missing, and what leaves now: in order, all that is before the first
    /// missing row; else all that is there.
    private func parts(of batch: Batch, _ missing: [Int32], _ firstMissing: Int32) -> (waits: Batch, leaves: Batch?) {
        let count = Int32(truncatingIfNeeded: batch.rowCount)
        guard !plan.settings.keepsOrder else {
            guard firstMissing > 0 else { return (batch, nil) }
            return (part(batch, Array(firstMissing..<count)), part(batch, Array(0..<firstMissing)))
        }
        let isMissing = Set(missing)
        let there = (0..<count).filter { !isMissing.contains($0) }
        return (part(batch, missing), there.isEmpty ? nil : part(batch, there))
    }

    private func part(_ batch: Batch, _ rows: [Int32]) -> Batch {
        rows.withUnsafeBufferPointer { list in
            list.baseAddress.map { gather(batch, rows: $0, count: list.count) } ?? batch
        }
    }

    /// Asks for what is due; in order, nothing passes what is not.
    private func askAgain(_ output: NodeRuntime) throws {
        guard !waiting.isEmpty else { return }
        if plan.settings.keepsOrder {
            while let entry = waiting.takeFirst(dueBy: now) {
                // What is not found goes back to the front, and is not due.
                try attempt(entry, isFirst: true, output)
            }
        } else {
            // Those that are not found go to the end, due later than all others.
            let time = now
            while let entry = waiting.takeFirst(dueBy: time) { try attempt(entry, isFirst: false, output) }
        }
        try output.emitWatermark(outputWatermark(watermark))
    }

    var goesByClock: Bool { plan.settings.retry != nil }
    func outputWatermark(_ watermark: Int64) -> Int64 { min(watermark, waiting.watermark ?? Watermark.final) }
    var isWaiting: Bool { !waiting.isEmpty }
    var holdsEnough: Bool { waiting.rowCount >= Limits.queueRows || waiting.byteSize >= Limits.queueBytes }

    func advance(to watermark: Int64, output: NodeRuntime) throws { self.watermark = watermark }

    func tick(output: NodeRuntime) throws { try askAgain(output) }

    func flush(output: NodeRuntime) throws { try askAgain(output) }

    // MARK: state: the rows that wait

    func snapshot(epoch: UInt64) throws -> [StateChange] { waiting.changes() }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        try waiting.restore(changes, ownership: ownership)
    }
}
