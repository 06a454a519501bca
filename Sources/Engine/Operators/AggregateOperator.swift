import Columnar
import ConnectorContract
import StreamSQL

/// Grouped aggregation over a changelog, in one phase or as the second of two.
///
/// Groups that changed are emitted together when the pipeline flushes, once each however often they changed; an
/// update that changes nothing never leaves. Groups that are gone, or were not touched for the time to live, are
/// dropped when they are the majority. What is emitted is in
/// `AggregateOperator+Output.swift`, writing and reading state in `AggregateOperator+State.swift`
/// and `AggregateOperator+Blocks.swift`.
final class AggregateOperator: Operator {
    let plan: AggregatePlan
    let keyTypes: [DataType]
    let emitsAtEndOnly: Bool
    /// False where no epoch ever asks what changed.
    let keepsChanges: Bool
    let wallMilliseconds: () -> Int64
    var groups: GroupTable
    var aggregates: AggregateSet
    /// Rows a group stands for; a group without any is gone. Counted only where rows can be taken back.
    var liveRows = StateArray<Int64>(zero: 0)
    /// 1 while the group's row stands downstream.
    var isEmitted = StateArray<UInt8>(zero: 0)
    var marks = StateArray<UInt8>(zero: 0)
    /// With a time to live: when a row last came for the group, in ms.
    var touched = StateArray<Int64>(zero: 0)
    var changed: [Int32] = []
    var unsaved: [Int32] = []
    var deadCount = 0
    /// In batch mode the rows have left: nothing is emitted once more after a restart.
    var hasEnded = false
    /// What goes into the next epoch of groups; until then those that were dropped since the last.
    let blocks = StateWriter()
    /// Values that DISTINCT calls share, on their way into an epoch.
    let sharedValues = StateWriter()
    var upkeep: StateUpkeep
    /// The state was restored from entries by key: the next epoch writes it anew.
    var isStoredByKey = false
    /// Parts that changed or were dropped since the last epoch.
    var changedParts = KeyedEntries()
    private var lastSweep: Int64 = 0
    /// The results last emitted, by group; kept where they are sent again as -U or compared.
    var previous: [GrowableColumn]

    /// What `marks` holds for a group.
    enum Mark {
        static let changed: UInt8 = 1
        static let unsaved: UInt8 = 2
        static let dead: UInt8 = 4
    }

    init(
        _ plan: AggregatePlan, inputFields: [Field], isBatchMode: Bool, seed: UInt64, keepsChanges: Bool,
        upkeep: StateUpkeep = StateUpkeep(), wallMilliseconds: @escaping () -> Int64
    ) {
        self.plan = plan
        self.upkeep = upkeep
        self.keepsChanges = keepsChanges
        self.wallMilliseconds = wallMilliseconds
        keyTypes = plan.groupColumns.map { inputFields[$0].type }
        emitsAtEndOnly = isBatchMode
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
        aggregates = AggregateSet(
            plan.calls, inputRetracts: plan.inputRetracts, seed: seed, tracksChanges: keepsChanges,
            // Groups that go one by one would have to be looked for among all values.
            sharesDistinct: !plan.inputRetracts && plan.stateTimeToLiveMilliseconds == nil && plan.phase == .whole)
        previous = plan.calls.map { GrowableColumn($0.resultType.nullable(true)) }
    }

    var stateRows: Int { groups.count }
    var stateWriters: [StateWriter] { [blocks, sharedValues] }
    var stateBytes: Int { previous.reduce(groups.byteSize + aggregates.byteSize) { $0 + $1.byteSize } }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch.rowCount) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            let keys =
                plan.phase == .global
                ? Array(batch.columns[0..<plan.groupColumns.count]) : plan.groupColumns.map { batch.columns[$0] }
            groups.assign(keys, rowCount: batch.rowCount, groups: numbers)
            reserve()
            if plan.stateTimeToLiveMilliseconds != nil { touch(numbers, batch.rowCount) }
            if plan.phase == .global {
                merge(batch, numbers)
            } else {
                updateRows(batch, numbers)
            }
            mark(numbers, batch.rowCount)
        }
    }

    private func merge(_ batch: Batch, _ numbers: UnsafePointer<Int32>) {
        aggregates.merge(batch, firstColumn: plan.groupColumns.count, groups: numbers)
        let liveRows = self.liveRows.base
        if plan.inputRetracts, let rows = batch.columns.last?.int64 {
            for row in 0..<batch.rowCount { liveRows[Int(numbers[row])] &+= rows[row] }
        } else {
            for row in 0..<batch.rowCount { liveRows[Int(numbers[row])] = 1 }
        }
    }

    private func updateRows(_ batch: Batch, _ numbers: UnsafePointer<Int32>) {
        guard let kinds = batch.kinds else {
            aggregates.update(batch, groups: numbers, signs: nil)
            let liveRows = self.liveRows.base
            for row in 0..<batch.rowCount { liveRows[Int(numbers[row])] &+= 1 }
            return
        }
        let signs = RowSigns.of(kinds, count: batch.rowCount)
        guard count(signs, numbers) else { return updateInTurn(batch, signs, numbers) }
        signs.withUnsafeBufferPointer { aggregates.update(batch, groups: numbers, signs: $0.baseAddress) }
    }

    /// Counts the rows of groups; counts nothing and says so where one is taken back that is not there.
    private func count(_ signs: [Int8], _ numbers: UnsafePointer<Int32>) -> Bool {
        let liveRows = self.liveRows.base
        for row in signs.indices {
            let group = Int(numbers[row])
            liveRows[group] &+= Int64(signs[row])
            guard liveRows[group] < 0 else { continue }
            for counted in 0...row { liveRows[Int(numbers[counted])] &-= Int64(signs[counted]) }
            return false
        }
        return true
    }

    /// One row after the other, as Flink: what is taken back from an empty group, because it was forgotten or never
    /// came, is passed over, and a group that became empty begins anew.
    private func updateInTurn(_ batch: Batch, _ signs: [Int8], _ numbers: UnsafePointer<Int32>) {
        let liveRows = self.liveRows.base
        var rows: [Int32] = []
        for row in 0..<batch.rowCount {
            let group = Int(numbers[row])
            guard signs[row] > 0 || liveRows[group] > 0 else { continue }
            liveRows[group] &+= Int64(signs[row])
            rows.append(Int32(truncatingIfNeeded: row))
            guard liveRows[group] == 0 else { continue }
            update(batch, rows, signs, numbers)
            rows.removeAll(keepingCapacity: true)
            aggregates.clear(group)
        }
        update(batch, rows, signs, numbers)
    }

    private func update(
        _ batch: Batch, _ rows: [Int32], _ signs: [Int8], _ numbers: UnsafePointer<Int32>
    ) {
        guard !rows.isEmpty else { return }
        let part = rows.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress ?? numbers, count: $0.count) }
        let partNumbers = rows.map { numbers[Int($0)] }
        let partSigns = rows.map { signs[Int($0)] }
        partNumbers.withUnsafeBufferPointer { numbers in
            partSigns.withUnsafeBufferPointer { signs in
                guard let base = numbers.baseAddress else { return }
                aggregates.update(part, groups: base, signs: signs.baseAddress)
            }
        }
    }

    func reserve() {
        aggregates.reserve(groups: groups.count)
        liveRows.reserve(groups.count)
        isEmitted.reserve(groups.count)
        marks.reserve(groups.count)
        if plan.stateTimeToLiveMilliseconds != nil { touched.reserve(groups.count) }
        for column in previous { column.extendWithNulls(to: groups.count) }
    }

    private func mark(_ numbers: UnsafePointer<Int32>, _ rowCount: Int) {
        let marks = self.marks.base
        let wanted = keepsChanges ? Mark.changed | Mark.unsaved : Mark.changed
        for row in 0..<rowCount where marks[Int(numbers[row])] & wanted != wanted {
            let group = Int(numbers[row])
            if marks[group] & Mark.changed == 0 { changed.append(Int32(truncatingIfNeeded: group)) }
            if marks[group] & wanted & Mark.unsaved == 0, keepsChanges {
                unsaved.append(Int32(truncatingIfNeeded: group))
            }
            marks[group] |= wanted
        }
    }

    // MARK: time to live

    private func touch(_ numbers: UnsafePointer<Int32>, _ rowCount: Int) {
        let now = wallMilliseconds()
        let touched = self.touched.base
        for row in 0..<rowCount where touched[Int(numbers[row])] != now {
            let group = Int(numbers[row])
            if isExpired(group, now) { forget(group) }
            touched[group] = now
        }
    }

    private func isExpired(_ group: Int, _ now: Int64) -> Bool {
        guard let limit = plan.stateTimeToLiveMilliseconds, touched.base[group] != 0 else { return false }
        return touched.base[group] &+ limit <= now
    }

    /// The group begins anew; what was emitted for it stays downstream.
    func forget(_ group: Int) {
        aggregates.clear(group)
        liveRows.base[group] = 0
        isEmitted.base[group] = 0
    }

    private func sweep() {
        guard let limit = plan.stateTimeToLiveMilliseconds else { return }
        let now = wallMilliseconds()
        guard now &- lastSweep >= max(1, limit / 4) else { return }
        lastSweep = now
        for group in 0..<groups.count where marks.base[group] & (Mark.changed | Mark.dead) == 0 {
            guard isExpired(group, now) else { continue }
            forget(group)
            markDead(group)
        }
    }

    func markDead(_ group: Int) {
        guard marks.base[group] & Mark.dead == 0 else { return }
        marks.base[group] |= Mark.dead
        deadCount += 1
    }

    // MARK: output

    func flush(output: NodeRuntime) throws {
        guard !emitsAtEndOnly else { return }
        try emitChanged(output)
        sweep()
        compactIfWorthwhile()
    }

    func inputEnded(_ input: Int, output: NodeRuntime) throws {
        if emitsAtEndOnly && keyTypes.isEmpty && groups.count == 0 && !hasEnded { makeEmptyGroup() }
        try emitChanged(output)
        if emitsAtEndOnly { endForGood() }
    }

    /// Final rows are emitted once, however often a job that is over is started again.
    private func endForGood() {
        hasEnded = true
        guard keepsChanges else { return }
        aggregates.clearAll(groups: groups.count)
        for group in 0..<groups.count {
            liveRows.base[group] = 0
            isEmitted.base[group] = 0
            if marks.base[group] & Mark.unsaved == 0 { unsaved.append(Int32(truncatingIfNeeded: group)) }
            marks.base[group] |= Mark.unsaved
        }
    }

    /// In batch mode an aggregate without GROUP BY has a row also over no rows at all.
    private func makeEmptyGroup() {
        var number: Int32 = 0
        groups.assign([], rowCount: 1, groups: &number)
        reserve()
        liveRows.base[0] = 1
        mark(&number, 1)
    }
}

/// +1 and -1 for the kinds of rows.
enum RowSigns {
    static func of(_ kinds: [UInt8], count: Int) -> [Int8] {
        [Int8](unsafeUninitializedCapacity: count) { buffer, initialized in
            for row in 0..<count {
                let isAddition = kinds[row] == RowKind.insert.rawValue || kinds[row] == RowKind.updateAfter.rawValue
                buffer[row] = isAddition ? 1 : -1
            }
            initialized = count
        }
    }
}
