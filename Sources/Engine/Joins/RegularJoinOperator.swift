import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL

/// Equi-join of two changing inputs, both of which are kept: the result is at any time the join of what both are.
///
/// The changes of a batch count together: a row that comes and goes in it is never seen, and a row that loses one
/// partner and gains another is not padded in between. What is taken back leaves before what is added.
final class RegularJoinOperator: Operator {
    private let plan: StreamJoinPlan
    private let isBatchMode: Bool
    private let state: JoinState
    private let pairing: JoinPairing
    private let storages: [JoinStorage]
    private let expiry: JoinExpiry
    /// Rows of each side whose partners changed in this batch.
    private var touched: [[Int32]] = [[], []]
    private var openInputs = 2

    init(
        _ plan: StreamJoinPlan, leftFields: [Field], rightFields: [Field], timeZone: String, isBatchMode: Bool,
        seed: UInt64, context: EvaluationContext, storing: JoinStoring
    ) throws {
        self.plan = plan
        self.isBatchMode = isBatchMode
        state = JoinState(plan, leftFields: leftFields, rightFields: rightFields, seed: seed)
        pairing = try JoinPairing(state, timeZone: timeZone, context: context)
        let timesToLive = [plan.leftTimeToLiveMilliseconds, plan.rightTimeToLiveMilliseconds]
        let retracts = [plan.leftRetracts, plan.rightRetracts]
        storages = zip(["left", "right"], state.stores).enumerated().map { side, named in
            JoinStorage(
                named.0, named.1, isAppendOnly: timesToLive[side] == nil && !retracts[side],
                isKept: storing.keepsChanges, ownNumber: storing.ownNumber)
        }
        expiry = JoinExpiry(timesToLive, wallMilliseconds: storing.wallMilliseconds)
    }

    var stateRows: Int { state.rowCount }
    var stateWriters: [StateWriter] { storages.map(\.writer) }
    var stateBytes: Int { storages.reduce(state.byteSize) { $0 + $1.byteSize } }

    /// Whether rows of a side without a partner are emitted.
    private func isOuter(_ side: Int) -> Bool { plan.kind.keepsUnmatched(side) }

    /// Whether the number of partners of a side's rows matters.
    private func counts(_ side: Int) -> Bool { isOuter(side) || (side == 0 && plan.kind == .semi) }

    private func isShown(_ side: Int, matches: Int32) -> Bool {
        plan.kind == .semi ? matches > 0 : matches == 0 && isOuter(side)
    }

    // MARK: rows

    func process(_ batch: Batch, input side: Int, output: NodeRuntime) throws {
        expire()
        let changes = NetChanges(batch) { state.fullHashes(batch, side) }
        let hashes = state.hash(batch, side)
        let hasNulls = state.mayHaveNullKeys(batch, side)
        try remove(batch, side, changes.removals, hashes, hasNulls, output)
        try add(batch, side, changes.additions, hashes, hasNulls, output)
        try showTouched(1 - side, output)
        settle()
    }

    /// Splits off rows whose keys match nothing.
    private func keyed(
        _ batch: Batch, _ side: Int, _ rows: [Int32], _ hasNulls: Bool
    ) -> (keyed: [Int32], rest: [Int32]) {
        guard hasNulls else { return (rows, []) }
        var result: (keyed: [Int32], rest: [Int32]) = ([], [])
        for row in rows {
            if state.hasNullKey(batch, side, row: Int(row)) {
                result.rest.append(row)
            } else {
                result.keyed.append(row)
            }
        }
        return result
    }

    private func remove(
        _ batch: Batch, _ side: Int, _ removals: [Int32], _ hashes: [UInt64], _ hasNulls: Bool, _ output: NodeRuntime
    ) throws {
        guard !removals.isEmpty else { return }
        var (rows, unmatched) = keyed(batch, side, removals, hasNulls)
        if !isOuter(side) { unmatched = [] }
        var matched: [Int32] = []
        let fullHashes = rows.isEmpty ? [] : state.fullHashes(batch, side)
        for row in rows {
            // What is not there was forgotten, or never came.
            let number = state.find(batch, side, row: Int(row), fullHash: fullHashes[Int(row)])
            guard number >= 0 else { continue }
            if counts(side), state.flags[side].base[Int(number)] & JoinRowFlags.isShown != 0 { unmatched.append(row) }
            if !counts(side) || state.matches[side].base[Int(number)] > 0 { matched.append(row) }
            storages[side].removed(number)
            state.remove(number, side)
        }
        rows = matched
        if plan.kind.emitsPairs || counts(1 - side) {
            try pairing.forEach(batch, side, rows: rows, hashes: hashes) { rows, partners in
                if counts(1 - side) { lose(partners, 1 - side) }
                if plan.kind.emitsPairs {
                    try output.emit(pairing.joined(batch, side, rows, partners, .delete))
                }
            }
        }
        try emitPadded(batch, side, unmatched, .delete, output)
    }

    private func lose(_ numbers: [Int32], _ side: Int) {
        for number in numbers {
            state.matches[side].base[Int(number)] -= 1
            touch(number, side)
        }
    }

    private func touch(_ number: Int32, _ side: Int) {
        guard state.flags[side].base[Int(number)] & JoinRowFlags.isTouched == 0 else { return }
        state.flags[side].base[Int(number)] |= JoinRowFlags.isTouched
        touched[side].append(number)
    }

    private func add(
        _ batch: Batch, _ side: Int, _ additions: [Int32], _ hashes: [UInt64], _ hasNulls: Bool, _ output: NodeRuntime
    ) throws {
        guard !additions.isEmpty else { return }
        let (rows, withoutKey) = keyed(batch, side, additions, hasNulls)
        if isOuter(side) { try emitPadded(batch, side, withoutKey, .insert, output) }
        guard !rows.isEmpty else { return }
        let found = state.keys(of: batch, side, rows: rows, hashes: hashes)
        let numbers = state.insert(batch, side, rows: rows, hashes: hashes, found: found)
        storages[side].added(numbers)
        expiry.wrote(numbers, side)
        var partnerCounts = [Int32](repeating: 0, count: counts(side) ? batch.rowCount : 0)
        if plan.kind.emitsPairs || counts(side) || counts(1 - side) {
            var stored: Batch?
            try pairing.forEach(batch, side, rows: rows, hashes: hashes, found: found) { matched, partners in
                if counts(side) { for row in matched { partnerCounts[Int(row)] += 1 } }
                if counts(1 - side) { try gain(partners, 1 - side, output) }
                if plan.kind.emitsPairs {
                    let own = stored ?? state.stores[side].withOwnTexts(batch, rows: rows, numbers: numbers)
                    stored = own
                    try output.emit(pairing.joined(own, side, matched, partners, .insert))
                }
            }
        }
        if counts(side) { try show(batch, side, rows, numbers, partnerCounts, output) }
    }

    /// Rows of the other side have a partner more; those that stood alone are taken back first.
    private func gain(_ numbers: [Int32], _ side: Int, _ output: NodeRuntime) throws {
        var alone: [Int32] = []
        for number in numbers {
            state.matches[side].base[Int(number)] += 1
            if plan.kind.emitsPairs, state.flags[side].base[Int(number)] & JoinRowFlags.isShown != 0 {
                state.flags[side].base[Int(number)] &= ~JoinRowFlags.isShown
                alone.append(number)
            }
            touch(number, side)
        }
        try emitPadded(side, alone, .delete, output)
    }

    /// New rows that are emitted for themselves.
    private func show(
        _ batch: Batch, _ side: Int, _ rows: [Int32], _ numbers: [Int32], _ partnerCounts: [Int32],
        _ output: NodeRuntime
    ) throws {
        // A row that comes several times was counted as often.
        var repeats = [Int32](repeating: 0, count: batch.rowCount)
        for row in rows { repeats[Int(row)] += 1 }
        var shown: [Int32] = []
        for (row, number) in zip(rows, numbers) {
            let matches = partnerCounts[Int(row)] / max(1, repeats[Int(row)])
            state.matches[side].base[Int(number)] = matches
            guard isShown(side, matches: matches), !isHeldBack else { continue }
            state.flags[side].base[Int(number)] |= JoinRowFlags.isShown
            shown.append(row)
        }
        try emitPadded(batch, side, shown, .insert, output)
    }

    /// In batch mode it is known at the end only what has no partner.
    private var isHeldBack: Bool { isBatchMode && plan.kind != .semi }

    /// Emits or takes back rows that got or lost their partners in this batch.
    private func showTouched(_ side: Int, _ output: NodeRuntime) throws {
        guard !touched[side].isEmpty else { return }
        var gone: [Int32] = []
        var new: [Int32] = []
        for number in touched[side] {
            let flags = state.flags[side].base[Int(number)]
            let wasShown = flags & JoinRowFlags.isShown != 0
            let isShown = isShown(side, matches: state.matches[side].base[Int(number)]) && !isHeldBack
            state.flags[side].base[Int(number)] = isShown ? JoinRowFlags.isShown : 0
            if wasShown && !isShown { gone.append(number) }
            if isShown && !wasShown { new.append(number) }
        }
        touched[side].removeAll(keepingCapacity: true)
        try emitPadded(side, gone, .delete, output)
        try emitPadded(side, new, .insert, output)
    }

    private func emitPadded(
        _ batch: Batch, _ side: Int, _ rows: [Int32], _ kind: RowKind, _ output: NodeRuntime
    ) throws {
        if !rows.isEmpty { try output.emit(pairing.padded(batch, side, rows, kind)) }
    }

    private func emitPadded(_ side: Int, _ numbers: [Int32], _ kind: RowKind, _ output: NodeRuntime) throws {
        for start in stride(from: 0, to: numbers.count, by: Limits.batchRows) {
            let part = Array(numbers[start..<min(start + Limits.batchRows, numbers.count)])
            try output.emit(pairing.padded(side, numbers: part, kind))
        }
    }

    // MARK: time and end

    func flush(output: NodeRuntime) throws { expire() }

    /// With each batch too: how many rows come between two flushes depends on the machine.
    private func expire() {
        expiry.expire(state) { side, number in
            storages[side].removed(number)
            state.remove(number, side)
        }
    }

    func inputEnded(_ input: Int, output: NodeRuntime) throws {
        openInputs -= 1
        guard openInputs == 0, isHeldBack else { return }
        for side in 0..<2 where isOuter(side) {
            for range in state.stores[side].usedRanges() {
                let alone = range.filter { state.isAlive($0, side) && state.matches[side].base[$0] == 0 }
                try emitPadded(side, alone.map { Int32(truncatingIfNeeded: $0) }, .insert, output)
            }
        }
    }

    // MARK: state

    private func settle() {
        state.settle { side, old, new in
            storages[side].moved(old, new)
            expiry.moved(old, new, side)
        } settled: { side in
            storages[side].settled { state.isAlive(Int($0), side) }
        }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        let changes = try storages.enumerated().flatMap { side, storage in
            try storage.snapshot { state.isAlive(Int($0), side) ? 0 : nil }
        }
        settle()
        return changes
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        for side in 0..<2 {
            try storages[side].restore(changes) { batch, _, ids in
                let rows = ownership.rows(of: batch, keys: state.keys[side])
                let numbers = state.insert(batch, side, rows: rows, hashes: state.hash(batch, side))
                storages[side].restored(numbers, ids.isEmpty ? [] : rows.map { ids[Int($0)] })
                expiry.wrote(numbers, side)
            }
        }
        for side in 0..<2 where counts(side) { try recount(side) }
    }

    /// How many partners each row has follows from the rows.
    private func recount(_ side: Int) throws {
        for range in state.stores[side].usedRanges() {
            let numbers = range.filter { state.isAlive($0, side) }.map { Int32(truncatingIfNeeded: $0) }
            let batch = Batch(columns: state.stores[side].gathered(numbers), rowCount: numbers.count)
            let all = numbers.indices.map { Int32(truncatingIfNeeded: $0) }
            try pairing.forEach(batch, side, rows: all, hashes: state.hash(batch, side)) { rows, _ in
                for row in rows { state.matches[side].base[Int(numbers[Int(row)])] += 1 }
            }
            for number in numbers
            where isShown(side, matches: state.matches[side].base[Int(number)]) && !isHeldBack {
                state.flags[side].base[Int(number)] |= JoinRowFlags.isShown
            }
        }
    }
}

/// What a join is given to note its changes by.
struct JoinStoring {
    /// False where there are no epochs.
    var keepsChanges: Bool
    /// A random number of this instance and start.
    var ownNumber: UInt64
    var wallMilliseconds: () -> Int64
}

extension Ownership {
    /// The rows of a batch that this instance owns.
    func rows(of batch: Batch, keys: [Int]) -> [Int32] {
        var hashes = [UInt64](repeating: 0, count: batch.rowCount)
        hashes.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { hashColumns(batch, keys, seed: seed, into: base) }
        }
        return hashes.indices.filter { owns(hashes[$0]) }.map { Int32(truncatingIfNeeded: $0) }
    }
}
