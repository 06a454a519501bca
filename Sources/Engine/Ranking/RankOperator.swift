import Columnar
import ConnectorContract
import StreamSQL

/// Top-N, paging and the last row of a key: keeps the rows of each partition that have the numbers asked for.
///
/// What changed in a partition is emitted when the pipeline flushes, once however often it changed: with numbers as
/// an update of each number whose row is another, without as the rows that went and the rows that came.
final class RankOperator: Operator {
    private let plan: RankPlan
    private let buffer: RankBuffer

    init(
        _ plan: RankPlan, inputFields: [Field], isBatchMode: Bool, keepsChanges: Bool, upkeep: StateUpkeep,
        seed: UInt64, wallMilliseconds: @escaping () -> Int64
    ) {
        self.plan = plan
        buffer = RankBuffer(
            plan, inputFields: inputFields, seed: seed, emitsChanges: !isBatchMode,
            entries: keepsChanges ? StateWriter() : nil, upkeep: upkeep, wallMilliseconds: wallMilliseconds)
    }

    var stateRows: Int { buffer.store.count }
    var stateWriters: [StateWriter] { buffer.entries.map { [$0] } ?? [] }
    var stateBytes: Int { buffer.byteSize }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws { buffer.add(batch) }

    func flush(output: NodeRuntime) throws {
        guard let changes = buffer.changes else { return }
        guard !changes.touched.isEmpty else { return buffer.tidy() }
        var picks = RankPicks(plan)
        var new: [Int32] = []
        for (position, group) in changes.touched.enumerated() {
            new.removeAll(keepingCapacity: true)
            buffer.lists.append(buffer.visible, of: Int(group), to: &new)
            let old = changes.old(at: position)
            picks.add(old: old, new: new[...], buffer)
            for id in old { changes.hide(id) }
            for id in new { changes.show(id) }
            if picks.rows.count >= 4_096 { try emit(&picks, output) }
        }
        try emit(&picks, output)
        changes.clear(buffer.store)
        buffer.tidy()
    }

    /// In batch mode the rows leave at the end, all at once.
    func inputEnded(_ input: Int, output: NodeRuntime) throws {
        guard buffer.changes == nil else { return }
        var picks = RankPicks(plan)
        var rows: [Int32] = []
        for group in 0..<buffer.groups.count {
            rows.removeAll(keepingCapacity: true)
            buffer.lists.append(buffer.visible, of: group, to: &rows)
            picks.add(old: [], new: rows[...], buffer)
            if picks.rows.count >= 4_096 { try emit(&picks, output) }
        }
        try emit(&picks, output)
    }

    private func emit(_ picks: inout RankPicks, _ output: NodeRuntime) throws {
        for start in stride(from: 0, to: picks.rows.count, by: 4_096) {
            try output.emit(picks.batch(start..<min(start + 4_096, picks.rows.count), buffer.store))
        }
        picks.removeAll()
    }

    // MARK: state

    func snapshot(epoch: UInt64) throws -> [StateChange] { try buffer.takeChanges() }
    func wholeSnapshot(epoch: UInt64) throws -> [StateChange] { try buffer.takeChanges(isWhole: true) }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        try buffer.restore(changes, ownership: ownership)
    }
}
