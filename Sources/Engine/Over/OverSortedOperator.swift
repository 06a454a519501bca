import Columnar
import ConnectorContract
import StreamSQL

/// OVER in any order, over rows that come in between and are taken back: keeps the rows of each partition sorted and
/// emits what changed of their results when the pipeline flushes. In batch mode the rows leave at the end.
final class OverSortedOperator: Operator {
    private let plan: OverPlan
    private let buffer: RankBuffer
    private let frame: SortedFrame
    /// By row of the store: what was emitted last, and whether it stands downstream.
    private let results: [GrowableColumn]
    private let isShown = StateArray<UInt8>(zero: 0)
    private let isNew = StateArray<UInt8>(zero: 0)
    private var changes: OverChanges

    init(
        _ plan: OverPlan, inputFields: [Field], isBatchMode: Bool, keepsChanges: Bool, seed: UInt64,
        wallMilliseconds: @escaping () -> Int64 = { 0 }
    ) {
        self.plan = plan
        var order: [SortPlan.Key] = []
        switch plan.order {
        case .sorted(let keys): order = keys
        case .rowTime(let column): order = [SortPlan.Key(column: column, isDescending: false, nullsFirst: true)]
        case .arrival: break
        }
        var rank = RankPlan(partition: plan.partition, order: order, to: .max, inputRetracts: true)
        rank.stateTimeToLiveMilliseconds = plan.stateTimeToLiveMilliseconds
        buffer = RankBuffer(
            rank, inputFields: inputFields, seed: seed, emitsChanges: !isBatchMode,
            entries: keepsChanges ? StateWriter() : nil, wallMilliseconds: wallMilliseconds)
        frame = SortedFrame(plan, order: order, store: buffer.store, seed: seed)
        results = plan.calls.map { GrowableColumn($0.resultType.nullable(true)) }
        changes = OverChanges(plan)
        let isShown = self.isShown
        buffer.didForget = { id in if Int(id) < isShown.capacity { isShown.base[Int(id)] = 0 } }
    }

    var stateRows: Int { buffer.store.count }
    var stateBytes: Int { results.reduce(buffer.byteSize) { $0 + $1.byteSize } }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws { buffer.add(batch) }

    func flush(output: NodeRuntime) throws {
        guard let touched = buffer.changes else { return }
        guard !touched.touched.isEmpty else { return buffer.tidy() }
        reserve()
        frame.prepare()
        var new: [Int32] = []
        for (position, group) in touched.touched.enumerated() {
            new.removeAll(keepingCapacity: true)
            buffer.lists.append(buffer.visible, of: Int(group), to: &new)
            let old = touched.old(at: position)
            try update(Array(old), new, output)
            for id in old { touched.hide(id) }
            for id in new { touched.show(id) }
        }
        try changes.emit(buffer.store, output)
        touched.clear(buffer.store)
        buffer.tidy()
    }

    private func reserve() {
        let places = buffer.store.places
        for column in results { column.extendWithNulls(to: places) }
        isShown.reserve(places)
        isNew.reserve(places)
    }

    /// Emits the difference between what a partition showed and what it shows now.
    private func update(_ old: [Int32], _ new: [Int32], _ output: NodeRuntime) throws {
        var same = 0
        while same < old.count, same < new.count, old[same] == new[same] { same += 1 }
        let (begin, computed) = frame.compute(new, from: same)
        for id in new { isNew.base[Int(id)] = 1 }
        for id in old where isNew.base[Int(id)] == 0 && isShown.base[Int(id)] == 1 {
            changes.add(id, .delete, results, row: Int(id))
            isShown.base[Int(id)] = 0
        }
        for id in new { isNew.base[Int(id)] = 0 }
        for position in begin..<max(begin, new.count) {
            let id = Int(new[position])
            let row = position - begin
            if isShown.base[id] == 1 {
                let isSame = results.indices.allSatisfy { results[$0].equals(id, computed[$0].column, row) }
                if isSame { continue }
                changes.add(new[position], .updateBefore, results, row: id)
                changes.add(new[position], .updateAfter, computed, row: row)
            } else {
                changes.add(new[position], .insert, computed, row: row)
            }
            isShown.base[id] = 1
            for (index, column) in results.enumerated() { column.set(id, from: computed[index].column, row: row) }
            if changes.count >= 4_096 { try changes.emit(buffer.store, output) }
        }
    }

    func inputEnded(_ input: Int, output: NodeRuntime) throws {
        guard buffer.changes == nil else { return }
        frame.prepare()
        var ids: [Int32] = []
        for group in 0..<buffer.groups.count {
            ids.removeAll(keepingCapacity: true)
            buffer.lists.append(buffer.visible, of: group, to: &ids)
            let (_, computed) = frame.compute(ids, from: 0)
            for (row, id) in ids.enumerated() {
                changes.add(id, .insert, computed, row: row)
                if changes.count >= 4_096 { try changes.emit(buffer.store, output) }
            }
        }
        try changes.emit(buffer.store, output)
    }

    // MARK: state

    func snapshot(epoch: UInt64) throws -> [StateChange] { try buffer.takeChanges() }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        try buffer.restore(changes, ownership: ownership)
        // What follows from the rows stands downstream already.
        reserve()
        frame.prepare()
        var ids: [Int32] = []
        for group in 0..<buffer.groups.count {
            ids.removeAll(keepingCapacity: true)
            buffer.lists.append(buffer.visible, of: group, to: &ids)
            let (_, computed) = frame.compute(ids, from: 0)
            for (row, id) in ids.enumerated() {
                isShown.base[Int(id)] = 1
                for (index, column) in results.enumerated() {
                    column.set(Int(id), from: computed[index].column, row: row)
                }
            }
        }
    }
}

/// Changes of rows with their results, until they are a batch.
struct OverChanges {
    private let plan: OverPlan
    private var ids: [Int32] = []
    private var kinds: [UInt8] = []
    private var columns: [GrowableColumn] = []

    init(_ plan: OverPlan) {
        self.plan = plan
        columns = plan.calls.map { GrowableColumn($0.resultType, capacity: 4_096) }
    }

    var count: Int { ids.count }

    mutating func add(_ id: Int32, _ kind: RowKind, _ source: [GrowableColumn], row: Int) {
        ids.append(id)
        kinds.append(kind.rawValue)
        for (index, column) in columns.enumerated() { column.append(source[index].column, row: row) }
    }

    mutating func emit(_ store: RowSlots, _ output: NodeRuntime) throws {
        guard !ids.isEmpty else { return }
        let hasChanges = kinds.contains { $0 != RowKind.insert.rawValue }
        let batch = Batch(
            columns: store.gathered(ids) + columns.map(\.column), rowCount: ids.count, kinds: hasChanges ? kinds : nil)
        ids.removeAll(keepingCapacity: true)
        kinds.removeAll(keepingCapacity: true)
        columns = plan.calls.map { GrowableColumn($0.resultType, capacity: 4_096) }
        try output.emit(batch)
    }
}
