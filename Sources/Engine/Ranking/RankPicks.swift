import Columnar
import StreamSQL

/// The difference between the rows of a partition that stand downstream and those that should, as changes.
struct RankPicks {
    private let plan: RankPlan
    private(set) var rows: [Int32] = []
    private var kinds: [UInt8] = []
    private var numbers: [Int64] = []

    init(_ plan: RankPlan) { self.plan = plan }

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        kinds.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
    }

    mutating func add(old: ArraySlice<Int32>, new: ArraySlice<Int32>, _ buffer: RankBuffer) {
        if plan.emitsNumber || plan.from == plan.to {
            addByNumber(old, new, buffer)
        } else {
            addAsSets(old, new, buffer.store)
        }
    }

    /// Each number is a row of its own downstream.
    private mutating func addByNumber(_ old: ArraySlice<Int32>, _ new: ArraySlice<Int32>, _ buffer: RankBuffer) {
        let prefixes = buffer.order.prefixes.base
        for position in 0..<max(old.count, new.count) {
            let before = position < old.count ? old[old.startIndex + position] : -1
            let after = position < new.count ? new[new.startIndex + position] : -1
            if before < 0 {
                add(after, .insert, position)
            } else if after < 0 {
                add(before, .delete, position)
            } else if before != after,
                // Most differ in what they are ordered by.
                prefixes[Int(before)] != prefixes[Int(after)] || !buffer.store.areEqual(before, after)
            {
                if plan.emitsUpdateBefore { add(before, .updateBefore, position) }
                add(after, .updateAfter, position)
            }
        }
    }

    /// Which rows are there counts, not in what order. What goes leaves before what comes.
    private mutating func addAsSets(_ old: ArraySlice<Int32>, _ new: ArraySlice<Int32>, _ store: RowSlots) {
        guard !old.isEmpty else {
            for id in new { add(id, .insert, 0) }
            return
        }
        let before = old.sorted()
        let after = new.sorted()
        var gone: [Int32] = []
        var came: [Int32] = []
        var (first, second) = (0, 0)
        while first < before.count || second < after.count {
            if second == after.count || (first < before.count && before[first] < after[second]) {
                gone.append(before[first])
                first += 1
            } else if first == before.count || after[second] < before[first] {
                came.append(after[second])
                second += 1
            } else {
                first += 1
                second += 1
            }
        }
        if plan.inputRetracts { cancel(&gone, &came, store) }
        for id in gone { add(id, .delete, 0) }
        for id in came { add(id, .insert, 0) }
    }

    /// A row that went and came again under another number has not changed.
    private func cancel(_ gone: inout [Int32], _ came: inout [Int32], _ store: RowSlots) {
        // Beyond this the search would cost more than the needless changes.
        guard !gone.isEmpty, !came.isEmpty, gone.count * came.count <= 65_536 else { return }
        gone.removeAll { id in
            guard let match = came.firstIndex(where: { store.areEqual($0, id) }) else { return false }
            came.remove(at: match)
            return true
        }
    }

    private mutating func add(_ id: Int32, _ kind: RowKind, _ position: Int) {
        rows.append(id)
        kinds.append(kind.rawValue)
        if plan.emitsNumber { numbers.append(Int64(truncatingIfNeeded: plan.from &+ position)) }
    }

    /// Some of the changes as a batch.
    func batch(_ range: Range<Int>, _ store: RowSlots) -> Batch {
        var columns = store.gathered(Array(rows[range]))
        if plan.emitsNumber {
            let column = Column(DataType(.bigint, isNullable: false), capacity: range.count)
            for (row, position) in range.enumerated() { column.int64[row] = numbers[position] }
            columns.append(column)
        }
        let chosen = kinds[range]
        let isAppend = chosen.allSatisfy { $0 == RowKind.insert.rawValue }
        return Batch(columns: columns, rowCount: range.count, kinds: isAppend ? nil : Array(chosen))
    }
}
