import Columnar
import ConnectorContract
import StreamSQL

/// The rows of all partitions in their order: at most so many of each where rows are only added, else all of them.
final class RankBuffer {
    let plan: RankPlan
    let groups: GroupTable
    let store: RowSlots
    let order: RowOrder
    let lists: OrderedRows
    let journal: RankJournal?
    let entries: StateWriter?
    /// When rows that are stored as blocks are written anew; nil where they are stored by key.
    var upkeep: StateUpkeep?
    /// The state was restored from the other form than the one it is written in: the next epoch writes it anew.
    var isStoredOtherwise = false
    /// What has to be emitted anew; nil where rows leave once, at the end.
    let changes: RankChanges?
    let index: RowIndex?
    /// Rows kept of a partition.
    let bound: Int
    /// For full partitions the prefix of the last row: what is behind it never enters.
    let thresholds = StateArray<UInt64>(zero: .max)
    let seed: UInt64
    var nextSequence: Int64 = 0
    let idle: IdleGroups?
    /// Told of each row that is forgotten while it stands downstream, before its number is used again.
    var didForget: ((Int32) -> Void)?
    /// So many partitions make it worth while to look for those without rows.
    private var leastLook = RankBuffer.leastLooked
    private static let leastLooked = 4_096
    var ids: [Int32] = []
    private var survivors: [Int32] = []

    /// `entries` takes what epochs store; nil where there are none. With `upkeep` rows are stored as blocks if the plan
    /// allows for it.
    init(
        _ plan: RankPlan, inputFields: [Field], seed: UInt64, emitsChanges: Bool, entries: StateWriter?,
        upkeep: StateUpkeep? = nil, wallMilliseconds: @escaping () -> Int64 = { 0 }
    ) {
        idle = IdleGroups.make(plan.stateTimeToLiveMilliseconds, wallMilliseconds)
        self.plan = plan
        self.seed = seed
        store = RowSlots(types: inputFields.map(\.type))
        order = RowOrder(plan.order, prefersLatest: plan.prefersLatest, store: store)
        lists = OrderedRows(order)
        groups = GroupTable(keyTypes: plan.partition.map { inputFields[$0].type.nullable(true) }, seed: seed)
        index = plan.inputRetracts ? RowIndex(store) : nil
        bound = plan.inputRetracts ? .max : max(0, plan.to)
        changes = emitsChanges ? RankChanges() : nil
        self.entries = entries
        // Blocks can't tell that a row went without a better one in its place. Single rows overwrite each other under
        // their partition, as they do in the other form of this operator.
        let isBounded = (2..<Int.max).contains(bound) && !plan.inputUpserts && plan.stateTimeToLiveMilliseconds == nil
        self.upkeep = isBounded ? upkeep : nil
        let texts = self.upkeep.map { [store] in PooledTexts(store.columns, id: $0.ownNumber) }
        journal = entries.map { [bound] in
            RankJournal(
                plan.partition, keepsOne: bound == 1,
                tellsRemovals: bound != 1 || plan.inputUpserts || plan.stateTimeToLiveMilliseconds != nil,
                texts: texts, entries: $0)
        }
    }

    var byteSize: Int {
        store.byteSize + order.byteSize + lists.byteSize + groups.byteSize + (index?.byteSize ?? 0)
            + (changes?.byteSize ?? 0)
    }

    /// The positions of the rows that are to be seen.
    var visible: Range<Int> { plan.to < plan.from ? 0..<0 : (plan.from - 1)..<plan.to }

    func add(_ batch: Batch) {
        guard bound > 0 else { return }
        let rowCount = batch.rowCount
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: rowCount) { numbers in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: rowCount) { prefixes in
                guard let numbers = numbers.baseAddress, let prefixes = prefixes.baseAddress else { return }
                groups.assign(plan.partition.map { batch.columns[$0] }, rowCount: rowCount, groups: numbers)
                lists.reserve(groups.count)
                thresholds.reserve(groups.count)
                changes?.reserve(groups: groups.count)
                idle?.touch(numbers, count: rowCount, groups: groups.count) { forget($0) }
                order.prefixes(of: batch, into: prefixes)
                if let index {
                    apply(batch, numbers, prefixes, index)
                } else if plan.inputUpserts {
                    replace(batch, numbers, prefixes)
                } else {
                    addBounded(batch, 0..<rowCount, numbers, prefixes)
                }
            }
        }
    }

    /// Stores rows of a batch; their numbers are in `ids` afterwards.
    func store(_ batch: Batch, _ rows: [Int32], _ prefixes: UnsafePointer<UInt64>) {
        if ids.count < rows.count { ids = Array(repeating: 0, count: rows.count) }
        rows.withUnsafeBufferPointer { chosen in
            ids.withUnsafeMutableBufferPointer { ids in
                guard let rows = chosen.baseAddress, let ids = ids.baseAddress else { return }
                store.add(batch, rows: rows, count: chosen.count, ids: ids)
            }
        }
        order.reserve(store.places)
        changes?.reserve(rows: store.places)
        journal?.reserve(store.places)
        for position in rows.indices {
            let id = Int(ids[position])
            order.prefixes.base[id] = prefixes[Int(rows[position])]
            order.sequences.base[id] = nextSequence
            nextSequence += 1
        }
    }

    // MARK: Rows that are forgotten

    /// Forgets partitions that nothing came for, and gives back the places of those without rows; to be called when
    /// nothing waits to be emitted.
    func tidy() {
        idle?.sweep(groups: groups.count) { forget($0) }
        // Where rows are only added no partition is ever without.
        guard idle != nil || index != nil || plan.inputUpserts, groups.count >= leastLook else { return }
        if let kept = IdleGroups.worthKeeping(of: groups.count, isDead: { lists.count($0) == 0 }) {
            groups.compact(keeping: kept)
            lists.compact(keeping: kept)
            thresholds.compact(keeping: kept)
            idle?.compact(keeping: kept)
        }
        leastLook = max(Self.leastLooked, groups.count + groups.count / 2)
    }

    /// The partition begins anew; what stands downstream stays there.
    private func forget(_ group: Int) {
        // What waits to be emitted refers to its rows; it is forgotten when it is idle once more.
        guard changes?.isTouched(group) != true else { return }
        var rows: [Int32] = []
        lists.append(0..<lists.count(group), of: group, to: &rows)
        for id in rows.reversed() {
            lists.remove(id, from: group)
            guard let index else { continue }
            let columns = store.columns.map { $0.gathered([id]) }
            var hash: UInt64 = 0
            hashColumns(Batch(columns: columns, rowCount: 1), Array(columns.indices), seed: seed, into: &hash)
            // Of equal rows any may be taken, for all of them go; they are read as long as one of them is looked for.
            _ = index.take(columns, row: 0, hash: hash)
        }
        for id in rows { forgetRow(id) }
        thresholds.base[group] = .max
    }

    private func forgetRow(_ id: Int32) {
        changes?.hide(id)
        didForget?(id)
        release(id)
    }

    // MARK: Rows that are only added

    private func addBounded(
        _ batch: Batch, _ range: Range<Int>, _ numbers: UnsafePointer<Int32>, _ prefixes: UnsafePointer<UInt64>
    ) {
        survivors.removeAll(keepingCapacity: true)
        let thresholds = self.thresholds.base
        for row in range where prefixes[row] <= thresholds[Int(numbers[row])] {
            survivors.append(Int32(truncatingIfNeeded: row))
        }
        guard !survivors.isEmpty else { return }
        // The lists come from far while the rows are stored.
        for row in survivors { lists.prefetch(Int(numbers[Int(row)])) }
        store(batch, survivors, prefixes)
        for position in survivors.indices {
            if position &+ 8 < survivors.count {
                lists.prefetchRows(Int(numbers[Int(survivors[position &+ 8])]), bound: bound)
            }
            enter(ids[position], into: Int(numbers[Int(survivors[position])]))
        }
    }

    /// A row takes the place of its partition's row; one that deletes takes it away.
    private func replace(
        _ batch: Batch, _ numbers: UnsafePointer<Int32>, _ prefixes: UnsafePointer<UInt64>
    ) {
        var first = 0
        while first < batch.rowCount {
            var end = first
            while end < batch.rowCount, batch.kind(end).isAddition { end += 1 }
            if end > first { addBounded(batch, first..<end, numbers, prefixes) }
            if end < batch.rowCount { empty(Int(numbers[end])) }
            first = end + 1
        }
    }

    private func empty(_ group: Int) {
        guard lists.count(group) > 0 else { return }
        changes?.willChange(group, lists, visible)
        let last = lists.last(group)
        lists.removeLast(group)
        release(last)
        thresholds.base[group] = .max
    }

    private func enter(_ id: Int32, into group: Int) {
        let count = lists.count(group)
        if count >= bound {
            let last = lists.last(group)
            guard order.isBefore(id, last) else { return store.remove(id) }
            changes?.willChange(group, lists, visible)
            lists.removeLast(group)
            release(last)
        } else {
            changes?.willChange(group, lists, visible)
        }
        lists.insert(id, into: group)
        journal?.added(id)
        if count + 1 >= bound { thresholds.base[group] = order.prefixes.base[Int(lists.last(group))] }
    }

    /// A row has left its list; it is given back once nothing refers to it.
    private func release(_ id: Int32) {
        journal?.removed(id, store, order)
        if changes?.bury(id) != true { store.remove(id) }
    }

    // MARK: Rows that come and go

    private func apply(
        _ batch: Batch, _ numbers: UnsafePointer<Int32>, _ prefixes: UnsafePointer<UInt64>, _ index: RowIndex
    ) {
        survivors.removeAll(keepingCapacity: true)
        for row in 0..<batch.rowCount where batch.kind(row).isAddition {
            survivors.append(Int32(truncatingIfNeeded: row))
        }
        store(batch, survivors, prefixes)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: batch.rowCount) { scratch in
            guard let hashes = scratch.baseAddress else { return }
            hashColumns(batch, Array(batch.columns.indices), seed: seed, into: hashes)
            var next = 0
            for row in 0..<batch.rowCount {
                let group = Int(numbers[row])
                changes?.willChange(group, lists, visible)
                if next < survivors.count, Int(survivors[next]) == row {
                    index.insert(ids[next], hash: hashes[row])
                    lists.insert(ids[next], into: group)
                    journal?.added(ids[next])
                    next += 1
                } else if let id = index.take(batch.columns, row: row, hash: hashes[row]) {
                    lists.remove(id, from: group)
                    release(id)
                }
            }
        }
    }

    /// Takes the first rows of the one partition out of its list as long as they are wanted, a bounded number of them.
    /// They stay readable: the caller gives them back to the store.
    func takeFirst(_ limit: Int, while isWanted: (RowSlots, Int32) -> Bool) -> [Int32] {
        guard groups.count > 0 else { return [] }
        var ids: [Int32] = []
        lists.append(0..<limit, of: 0, to: &ids)
        let wanted = Array(ids.prefix { isWanted(store, $0) })
        for id in wanted {
            lists.remove(id, from: 0)
            journal?.removed(id, store, order)
        }
        return wanted
    }
}
