import CPlatform
import Columnar
import ConnectorContract
import StreamSQL

/// The first row of each partition where rows are only added: the last row of a key, the best bid of an auction.
///
/// A partition's number is the place of its row, which better rows overwrite; of the rows of one batch only the best
/// of each partition is stored at all. What changed leaves when the pipeline flushes, in batch mode at the end.
/// Writing and reading state is in `TopRowOperator+State.swift`.
final class TopRowOperator: Operator {
    let plan: RankPlan
    let types: [DataType]
    let groups: GroupTable
    let rows: TopRows
    /// What stands of each partition, as ``Flags``.
    private let flags = StateArray<UInt8>(zero: 0)
    private let prefixes = StateArray<UInt64>(zero: 0)
    /// Within a batch: the best row so far of each partition, -1 for none.
    private let best = StateArray<Int32>(zero: -1)
    private let isBatchMode: Bool
    /// What goes into the next epoch; nil where there are none.
    let blocks: StateWriter?
    var upkeep: StateUpkeep
    /// The state was restored from entries by key: the next epoch writes it anew.
    var isStoredByKey = false

    /// Partitions whose first row came since the last flush.
    private var new: [Int32] = []
    /// Rows that stand downstream and have been overwritten since.
    private var replaced: [(groups: [Int32], columns: [Column])] = []
    private(set) var unsaved: [Int32] = []

    private enum Flags {
        static let hasRow: UInt8 = 1
        static let isShown: UInt8 = 2
        static let isReplaced: UInt8 = 4
        static let isUnsaved: UInt8 = 8
    }

    init(
        _ plan: RankPlan, inputFields: [Field], isBatchMode: Bool, keepsChanges: Bool, upkeep: StateUpkeep,
        seed: UInt64
    ) {
        self.plan = plan
        self.upkeep = upkeep
        self.isBatchMode = isBatchMode
        types = inputFields.map { $0.type.nullable(true) }
        groups = GroupTable(keyTypes: plan.partition.map { inputFields[$0].type.nullable(true) }, seed: seed)
        rows = TopRows(types, keys: groups, partition: plan.partition)
        blocks = keepsChanges ? StateWriter() : nil
    }

    /// Whether the operator can do what a plan asks for.
    static func fits(_ plan: RankPlan) -> Bool {
        plan.from == 1 && plan.to == 1 && !plan.emitsNumber && !plan.inputRetracts && !plan.inputUpserts
            && plan.window == nil
    }

    var stateRows: Int { groups.count }
    var stateWriters: [StateWriter] { blocks.map { [$0] } ?? [] }
    var stateBytes: Int {
        rows.byteSize + groups.byteSize + flags.capacity * 13 + (new.count + unsaved.count) * 4
            + (blocks?.byteSize ?? 0)
    }

    // MARK: rows

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        let rowCount = batch.rowCount
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: rowCount) { numbers in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: rowCount) { order in
                guard let numbers = numbers.baseAddress, let order = order.baseAddress else { return }
                groups.assign(plan.partition.map { batch.columns[$0] }, rowCount: rowCount, groups: numbers)
                reserve()
                RowOrder.prefixes(of: batch, plan.order, into: order)
                let winners = choose(batch, numbers, order)
                if !winners.isEmpty { store(batch, winners, order) }
            }
        }
    }

    private func reserve() {
        flags.reserve(groups.count)
        prefixes.reserve(groups.count)
        best.reserve(groups.count)
        rows.extend(to: groups.count)
    }

    /// The partitions that get another row; ``best`` tells which.
    private func choose(
        _ batch: Batch, _ numbers: UnsafePointer<Int32>, _ order: UnsafePointer<UInt64>
    ) -> [Int32] {
        let (flags, best, prefixes) = (self.flags.base, self.best.base, self.prefixes.base)
        var winners: [Int32] = []
        let rowCount = batch.rowCount
        for row in 0..<rowCount {
            if row &+ 16 < rowCount {
                let ahead = Int(numbers[row &+ 16])
                millrace_prefetch(flags + ahead)
                millrace_prefetch(best + ahead)
                millrace_prefetch(prefixes + ahead)
            }
            let group = Int(numbers[row])
            let rival = Int(best[group])
            if rival >= 0 {
                if order[row] > order[rival] { continue }
                if order[row] == order[rival], !isBetter(batch, row, than: rival) { continue }
            } else {
                if flags[group] & Flags.hasRow != 0 {
                    if order[row] > prefixes[group] { continue }
                    if order[row] == prefixes[group], !isBetter(batch, row, thanStored: group) { continue }
                }
                winners.append(numbers[row])
            }
            best[group] = Int32(truncatingIfNeeded: row)
        }
        return winners
    }

    /// Of two rows with the same prefix; the first came later.
    private func isBetter(_ batch: Batch, _ row: Int, than rival: Int) -> Bool {
        for key in plan.order {
            let column = batch.columns[key.column]
            let order = RowOrder.compare(column, row, column, rival, key)
            if order != 0 { return order < 0 }
        }
        return plan.prefersLatest
    }

    private func isBetter(_ batch: Batch, _ row: Int, thanStored group: Int) -> Bool {
        for key in plan.order {
            let order = RowOrder.compare(batch.columns[key.column], row, rows.column(key.column), group, key)
            if order != 0 { return order < 0 }
        }
        return plan.prefersLatest
    }

    private func store(_ batch: Batch, _ winners: [Int32], _ order: UnsafePointer<UInt64>) {
        let chosen = winners.map { best.base[Int($0)] }
        var overwritten: [Int32] = []
        for (group, row) in zip(winners, chosen) {
            let number = Int(group)
            best.base[number] = -1
            prefixes.base[number] = order[Int(row)]
            if blocks != nil, flags.base[number] & Flags.isUnsaved == 0 {
                flags.base[number] |= Flags.isUnsaved
                unsaved.append(group)
            }
            if flags.base[number] & Flags.hasRow == 0 {
                flags.base[number] |= Flags.hasRow
                if !isBatchMode { new.append(group) }
            } else if flags.base[number] & (Flags.isShown | Flags.isReplaced) == Flags.isShown {
                flags.base[number] |= Flags.isReplaced
                overwritten.append(group)
            }
        }
        if !overwritten.isEmpty { replaced.append((overwritten, rows.gathered(overwritten))) }
        rows.set(winners, from: batch, rows: chosen)
    }

    // MARK: output

    func flush(output: NodeRuntime) throws {
        guard !isBatchMode else { return }
        try emit(new, output)
        for group in new { flags.base[Int(group)] |= Flags.isShown }
        new.removeAll(keepingCapacity: true)
        for part in replaced {
            for group in part.groups { flags.base[Int(group)] &= ~Flags.isReplaced }
            try emitUpdates(part.groups, part.columns, output)
        }
        replaced.removeAll(keepingCapacity: true)
    }

    func inputEnded(_ input: Int, output: NodeRuntime) throws {
        guard isBatchMode else { return }
        try emit((0..<groups.count).map { Int32(truncatingIfNeeded: $0) }, output)
    }

    private func emit(_ groups: [Int32], _ output: NodeRuntime) throws {
        for start in stride(from: 0, to: groups.count, by: 4_096) {
            let part = Array(groups[start..<min(start + 4_096, groups.count)])
            try output.emit(Batch(columns: rows.gathered(part), rowCount: part.count))
        }
    }

    /// Rows that now are others, with what they were before where that is asked for.
    private func emitUpdates(_ groups: [Int32], _ before: [Column], _ output: NodeRuntime) throws {
        var changed: [Int32] = []
        for row in groups.indices where !rows.areEqual(Int(groups[row]), before, row) {
            changed.append(Int32(truncatingIfNeeded: row))
        }
        guard !changed.isEmpty else { return }
        let places = changed.map { groups[Int($0)] }
        let after = rows.gathered(places)
        guard plan.emitsUpdateBefore else {
            let kinds = [UInt8](repeating: RowKind.updateAfter.rawValue, count: changed.count)
            return try output.emit(Batch(columns: after, rowCount: changed.count, kinds: kinds))
        }
        for start in stride(from: 0, to: changed.count, by: 2_048) {
            let range = start..<min(start + 2_048, changed.count)
            let columns = before.indices.map { Self.interleaved(before[$0], changed[range], after[$0], range) }
            var kinds = [UInt8](repeating: RowKind.updateBefore.rawValue, count: range.count * 2)
            for row in 0..<range.count { kinds[row * 2 + 1] = RowKind.updateAfter.rawValue }
            try output.emit(Batch(columns: columns, rowCount: range.count * 2, kinds: kinds))
        }
    }

    /// Rows `chosen` of the first column and rows `range` of the second by turns.
    private static func interleaved(
        _ first: Column, _ chosen: ArraySlice<Int32>, _ second: Column, _ range: Range<Int>
    ) -> Column {
        let result = Column(second.type, capacity: range.count * 2)
        result.adoptOwners(of: first)
        result.adoptOwners(of: second)
        var target = 0
        for (row, other) in zip(chosen, range) {
            ColumnValues.copy(first, Int(row), to: result, target)
            ColumnValues.copy(second, other, to: result, target + 1)
            target += 2
        }
        return result
    }

    // MARK: state

    func markSaved() {
        for group in unsaved { flags.base[Int(group)] &= ~Flags.isUnsaved }
        unsaved.removeAll(keepingCapacity: true)
    }

    /// Takes rows over in the order in which they were stored: of those of one partition the last counts.
    func restore(_ batch: Batch) {
        let rowCount = batch.rowCount
        var numbers = [Int32](repeating: 0, count: rowCount)
        var order = [UInt64](repeating: 0, count: rowCount)
        groups.assign(plan.partition.map { batch.columns[$0] }, rowCount: rowCount, groups: &numbers)
        reserve()
        RowOrder.prefixes(of: batch, plan.order, into: &order)
        var newest: [Int32] = []
        for (row, number) in numbers.enumerated() {
            if best.base[Int(number)] < 0 { newest.append(number) }
            best.base[Int(number)] = Int32(truncatingIfNeeded: row)
        }
        rows.set(newest, from: batch, rows: newest.map { best.base[Int($0)] })
        for number in newest {
            let group = Int(number)
            prefixes.base[group] = order[Int(best.base[group])]
            flags.base[group] = Flags.hasRow | (isBatchMode ? 0 : Flags.isShown)
            best.base[group] = -1
        }
    }
}
