import Columnar
import StreamSQL

/// The first phase of an aggregation over windows: collapses the rows of a slice to one partial result a group before
/// they travel.
///
/// Rows leave before the watermark passes the end of an open window that they belong to, so that what is late and what is
/// not stays as it would be without this phase. Nothing is held across an epoch: everything is flushed before a barrier.
final class LocalWindowAggregateOperator: Operator {
    /// Groups held at most before they are flushed.
    private static let groupLimit = 65_536

    private let plan: WindowAggregatePlan
    private let keyTypes: [DataType]
    private let assigner: SliceAssigner
    private let clock: WindowClock
    private let seed: UInt64
    private let aggregates: AggregateSet
    /// By the group columns and, where rows do not carry the bounds of their window, by the end of their slice.
    private var groups: GroupTable
    /// The event time of a row of each group: it tells the slice to the second phase.
    private let times = StateArray<Int64>(zero: 0)
    private let rowCounts = CountState()
    private var watermark = Watermark.none
    /// The watermark that held rows must go before: that of the first end of a window they belong to.
    private var due = Watermark.final
    /// The ends of the slices, or of the windows, of held rows.
    private var heldEnds: Set<Int64> = []
    /// A window of held rows is over for this reader. Other readers may be behind, so that it is not over where the rows
    /// go: there they must be as soon as they would be without this phase.
    private var holdsLateRows = false
    private var thrift = LocalThrift()

    init(_ plan: WindowAggregatePlan, inputFields: [Field], seed: UInt64) {
        self.plan = plan
        self.seed = seed
        let sliceTypes = plan.attached == nil ? [DataType(.bigint, isNullable: false)] : []
        keyTypes = plan.groupColumns.map { inputFields[$0].type } + sliceTypes
        assigner = SliceAssigner(plan.shape)
        clock = WindowClock(plan.zone)
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
        aggregates = AggregateSet(plan.calls, inputRetracts: false, seed: seed)
    }

    var stateRows: Int { groups.count }
    var stateBytes: Int { groups.byteSize + aggregates.byteSize }
    var flushesBeforeIdle: Bool { true }

    // MARK: rows

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        let batch = withTimes(batch)
        guard batch.rowCount > 0 else { return }
        if thrift.isPassing(batch.rowCount) { return try pass(batch, output) }
        var keys = plan.groupColumns.map { batch.columns[$0] }
        if let attached = plan.attached {
            noteEnds(batch.columns[attached.endColumn], rowCount: batch.rowCount)
        } else {
            keys.append(sliceEnds(batch.columns[plan.timeColumn], rowCount: batch.rowCount))
        }
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch.rowCount) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            groups.assign(keys, rowCount: batch.rowCount, groups: numbers)
            update(batch, groups: numbers, count: groups.count)
            guard plan.attached == nil else { return }
            times.reserve(groups.count)
            let times = self.times.base
            let rowTimes = batch.columns[plan.timeColumn].int64
            for row in 0..<batch.rowCount { times[Int(numbers[row])] = rowTimes[row] }
        }
        if groups.count >= Self.groupLimit || holdsLateRows { try flush(output: output) }
    }

    private func update(_ batch: Batch, groups numbers: UnsafePointer<Int32>, count: Int) {
        aggregates.reserve(groups: count)
        rowCounts.reserve(groups: count)
        aggregates.update(batch, groups: numbers, signs: nil)
        let all = AggregateInput(groups: numbers, rows: nil, rowCount: batch.rowCount, signs: nil)
        rowCounts.update(all, arguments: [])
    }

    /// The rows that have a time; those without belong to no window.
    private func withTimes(_ batch: Batch) -> Batch {
        let column = batch.columns[plan.attached?.endColumn ?? plan.timeColumn]
        guard column.mayHaveNulls else { return batch }
        let rows = (0..<batch.rowCount).filter { column.isValid($0) }.map { Int32(truncatingIfNeeded: $0) }
        guard rows.count < batch.rowCount else { return batch }
        return rows.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { gather(batch, rows: $0, count: buffer.count) } ?? Batch(columns: [], rowCount: 0)
        }
    }

    /// The end of the slice of each row.
    private func sliceEnds(_ column: Column, rowCount: Int) -> Column {
        let result = Column(DataType(.bigint, isNullable: false), capacity: rowCount)
        let (times, ends) = (column.int64, result.int64)
        var end = Int64.min
        var begin = Int64.max
        for row in 0..<rowCount {
            let time = clock.shown(at: times[row])
            if time < begin || time >= end {
                end = assigner.sliceEnd(of: time)
                begin = end &- assigner.slice
                note(end)
            }
            ends[row] = end
        }
        return result
    }

    private func noteEnds(_ column: Column, rowCount: Int) {
        let ends = column.int64
        for row in 0..<rowCount where row == 0 || ends[row] != ends[row &- 1] { note(ends[row]) }
    }

    /// Rows of this slice, or of the window with this end, are held from now on.
    private func note(_ end: Int64) {
        guard heldEnds.insert(end).inserted else { return }
        let windowEnds = plan.attached == nil ? assigner.windows(ofSliceEnding: end).map(\.end) : [end]
        for end in windowEnds {
            let firing = clock.firing(end: end)
            if watermark == Watermark.none || firing > watermark {
                due = min(due, firing)
            } else {
                holdsLateRows = true
            }
        }
    }

    /// Sends rows on one by one, in the form of partial results.
    private func pass(_ batch: Batch, _ output: NodeRuntime) throws {
        let rows = (0..<batch.rowCount).map { Int32(truncatingIfNeeded: $0) }
        rows.withUnsafeBufferPointer { buffer in
            if let numbers = buffer.baseAddress { update(batch, groups: numbers, count: rows.count) }
        }
        var columns = plan.groupColumns.map { batch.columns[$0] }
        if plan.attached == nil { columns.append(batch.columns[plan.timeColumn]) }
        columns += aggregates.partials(rows)
        columns.append(rowCounts.result(rows))
        aggregates.clear(groups: rows.count, rowCounts)
        try output.emit(Batch(columns: columns, rowCount: batch.rowCount, retainedBytes: batch.retainedBytes))
    }

    // MARK: sending on

    func advance(to time: Int64, output: NodeRuntime) throws {
        if time >= due { try flush(output: output) }
        watermark = time
    }

    func flush(output: NodeRuntime) throws {
        guard groups.count > 0 else { return }
        let done = groups
        let timeType = plan.attached == nil ? output.node.fields[plan.groupColumns.count].type : nil
        thrift.sent(groups: done.count, rows: (0..<done.count).reduce(0) { $0 &+ rowCounts.count(of: $1) })
        try aggregates.drain(groups: done.count, rowCounts) { numbers in
            let keys = done.keys.prefix(plan.groupColumns.count).map { $0.gathered(numbers) }
            guard let timeType else { return keys }
            let column = Column(timeType, capacity: numbers.count)
            for (row, group) in numbers.enumerated() { column.int64[row] = times.base[Int(group)] }
            return keys + [column]
        } emit: {
            try output.emit($0)
        }
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
        due = Watermark.final
        holdsLateRows = false
        heldEnds.removeAll(keepingCapacity: true)
    }
}

/// Whether collapsing rows pays: where most rows are groups of their own it is left out for a while, twice as long each
/// time that it is found so again.
package struct LocalThrift {
    /// Rows that are looked at before a verdict.
    private static let window = 16_384
    private static let shortestRest = 65_536
    private static let longestRest = 4_194_304

    private var rows = 0
    private var groups = 0
    private var resting = 0
    private var nextRest = LocalThrift.shortestRest

    package init() {}

    /// Whether the next rows are sent on as they are. Ask while nothing is held, or hear no.
    package mutating func isPassing(_ rowCount: Int) -> Bool {
        guard resting > 0 else { return false }
        resting -= rowCount
        return true
    }

    /// So many rows became so many groups, and nothing is held any more.
    package mutating func sent(groups: Int, rows: Int) {
        self.groups += groups
        self.rows += rows
        guard self.rows >= Self.window else { return }
        if self.groups * 2 > self.rows {
            resting = nextRest
            nextRest = min(nextRest * 2, Self.longestRest)
        } else {
            nextRest = Self.shortestRest
        }
        (self.groups, self.rows) = (0, 0)
    }
}
