import Columnar
import ConnectorContract
import StreamSQL

/// Grouped aggregation over a changelog, in one phase or as the second of two.
///
/// Groups that changed are emitted together when the pipeline flushes, once each however often they changed; an
/// update that changes nothing never leaves.
final class AggregateOperator: Operator {
    private let plan: AggregatePlan
    private let keyTypes: [DataType]
    private let emitsAtEndOnly: Bool
    private let groups: GroupTable
    private let aggregates: AggregateSet
    /// Rows a group stands for; a group without any is gone. Counted only where rows can be taken back.
    private let liveRows = StateArray<Int64>(zero: 0)
    /// 1 while the group's row stands downstream.
    private let isEmitted = StateArray<UInt8>(zero: 0)
    /// 1 while the group is in `changed`, 2 in `unsaved`.
    private let marks = StateArray<UInt8>(zero: 0)
    private var changed: [Int32] = []
    private var unsaved: [Int32] = []
    /// The results last emitted, by group; kept where they are sent again as -U or compared.
    private var previous: [GrowableColumn]

    init(_ plan: AggregatePlan, inputFields: [Field], isBatchMode: Bool, seed: UInt64) {
        self.plan = plan
        keyTypes = plan.groupColumns.map { inputFields[$0].type }
        emitsAtEndOnly = isBatchMode
        groups = GroupTable(keyTypes: keyTypes, seed: seed)
        aggregates = AggregateSet(plan.calls, inputRetracts: plan.inputRetracts, seed: seed)
        previous = plan.calls.map { GrowableColumn($0.resultType.nullable(true)) }
    }

    var stateRows: Int { groups.count }
    var stateBytes: Int { previous.reduce(groups.byteSize + aggregates.byteSize) { $0 + $1.byteSize } }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch.rowCount) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            let keys =
                plan.phase == .global
                ? Array(batch.columns[0..<plan.groupColumns.count]) : plan.groupColumns.map { batch.columns[$0] }
            groups.assign(keys, rowCount: batch.rowCount, groups: numbers)
            reserve()
            if plan.phase == .global {
                aggregates.merge(batch, firstColumn: plan.groupColumns.count, groups: numbers)
                for row in 0..<batch.rowCount { liveRows.base[Int(numbers[row])] = 1 }
            } else {
                updateRows(batch, numbers)
            }
            mark(numbers, batch.rowCount)
        }
    }

    private func updateRows(_ batch: Batch, _ numbers: UnsafePointer<Int32>) {
        guard let kinds = batch.kinds else {
            aggregates.update(batch, groups: numbers, signs: nil)
            for row in 0..<batch.rowCount { liveRows.base[Int(numbers[row])] &+= 1 }
            return
        }
        let signs = kinds.map { RowKind(rawValue: $0)?.isAddition ?? true ? Int8(1) : Int8(-1) }
        signs.withUnsafeBufferPointer { aggregates.update(batch, groups: numbers, signs: $0.baseAddress) }
        for row in 0..<batch.rowCount { liveRows.base[Int(numbers[row])] &+= Int64(signs[row]) }
    }

    private func reserve() {
        aggregates.reserve(groups: groups.count)
        liveRows.reserve(groups.count)
        isEmitted.reserve(groups.count)
        marks.reserve(groups.count)
        for column in previous {
            column.reserve(groups.count)
            while column.count < groups.count { column.appendNull() }
        }
    }

    private func mark(_ numbers: UnsafePointer<Int32>, _ rowCount: Int) {
        let marks = self.marks.base
        for row in 0..<rowCount where marks[Int(numbers[row])] != 3 {
            let group = Int(numbers[row])
            if marks[group] & 1 == 0 { changed.append(Int32(truncatingIfNeeded: group)) }
            if marks[group] & 2 == 0 { unsaved.append(Int32(truncatingIfNeeded: group)) }
            marks[group] = 3
        }
    }

    // MARK: output

    func flush(output: NodeRuntime) throws { if !emitsAtEndOnly { try emitChanged(output) } }

    func inputEnded(_ input: Int, output: NodeRuntime) throws {
        if emitsAtEndOnly && keyTypes.isEmpty && groups.count == 0 { makeEmptyGroup() }
        try emitChanged(output)
    }

    /// In batch mode an aggregate without GROUP BY has a row also over no rows at all.
    private func makeEmptyGroup() {
        var number: Int32 = 0
        groups.assign([], rowCount: 1, groups: &number)
        reserve()
        liveRows.base[0] = 1
        mark(&number, 1)
    }

    private func emitChanged(_ output: NodeRuntime) throws {
        guard !changed.isEmpty else { return }
        let list = changed
        changed.removeAll(keepingCapacity: true)
        for start in stride(from: 0, to: list.count, by: 2_048) {
            try emit(Array(list[start..<min(start + 2_048, list.count)]), output)
        }
    }

    private func emit(_ list: [Int32], _ output: NodeRuntime) throws {
        let results = aggregates.results(list)
        // Positions in `list` of rows to take back and of rows to add, in one order.
        var picks: [(position: Int32, kind: RowKind)] = []
        for (position, number) in list.enumerated() {
            let group = Int(number)
            marks.base[group] &= ~1
            let isLive = liveRows.base[group] > 0
            let wasEmitted = isEmitted.base[group] == 1
            let row = Int32(truncatingIfNeeded: position)
            switch (wasEmitted, isLive) {
            case (false, true): picks.append((row, .insert))
            case (true, false): picks.append((row, .delete))
            case (true, true):
                let isSame = previous.indices.allSatisfy { previous[$0].equals(group, results[$0], position) }
                guard !isSame else { continue }
                if plan.emitsUpdateBefore { picks.append((row, .updateBefore)) }
                picks.append((row, .updateAfter))
            case (false, false): break
            }
            isEmitted.base[group] = isLive ? 1 : 0
        }
        guard !picks.isEmpty else { return }
        let batch = changeBatch(list, picks, results)
        for (position, number) in list.enumerated() {
            for index in previous.indices { previous[index].set(Int(number), from: results[index], row: position) }
        }
        try output.emit(batch)
    }

    /// Builds the rows: what is taken back comes from `previous`, what is added from `results`.
    private func changeBatch(
        _ list: [Int32], _ picks: [(position: Int32, kind: RowKind)], _ results: [Column]
    ) -> Batch {
        let groupRows = picks.map { list[Int($0.position)] }
        var columns = groups.keys.map { $0.gathered(groupRows) }
        let takesBack = picks.contains { !$0.kind.isAddition }
        for index in results.indices {
            if takesBack {
                let merged = GrowableColumn(plan.calls[index].resultType, capacity: picks.count)
                for pick in picks {
                    if pick.kind.isAddition {
                        merged.append(results[index], row: Int(pick.position))
                    } else {
                        merged.append(previous[index].column, row: Int(list[Int(pick.position)]))
                    }
                }
                columns.append(merged.column)
            } else {
                let rows = picks.map(\.position)
                columns.append(
                    rows.withUnsafeBufferPointer { gather(results[index], rows: $0.baseAddress!, count: $0.count) })
            }
        }
        return Batch(columns: columns, rowCount: picks.count, kinds: picks.map(\.kind.rawValue))
    }

    // MARK: state

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        guard !unsaved.isEmpty else { return [] }
        var entries = KeyedEntries()
        for number in unsaved {
            let group = Int(number)
            marks.base[group] &= ~2
            var key = ByteWriter()
            for column in groups.keys { RowCoding.append(column.column, row: group, to: &key) }
            if liveRows.base[group] <= 0 && isEmitted.base[group] == 0 {
                entries.remove(key: key.bytes)
                continue
            }
            var value = ByteWriter()
            value.write(liveRows.base[group])
            aggregates.write(group, to: &value)
            entries.put(key: key.bytes, value: value.bytes)
        }
        unsaved.removeAll(keepingCapacity: true)
        return [StateChange(name: "groups", fold: .keyed, bytes: entries.bytes)]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        for change in changes where change.fold == .keyed {
            try change.bytes.withUnsafeBytes { bytes in
                try KeyedEntries.forEach(in: bytes) { key, value in
                    try restoreGroup(key: key, value: value, ownership)
                }
            }
        }
        // Everything restored stands downstream already: results are what was emitted last.
        for start in stride(from: 0, to: groups.count, by: 4_096) {
            let list = (start..<min(start + 4_096, groups.count)).map { Int32(truncatingIfNeeded: $0) }
            let results = aggregates.results(list)
            for (position, number) in list.enumerated() {
                for index in previous.indices { previous[index].set(Int(number), from: results[index], row: position) }
                isEmitted.base[Int(number)] = liveRows.base[Int(number)] > 0 ? 1 : 0
            }
        }
    }

    private func restoreGroup(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?, _ ownership: Ownership
    ) throws {
        var decoder = RowDecoder(types: keyTypes, capacity: 1)
        var reader = ByteReader(key)
        try decoder.read(&reader, columns: 0..<keyTypes.count)
        decoder.endRow()
        var hash: UInt64 = 0
        hashColumns(decoder.batch(), Array(keyTypes.indices), seed: ownership.seed, into: &hash)
        guard ownership.owns(hash) else { return }
        var number: Int32 = 0
        groups.assign(decoder.columns, rowCount: 1, groups: &number)
        reserve()
        guard let value else {
            liveRows.base[Int(number)] = 0
            return
        }
        var valueReader = ByteReader(value)
        liveRows.base[Int(number)] = try valueReader.read(Int64.self)
        try aggregates.read(Int(number), from: &valueReader)
    }
}
