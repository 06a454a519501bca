import Columnar
import ConnectorContract
import StreamSQL

/// INTERSECT and EXCEPT: counts how often each row is there on either side, and emits how often it is in the result.
///
/// Rows that changed are emitted together when the pipeline flushes.
final class SetOperationOperator: Operator {
    private let plan: SetOperationPlan
    private let emitsAtEndOnly: Bool
    private let groups: GroupTable
    private let left = StateArray<Int64>(zero: 0)
    private let right = StateArray<Int64>(zero: 0)
    /// How often the row stands downstream.
    private let emitted = StateArray<Int64>(zero: 0)
    /// 1 while the row is in `changed`, 2 in `unsaved`.
    private let marks = StateArray<UInt8>(zero: 0)
    /// False where no epoch ever asks what changed.
    private let keepsChanges: Bool
    /// What went with rows whose places were given up since the last epoch.
    private var removed = KeyedEntries()
    private var changed: [Int32] = []
    private var unsaved: [Int32] = []
    private var openInputs = 2
    private let idle: IdleGroups?

    init(
        _ plan: SetOperationPlan, inputFields: [Field], isBatchMode: Bool, seed: UInt64, keepsChanges: Bool,
        wallMilliseconds: @escaping () -> Int64
    ) {
        idle = IdleGroups.make(plan.stateTimeToLiveMilliseconds, wallMilliseconds)
        self.plan = plan
        self.keepsChanges = keepsChanges
        emitsAtEndOnly = isBatchMode
        groups = GroupTable(keyTypes: inputFields.map { $0.type.nullable(true) }, seed: seed)
    }

    var stateRows: Int { groups.count }
    var stateBytes: Int { groups.byteSize + groups.count * 25 }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch.rowCount) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            groups.assign(batch.columns, rowCount: batch.rowCount, groups: numbers)
            reserve()
            idle?.touch(numbers, count: batch.rowCount, groups: groups.count) { forget($0) }
            let counts = input == 0 ? left.base : right.base
            for row in 0..<batch.rowCount {
                let group = Int(numbers[row])
                let isAddition = batch.kind(row).isAddition
                // What is taken back from a row that was forgotten is not there to be taken.
                guard isAddition || idle == nil || counts[group] > 0 else { continue }
                counts[group] &+= isAddition ? 1 : -1
                mark(group)
            }
        }
    }

    private func reserve() {
        left.reserve(groups.count)
        right.reserve(groups.count)
        emitted.reserve(groups.count)
        marks.reserve(groups.count)
    }

    /// The row counts anew; if it stands downstream it stays there.
    private func forget(_ group: Int) {
        left.base[group] = 0
        right.base[group] = 0
        emitted.base[group] = 0
        mark(group)
    }

    private func mark(_ group: Int) {
        guard marks.base[group] != 3 else { return }
        if marks.base[group] & 1 == 0 { changed.append(Int32(truncatingIfNeeded: group)) }
        if marks.base[group] & 2 == 0, keepsChanges { unsaved.append(Int32(truncatingIfNeeded: group)) }
        marks.base[group] = keepsChanges ? 3 : 1
    }

    /// How often a row is in the result.
    private func wanted(_ group: Int) -> Int64 {
        let first = max(0, left.base[group])
        let second = max(0, right.base[group])
        switch (plan.kind, plan.isAll) {
        case (.intersect, true): return min(first, second)
        case (.intersect, false): return first > 0 && second > 0 ? 1 : 0
        case (.except, true): return max(0, first - second)
        case (.except, false): return first > 0 && second == 0 ? 1 : 0
        }
    }

    // MARK: output

    func flush(output: NodeRuntime) throws {
        guard !emitsAtEndOnly else { return }
        try emitChanged(output)
        guard let idle, idle.sweep(groups: groups.count, forget: forget) else { return }
        // What is forgotten is emitted nowhere, and written as gone with the next flush and epoch.
        let kept = IdleGroups.worthKeeping(of: groups.count) {
            left.base[$0] == 0 && right.base[$0] == 0 && emitted.base[$0] == 0
        }
        if let kept { compact(keeping: kept, idle) }
    }

    /// Gives up the places of rows that are forgotten, and renumbers the others.
    private func compact(keeping kept: [Int32], _ idle: IdleGroups) {
        let renumbered = Renumbering(keeping: kept, of: groups.count)
        for number in unsaved where renumbered.isGone(number) { removed.remove(key: keyBytes(number)) }
        unsaved = renumbered(unsaved)
        changed = renumbered(changed)
        groups.compact(keeping: kept)
        left.compact(keeping: kept)
        right.compact(keeping: kept)
        emitted.compact(keeping: kept)
        marks.compact(keeping: kept)
        idle.compact(keeping: kept)
    }

    private func keyBytes(_ number: Int32) -> [UInt8] {
        var key = ByteWriter()
        for column in groups.keys { RowCoding.append(column.column, row: Int(number), to: &key) }
        return key.bytes
    }

    func inputEnded(_ input: Int, output: NodeRuntime) throws {
        openInputs -= 1
        if openInputs == 0 { try emitChanged(output) }
    }

    private func emitChanged(_ output: NodeRuntime) throws {
        var rows: [Int32] = []
        var kinds: [UInt8] = []
        for number in changed {
            let group = Int(number)
            marks.base[group] &= ~1
            var difference = wanted(group) - emitted.base[group]
            emitted.base[group] &+= difference
            let kind: RowKind = difference > 0 ? .insert : .delete
            while difference != 0 {
                rows.append(number)
                kinds.append(kind.rawValue)
                difference += difference > 0 ? -1 : 1
                if rows.count == 4_096 { try emit(&rows, &kinds, output) }
            }
        }
        changed.removeAll(keepingCapacity: true)
        try emit(&rows, &kinds, output)
    }

    private func emit(_ rows: inout [Int32], _ kinds: inout [UInt8], _ output: NodeRuntime) throws {
        guard !rows.isEmpty else { return }
        let isAppend = kinds.allSatisfy { $0 == RowKind.insert.rawValue }
        try output.emit(
            Batch(
                columns: groups.keys.map { $0.gathered(rows) }, rowCount: rows.count, kinds: isAppend ? nil : kinds))
        rows.removeAll(keepingCapacity: true)
        kinds.removeAll(keepingCapacity: true)
    }

    // MARK: state

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        guard !unsaved.isEmpty || !removed.isEmpty else { return [] }
        var entries = removed
        removed = KeyedEntries()
        for number in unsaved {
            let group = Int(number)
            marks.base[group] &= ~2
            let key = keyBytes(number)
            guard left.base[group] != 0 || right.base[group] != 0 else {
                entries.remove(key: key)
                continue
            }
            var value = ByteWriter()
            value.write(left.base[group])
            value.write(right.base[group])
            entries.put(key: key, value: value.bytes)
        }
        unsaved.removeAll(keepingCapacity: true)
        return [StateChange(name: "rows", fold: .keyed, bytes: entries.bytes)]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        for change in changes where change.fold == .keyed {
            try change.bytes.withUnsafeBytes { bytes in
                try KeyedEntries.forEach(in: bytes) { try restoreRow(key: $0, value: $1, ownership) }
            }
        }
        idle?.restored(groups: groups.count)
        // Everything restored stands downstream already, but in batch mode nothing has left.
        for group in 0..<groups.count {
            if emitsAtEndOnly { mark(group) } else { emitted.base[group] = wanted(group) }
        }
    }

    private func restoreRow(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?, _ ownership: Ownership
    ) throws {
        var decoder = RowDecoder(types: groups.keyTypes, capacity: 1)
        var reader = ByteReader(key)
        try decoder.read(&reader, columns: 0..<groups.keyTypes.count)
        decoder.endRow()
        var hash: UInt64 = 0
        hashColumns(decoder.batch(), Array(groups.keyTypes.indices), seed: ownership.seed, into: &hash)
        guard ownership.owns(hash) else { return }
        var number: Int32 = 0
        groups.assign(decoder.columns, rowCount: 1, groups: &number)
        reserve()
        var valueReader = value.map { ByteReader($0) }
        left.base[Int(number)] = try valueReader?.read(Int64.self) ?? 0
        right.base[Int(number)] = try valueReader?.read(Int64.self) ?? 0
    }
}
