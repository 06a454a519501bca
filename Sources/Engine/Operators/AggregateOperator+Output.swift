import Columnar
import StreamSQL

// Output: what changed since the last flush, as rows to take back and rows to add.
extension AggregateOperator {
    /// Groups whose rows are made together.
    private static let groupsAtOnce = 2_048

    func emitChanged(_ output: NodeRuntime) throws {
        guard !changed.isEmpty else { return }
        let list = changed
        changed.removeAll(keepingCapacity: true)
        for start in stride(from: 0, to: list.count, by: Self.groupsAtOnce) {
            try emit(Array(list[start..<min(start + Self.groupsAtOnce, list.count)]), output)
        }
    }

    /// Rows to emit, in one order: where they stand in the list of groups, and their kinds.
    private struct Picks {
        var positions: [Int32] = []
        var kinds: [UInt8] = []
        /// Which of the rows are as they were before.
        var oldPlaces: [Int32] = []

        mutating func add(_ position: Int, _ kind: RowKind) {
            if !kind.isAddition { oldPlaces.append(Int32(truncatingIfNeeded: positions.count)) }
            positions.append(Int32(truncatingIfNeeded: position))
            kinds.append(kind.rawValue)
        }
    }

    private func emit(_ list: [Int32], _ output: NodeRuntime) throws {
        let results = aggregates.results(list)
        let picks = pick(list, hasChanged: changes(list, results))
        guard !picks.positions.isEmpty else { return }
        let batch = changeBatch(list, picks, results)
        if !emitsAtEndOnly {
            for (previous, result) in zip(previous, results) { previous.overwrite(list, from: result) }
        }
        try output.emit(batch)
    }

    /// 1 for each group of the list whose results are not those emitted last.
    private func changes(_ list: [Int32], _ results: [Column]) -> [UInt8] {
        // With a time to live the same result goes out again, to be kept downstream too.
        let goesAgain = plan.stateTimeToLiveMilliseconds != nil
        var result = [UInt8](repeating: goesAgain ? 1 : 0, count: list.count)
        guard !goesAgain else { return result }
        for (previous, fresh) in zip(previous, results) {
            previous.compare(list, with: fresh, into: &result)
            if result.allSatisfy({ $0 == 1 }) { break }
        }
        return result
    }

    /// Decides what each group gives, and that it stands downstream then.
    private func pick(_ list: [Int32], hasChanged: [UInt8]) -> Picks {
        let (marks, liveRows, isEmitted) = (self.marks.base, self.liveRows.base, self.isEmitted.base)
        let emitsUpdateBefore = plan.emitsUpdateBefore
        var picks = Picks()
        picks.positions.reserveCapacity(list.count * 2)
        picks.kinds.reserveCapacity(list.count * 2)
        for (position, number) in list.enumerated() {
            let group = Int(number)
            marks[group] &= ~Mark.changed
            let isLive = liveRows[group] > 0
            switch (isEmitted[group] == 1, isLive) {
            case (false, true): picks.add(position, .insert)
            case (true, false): picks.add(position, .delete)
            case (true, true):
                guard hasChanged[position] == 1 else { continue }
                if emitsUpdateBefore { picks.add(position, .updateBefore) }
                picks.add(position, .updateAfter)
            case (false, false): break
            }
            isEmitted[group] = isLive ? 1 : 0
            if isLive {
                if marks[group] & Mark.dead != 0 { deadCount -= 1 }
                marks[group] &= ~Mark.dead
            } else {
                aggregates.clear(group)
                markDead(group)
            }
        }
        return picks
    }

    /// Builds the rows: what is taken back comes from `previous`, what is added from `results`.
    private func changeBatch(_ list: [Int32], _ picks: Picks, _ results: [Column]) -> Batch {
        let groupRows = picks.positions.map { list[Int($0)] }
        let oldPlaces = picks.oldPlaces
        let oldRows = oldPlaces.map { groupRows[Int($0)] }
        var columns = groups.keys.map { $0.gathered(groupRows) }
        for (previous, result) in zip(previous, results) {
            columns.append(previous.mixed(into: result, rows: picks.positions, places: oldPlaces, oldRows: oldRows))
        }
        return Batch(columns: columns, rowCount: picks.positions.count, kinds: picks.kinds)
    }
}
