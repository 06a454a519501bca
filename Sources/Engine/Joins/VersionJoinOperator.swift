import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL

/// Joins each row of the left with the version of the right that held at its time.
///
/// Rows of the left wait until the watermark of both sides has passed them, for then no version before them can come
/// any more. Of each key the versions after the watermark are kept, and the one that holds at it.
final class VersionJoinOperator: Operator {
    private let plan: VersionJoinPlan
    private let keepsChanges: Bool
    private let state: JoinState
    private let pairing: JoinPairing
    private let storages: [JoinStorage]
    private var watermark = Watermark.none
    private(set) var lateRows = 0
    /// Order of arrival of left rows, and the least time of each chunk of them.
    private let sequences = StateArray<Int64>(zero: 0)
    private let chunkTimes = StateArray<Int64>(zero: .max)
    private var nextSequence: Int64 = 0
    /// Keys that may have versions that no row can ask for any more, each once: `marks` is 1 for those.
    private var unchecked: [Int32] = []
    private let marks = StateArray<UInt8>(zero: 0)
    /// In the flags of a version: the key has no value from here on.
    private static let isEnd: UInt8 = 1

    init(
        _ plan: VersionJoinPlan, leftFields: [Field], rightFields: [Field], timeZone: String, seed: UInt64,
        context: EvaluationContext, storing: JoinStoring
    ) throws {
        self.plan = plan
        keepsChanges = storing.keepsChanges
        let bounds = IntervalBounds(
            leftTime: plan.leftTime, rightTime: plan.rightTime, lower: 0, upper: 0, isProcessingTime: false)
        let joined = StreamJoinPlan(
            kind: plan.isLeft ? .left : .inner, leftKeys: plan.leftKeys, rightKeys: plan.rightKeys,
            nullSafe: plan.nullSafe, residual: plan.residual, timing: .interval(bounds))
        state = JoinState(joined, leftFields: leftFields, rightFields: rightFields, seed: seed)
        pairing = try JoinPairing(state, timeZone: timeZone, context: context)
        storages = zip(["rows", "versions"], state.stores).map { name, store in
            JoinStorage(
                name, store, isAppendOnly: false, isKept: storing.keepsChanges, ownNumber: storing.ownNumber)
        }
    }

    var stateRows: Int { state.rowCount }
    var stateBytes: Int { storages.reduce(state.byteSize) { $0 + $1.byteSize } }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        if input == 0 { try hold(batch, output) } else { addVersions(batch) }
        if !keepsChanges { settle() }
    }

    // MARK: rows

    private func hold(_ batch: Batch, _ output: NodeRuntime) throws {
        let times = batch.columns[plan.leftTime]
        var rows: [Int32] = []
        for row in 0..<batch.rowCount {
            guard times.isValid(row) else { continue }
            guard watermark == Watermark.none || times.int64[row] > watermark else {
                lateRows += 1
                continue
            }
            rows.append(Int32(truncatingIfNeeded: row))
        }
        guard !rows.isEmpty else { return }
        let numbers = state.insert(batch, 0, rows: rows, hashes: state.hash(batch, 0))
        for (number, row) in zip(numbers, rows) {
            state.flags[0].base[Int(number)] = batch.kinds?[Int(row)] ?? RowKind.insert.rawValue
        }
        note(numbers)
        storages[0].added(numbers)
    }

    private func note(_ numbers: [Int32]) {
        sequences.reserve(state.stores[0].numberLimit)
        chunkTimes.reserve((state.stores[0].numberLimit >> JoinRowStore.chunkShift) + 1)
        for number in numbers {
            sequences.base[Int(number)] = nextSequence
            nextSequence += 1
            noteTime(number)
        }
    }

    private func noteTime(_ number: Int32) {
        let chunk = Int(number) >> JoinRowStore.chunkShift
        let time = state.stores[0].int64(plan.leftTime, of: number) ?? .min
        chunkTimes.base[chunk] = min(chunkTimes.base[chunk], time)
    }

    // MARK: versions

    private func addVersions(_ batch: Batch) {
        let times = batch.columns[plan.rightTime]
        let hashes = state.hash(batch, 1)
        for row in 0..<batch.rowCount {
            let kind = batch.kind(row)
            // What a version was before says nothing that the version after it does not.
            guard kind != .updateBefore, times.isValid(row), !state.hasNullKey(batch, 1, row: row) else { continue }
            let key = state.key(batch.columns, 1, row: row, hash: hashes[row])
            if key >= 0 { removeVersion(of: key, at: times.int64[row]) }
            let numbers = state.insert(batch, 1, rows: [Int32(truncatingIfNeeded: row)], hashes: hashes)
            storages[1].added(numbers)
            guard let number = numbers.first else { continue }
            state.flags[1].base[Int(number)] = kind == .delete ? Self.isEnd : 0
            if kind == .delete || state.next(number, 1) >= 0 { check(state.key(of: number, 1)) }
        }
    }

    /// Looks at the versions of a key when the watermark goes on.
    private func check(_ key: Int32) {
        marks.reserve(Int(key) + 1)
        guard marks.base[Int(key)] == 0 else { return }
        marks.base[Int(key)] = 1
        unchecked.append(key)
    }

    /// A later row of the same time takes the place of an earlier one.
    private func removeVersion(of key: Int32, at time: Int64) {
        var version = state.head(key, 1)
        while version >= 0 {
            if state.stores[1].int64(plan.rightTime, of: version) == time {
                storages[1].removed(version)
                return state.remove(version, 1)
            }
            version = state.next(version, 1)
        }
    }

    /// The version of a key that holds at a time; -1 when there is none.
    private func version(of key: Int32, at time: Int64) -> Int32 {
        var best: Int32 = -1
        var bestTime = Int64.min
        var version = state.head(key, 1)
        while version >= 0 {
            if let since = state.stores[1].int64(plan.rightTime, of: version), since <= time,
                best < 0 || since > bestTime
            {
                best = version
                bestTime = since
            }
            version = state.next(version, 1)
        }
        return best
    }

    // MARK: time

    func advance(to time: Int64, output: NodeRuntime) throws {
        watermark = time
        let due = dueRows(upTo: time)
        for start in stride(from: 0, to: due.count, by: Limits.batchRows) {
            try emit(Array(due[start..<min(start + Limits.batchRows, due.count)]), output)
        }
        for number in due {
            storages[0].removed(number)
            state.remove(number, 0)
        }
        forget(upTo: time)
        if !keepsChanges { settle() }
    }

    /// Rows whose versions are all known, in the order of their times.
    private func dueRows(upTo time: Int64) -> [Int32] {
        var due: [(time: Int64, sequence: Int64, number: Int32)] = []
        for range in state.stores[0].usedRanges() {
            let chunk = range.lowerBound >> JoinRowStore.chunkShift
            guard chunkTimes.base[chunk] <= time else { continue }
            var least = Int64.max
            for row in range where state.isAlive(row, 0) {
                let number = Int32(truncatingIfNeeded: row)
                let own = state.stores[0].int64(plan.leftTime, of: number) ?? .min
                if own <= time { due.append((own, sequences.base[row], number)) } else { least = min(least, own) }
            }
            chunkTimes.base[chunk] = least
        }
        due.sort { ($0.time, $0.sequence) < ($1.time, $1.sequence) }
        return due.map(\.number)
    }

    private func emit(_ numbers: [Int32], _ output: NodeRuntime) throws {
        let batch = Batch(columns: state.stores[0].gathered(numbers), rowCount: numbers.count)
        let kinds = numbers.map { state.flags[0].base[Int($0)] }
        if kinds.contains(where: { $0 != RowKind.insert.rawValue }) { batch.kinds = kinds }
        let times = batch.columns[plan.leftTime]
        let hashes = state.hash(batch, 0)
        var rows: [Int32] = []
        var versions: [Int32] = []
        var alone: [Int32] = []
        for row in numbers.indices {
            let number = Int32(truncatingIfNeeded: row)
            let hasKey = !state.hasNullKey(batch, 0, row: row)
            let key = hasKey ? state.key(batch.columns, 0, row: row, hash: hashes[row]) : -1
            let at = plan.isStrict ? times.int64[row] &- 1 : times.int64[row]
            let version = key < 0 ? -1 : version(of: key, at: at)
            if version >= 0, state.flags[1].base[Int(version)] & Self.isEnd == 0 {
                rows.append(number)
                versions.append(version)
            } else {
                alone.append(number)
            }
        }
        if let kept = try pairing.tested(batch, 0, rows, versions) {
            let passed = Set(kept)
            alone += rows.indices.filter { !passed.contains(Int32(truncatingIfNeeded: $0)) }.map { rows[$0] }
            rows = kept.map { rows[Int($0)] }
            versions = kept.map { versions[Int($0)] }
        }
        if !rows.isEmpty {
            let joined = pairing.joined(batch, 0, rows, versions, .insert)
            joined.kinds = batch.kinds.map { kinds in rows.map { kinds[Int($0)] } }
            try output.emit(joined)
        }
        guard plan.isLeft, !alone.isEmpty else { return }
        let padded = pairing.padded(batch, 0, alone, .insert)
        padded.kinds = batch.kinds.map { kinds in alone.map { kinds[Int($0)] } }
        try output.emit(padded)
    }

    /// Lets versions go that held before the one that holds now.
    private func forget(upTo time: Int64) {
        let keys = unchecked
        unchecked.removeAll(keepingCapacity: true)
        for key in keys {
            marks.base[Int(key)] = 0
            if forget(key, upTo: time) { check(key) }
        }
    }

    /// True when there is something to look for once more as time goes on.
    private func forget(_ key: Int32, upTo time: Int64) -> Bool {
        let current = version(of: key, at: time)
        // A key without versions may be another one by the next time.
        guard current >= 0 else { return state.head(key, 1) >= 0 }
        let since = state.stores[1].int64(plan.rightTime, of: current) ?? .min
        var hasLater = false
        var version = state.head(key, 1)
        while version >= 0 {
            let next = state.next(version, 1)
            let own = state.stores[1].int64(plan.rightTime, of: version) ?? .min
            if own > time { hasLater = true }
            if own < since || (version == current && state.flags[1].base[Int(version)] & Self.isEnd != 0) {
                storages[1].removed(version)
                state.remove(version, 1)
            }
            version = next
        }
        return hasLater
    }

    // MARK: state

    private func settle() {
        state.settle { side, old, new in
            storages[side].moved(old, new)
            if side == 0 {
                sequences.reserve(state.stores[0].numberLimit)
                chunkTimes.reserve((state.stores[0].numberLimit >> JoinRowStore.chunkShift) + 1)
                sequences.base[Int(new)] = sequences.base[Int(old)]
                noteTime(new)
            }
        }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        let changes = try storages.enumerated().flatMap { side, storage in
            try storage.snapshot { state.isAlive(Int($0), side) ? state.flags[side].base[Int($0)] : nil }
        }
        settle()
        return changes
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        for side in 0..<2 {
            try storages[side].restore(changes) { batch, notes, ids in
                let rows = ownership.rows(of: batch, keys: state.keys[side])
                let numbers = state.insert(batch, side, rows: rows, hashes: state.hash(batch, side))
                storages[side].restored(numbers, rows.map { ids[Int($0)] })
                for (number, row) in zip(numbers, rows) { state.flags[side].base[Int(number)] = notes[Int(row)] }
                if side == 0 { note(numbers) } else { for number in numbers { check(state.key(of: number, 1)) } }
            }
        }
    }
}
