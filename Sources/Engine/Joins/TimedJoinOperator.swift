import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL

/// Join whose rows have a time after which no partner can come: between rows of an interval of time, or of one window.
///
/// Both inputs only add rows, and so does the result. Pairs leave at once; what has no partner leaves when its time is
/// over, and with it goes the state.
final class TimedJoinOperator: Operator {
    private let plan: StreamJoinPlan
    private let keepsChanges: Bool
    private let state: JoinState
    private let pairing: JoinPairing
    private let storages: [JoinStorage]
    private let clock: WindowClock
    private let wallMilliseconds: () -> Int64
    /// The watermark that ends each row, and the least of each chunk; microseconds.
    private let ends: [StateArray<Int64>] = [StateArray(zero: .max), StateArray(zero: .max)]
    private let chunkEnds: [StateArray<Int64>] = [StateArray(zero: .max), StateArray(zero: .max)]
    private var watermark = Watermark.none
    private(set) var lateRows = 0

    init(
        _ plan: StreamJoinPlan, leftFields: [Field], rightFields: [Field], timeZone: String, seed: UInt64,
        context: EvaluationContext, storing: JoinStoring
    ) throws {
        self.plan = plan
        keepsChanges = storing.keepsChanges
        wallMilliseconds = storing.wallMilliseconds
        state = JoinState(plan, leftFields: leftFields, rightFields: rightFields, seed: seed)
        pairing = try JoinPairing(state, timeZone: timeZone, context: context)
        storages = zip(["left", "right"], state.stores).map { name, store in
            JoinStorage(
                name, store, isAppendOnly: false, isKept: storing.keepsChanges, ownNumber: storing.ownNumber)
        }
        if case .window(let ends) = plan.timing, ends.isZoned {
            clock = WindowClock(try TimeZoneRules.named(timeZone))
        } else {
            clock = WindowClock(nil)
        }
    }

    var stateRows: Int { state.rowCount }
    var stateBytes: Int { storages.reduce(state.byteSize) { $0 + $1.byteSize } }

    private func isOuter(_ side: Int) -> Bool { plan.kind.keepsUnmatched(side) }
    private func counts(_ side: Int) -> Bool { isOuter(side) || (side == 0 && plan.kind == .semi) }

    /// The watermark after which a row has no more partners; nil when its time is NULL.
    private func end(_ columns: [Column], _ side: Int, row: Int) -> Int64? {
        switch plan.timing {
        case .unbounded: return .max
        case .interval(let bounds):
            let column = columns[side == 0 ? bounds.leftTime : bounds.rightTime]
            guard column.isValid(row) else { return nil }
            let (end, overflows) = column.int64[row].addingReportingOverflow(side == 0 ? bounds.upper : -bounds.lower)
            return overflows ? .max : end
        case .window(let windows):
            let column = columns[side == 0 ? windows.left : windows.right]
            return column.isValid(row) ? clock.firing(end: column.int64[row]) : nil
        }
    }

    private var isWindowed: Bool { if case .window = plan.timing { true } else { false } }
    private var isProcessingTime: Bool {
        if case .interval(let bounds) = plan.timing { bounds.isProcessingTime } else { false }
    }

    // MARK: rows

    func process(_ batch: Batch, input side: Int, output: NodeRuntime) throws {
        let hashes = state.hash(batch, side)
        var rows: [Int32] = []
        var rowEnds: [Int64] = []
        var withoutPartners: [Int32] = []
        let areInWindows = takeWindows(batch, side, &rows, &rowEnds)
        for row in 0..<(areInWindows ? 0 : batch.rowCount) {
            let number = Int32(truncatingIfNeeded: row)
            let end = end(batch.columns, side, row: row)
            if let end, isOver(end) {
                lateRows += 1
                // The window is closed; an interval still has the partners that are kept.
                if isWindowed { continue }
            }
            guard let end, !state.hasNullKey(batch, side, row: row) else {
                withoutPartners.append(number)
                continue
            }
            rows.append(number)
            rowEnds.append(end)
        }
        var partnerCounts = [Int32](repeating: 0, count: batch.rowCount)
        try pairing.forEach(batch, side, rows: rows, hashes: hashes) { rows, partners in
            for row in rows { partnerCounts[Int(row)] = 1 }
            if counts(1 - side) { try gain(partners, 1 - side, output) }
            if plan.kind.emitsPairs { try output.emit(pairing.joined(batch, side, rows, partners, .insert)) }
        }
        if areInWindows, !isOuter(side), side == 1 || !plan.kind.emitsLeftOnly {
            keep(batch, side, rows, rowEnds, partnerCounts, hashes)
            if !keepsChanges { settle() }
            return
        }
        var kept: [Int32] = []
        var keptEnds: [Int64] = []
        var found: [Int32] = []
        for (row, end) in zip(rows, rowEnds) {
            let isMatched = partnerCounts[Int(row)] > 0
            if side == 0, isMatched, plan.kind.emitsLeftOnly {
                // What is known of it will not change any more.
                if plan.kind == .semi { found.append(row) }
            } else if !isOver(end) {
                kept.append(row)
                keptEnds.append(end)
            } else if isOuter(side), !isMatched {
                withoutPartners.append(row)
            }
        }
        if !found.isEmpty { try output.emit(pairing.padded(batch, side, found, .insert)) }
        if isOuter(side), !withoutPartners.isEmpty {
            try output.emit(pairing.padded(batch, side, withoutPartners, .insert))
        }
        keep(batch, side, kept, keptEnds, partnerCounts, hashes)
        if !keepsChanges { settle() }
    }

    /// Lists the rows whose window is open, with the watermarks that end them; counts the others as late. False, and
    /// nothing done, where rows are to be looked at one by one: without windows, or with NULLs. Rows of one window come
    /// together, so most of the work is done once for each window.
    private func takeWindows(_ batch: Batch, _ side: Int, _ rows: inout [Int32], _ rowEnds: inout [Int64]) -> Bool {
        guard case .window(let windows) = plan.timing else { return false }
        let column = batch.columns[side == 0 ? windows.left : windows.right]
        guard !column.mayHaveNulls, !state.mayHaveNullKeys(batch, side) else { return false }
        rows.reserveCapacity(batch.rowCount)
        rowEnds.reserveCapacity(batch.rowCount)
        let values = column.int64
        var begin = 0
        while begin < batch.rowCount {
            let window = values[begin]
            var next = begin + 1
            while next < batch.rowCount && values[next] == window { next += 1 }
            let end = clock.firing(end: window)
            if isOver(end) {
                lateRows += next - begin
            } else {
                for row in begin..<next { rows.append(Int32(truncatingIfNeeded: row)) }
                rowEnds.append(contentsOf: repeatElement(end, count: next - begin))
            }
            begin = next
        }
        return true
    }

    private func isOver(_ end: Int64) -> Bool {
        !isProcessingTime && watermark != Watermark.none && watermark >= end
    }

    private func keep(
        _ batch: Batch, _ side: Int, _ rows: [Int32], _ rowEnds: [Int64], _ partnerCounts: [Int32], _ hashes: [UInt64]
    ) {
        guard !rows.isEmpty else { return }
        let numbers = state.insert(batch, side, rows: rows, hashes: hashes)
        storages[side].added(numbers)
        note(numbers, side, ends: rowEnds)
        for (number, row) in zip(numbers, rows) { state.matches[side].base[Int(number)] = partnerCounts[Int(row)] }
    }

    private func note(_ numbers: [Int32], _ side: Int, ends rowEnds: [Int64]) {
        ends[side].reserve(state.stores[side].numberLimit)
        chunkEnds[side].reserve((state.stores[side].numberLimit >> JoinRowStore.chunkShift) + 1)
        for (number, end) in zip(numbers, rowEnds) {
            ends[side].base[Int(number)] = end
            let chunk = Int(number) >> JoinRowStore.chunkShift
            chunkEnds[side].base[chunk] = min(chunkEnds[side].base[chunk], end)
        }
    }

    /// Kept rows of the other side have a partner.
    private func gain(_ numbers: [Int32], _ side: Int, _ output: NodeRuntime) throws {
        var found: [Int32] = []
        for number in numbers where state.matches[side].base[Int(number)] == 0 {
            state.matches[side].base[Int(number)] = 1
            storages[side].changed(number)
            if plan.kind == .semi { found.append(number) }
        }
        if !found.isEmpty { try output.emit(pairing.padded(side, numbers: found, .insert)) }
    }

    // MARK: time

    /// A row may wait as long as the interval reaches for its partner, and leaves with its own time: the watermark behind
    /// the join stays back by that much, always, as in Flink, so that which rows are late does not depend on what waits.
    func outputWatermark(_ watermark: Int64) -> Int64 {
        guard case .interval(let bounds) = plan.timing, !isProcessingTime, watermark != Watermark.final else {
            return watermark
        }
        let (time, overflows) = watermark.subtractingReportingOverflow(max(bounds.upper, 0 &- bounds.lower, 0))
        return overflows ? Watermark.none : time
    }

    func advance(to time: Int64, output: NodeRuntime) throws {
        watermark = time
        if !isProcessingTime || time == Watermark.final { try expire(upTo: time, output) }
    }

    func flush(output: NodeRuntime) throws {
        // A row that came just now may still find a partner of the same moment.
        if isProcessingTime { try expire(upTo: (wallMilliseconds() - 1) * 1_000, output) }
    }

    /// Lets the rows go whose time is over; those without a partner are emitted where the join keeps them.
    private func expire(upTo time: Int64, _ output: NodeRuntime) throws {
        for side in 0..<2 {
            for range in state.stores[side].usedRanges() {
                let chunk = range.lowerBound >> JoinRowStore.chunkShift
                guard chunkEnds[side].base[chunk] <= time else { continue }
                var least = Int64.max
                var alone: [Int32] = []
                for row in range where state.isAlive(row, side) {
                    guard ends[side].base[row] <= time else {
                        least = min(least, ends[side].base[row])
                        continue
                    }
                    let number = Int32(truncatingIfNeeded: row)
                    if isOuter(side), state.matches[side].base[row] == 0 { alone.append(number) }
                    storages[side].removed(number)
                    state.remove(number, side)
                }
                chunkEnds[side].base[chunk] = least
                if !alone.isEmpty { try output.emit(pairing.padded(side, numbers: alone, .insert)) }
            }
        }
        if !keepsChanges { settle() }
    }

    // MARK: state

    private func settle() {
        state.settle { side, old, new in
            storages[side].moved(old, new)
            note([new], side, ends: [ends[side].base[Int(old)]])
        }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        let changes = try storages.enumerated().flatMap { side, storage in
            try storage.snapshot { number in
                guard state.isAlive(Int(number), side) else { return nil }
                return state.matches[side].base[Int(number)] > 0 ? 1 : 0
            }
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
                note(numbers, side, ends: rows.map { end(batch.columns, side, row: Int($0)) ?? .max })
                for (number, row) in zip(numbers, rows) {
                    state.matches[side].base[Int(number)] = Int32(notes[Int(row)])
                }
            }
        }
    }
}
