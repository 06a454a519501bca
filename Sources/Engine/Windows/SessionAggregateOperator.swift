import Columnar
import ConnectorContract
import StreamSQL

/// Aggregation for each session of a key, kept up with each row: for calls whose states can be merged when two
/// sessions become one, and groups that are the sessions' keys.
///
/// A session fires once, when the watermark reaches its end less one millisecond.
final class SessionAggregateOperator: Operator {
    private let plan: WindowAggregatePlan
    private let keyTypes: [DataType]
    private let clock: WindowClock
    private let seed: UInt64
    private let sessions: SessionTable
    /// By session number.
    private var aggregates: AggregateSet
    /// The start under which a session is saved; `notSaved` where it is not.
    private var savedStarts = StateArray<Int64>(zero: SessionAggregateOperator.notSaved)
    private var isUnsaved = StateArray<UInt8>(zero: 0)
    private var unsaved: [Int32] = []
    private var removed = KeyedEntries()
    private var time = WatermarkState()

    private static let notSaved = Int64.min

    init(_ plan: WindowAggregatePlan, gapMilliseconds: Int64, inputFields: [Field], seed: UInt64) {
        self.plan = plan
        self.seed = seed
        keyTypes = plan.groupColumns.map { inputFields[$0].type }
        clock = WindowClock(plan.zone)
        sessions = SessionTable(keyTypes: keyTypes, gapMilliseconds: gapMilliseconds, clock: clock, seed: seed)
        aggregates = AggregateSet(plan.calls, inputRetracts: false, seed: seed)
    }

    var stateRows: Int { sessions.openCount }
    var stateBytes: Int { sessions.byteSize + aggregates.byteSize + sessions.count * 9 }
    var lateRows: Int { time.lateRows }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, batch.rowCount)) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            let late = sessions.assign(
                plan.groupColumns.map { batch.columns[$0] }, times: batch.columns[plan.timeColumn],
                rowCount: batch.rowCount, watermark: time.watermark, into: numbers)
            time.lateRows += late
            reserve()
            merge(sessions.takeMerges())
            var rows: [Int32] = []
            for row in 0..<batch.rowCount where numbers[row] < 0 { rows.append(Int32(truncatingIfNeeded: row)) }
            if rows.isEmpty { return feed(batch, numbers) }
            // Some rows belong to no session: the others are fed alone.
            rows = (0..<batch.rowCount).filter { numbers[$0] >= 0 }.map { Int32(truncatingIfNeeded: $0) }
            for (place, row) in rows.enumerated() { numbers[place] = numbers[Int(row)] }
            rows.withUnsafeBufferPointer { buffer in
                if let base = buffer.baseAddress { feed(gather(batch, rows: base, count: buffer.count), numbers) }
            }
        }
    }

    private func feed(_ batch: Batch, _ numbers: UnsafePointer<Int32>) {
        aggregates.update(batch, groups: numbers, signs: nil)
        for row in 0..<batch.rowCount { mark(numbers[row]) }
    }

    private func mark(_ session: Int32) {
        guard isUnsaved.base[Int(session)] == 0 else { return }
        isUnsaved.base[Int(session)] = 1
        unsaved.append(session)
    }

    private func reserve() {
        aggregates.reserve(groups: sessions.count)
        savedStarts.reserve(sessions.count)
        isUnsaved.reserve(sessions.count)
    }

    /// In the order in which sessions were joined: what one took in goes with it.
    private func merge(_ merges: [(from: Int32, into: Int32)]) {
        for pair in merges {
            let batch = Batch(columns: aggregates.partials([pair.from]), rowCount: 1)
            var into = pair.into
            aggregates.merge(batch, firstColumn: 0, groups: &into)
            mark(into)
            forget(pair.from)
        }
    }

    // MARK: firing

    func advance(to watermark: Int64, output: NodeRuntime) throws {
        time.watermark = watermark
        let closed = sessions.close(upTo: watermark)
        guard !closed.isEmpty else { return }
        for start in stride(from: 0, to: closed.count, by: 4_096) {
            let part = Array(closed[start..<min(start + 4_096, closed.count)])
            let keys = part.map { sessions.keyNumber($0) }
            var columns = sessions.keys.keys.map { $0.gathered(keys) } + aggregates.results(part)
            columns += SessionColumns.columns(
                plan.windowColumns, output.node.fields[columns.count...], clock, part.count
            ) {
                (sessions.starts.base[Int(part[$0])], sessions.ends.base[Int(part[$0])])
            }
            try output.emit(Batch(columns: columns, rowCount: part.count))
        }
        for session in closed { forget(session) }
        compact()
    }

    private func compact() {
        let before = sessions.count
        guard let moved = sessions.compact() else { return }
        let kept = AggregateSet(plan.calls, inputRetracts: false, seed: seed)
        let starts = StateArray<Int64>(zero: Self.notSaved)
        let marks = StateArray<UInt8>(zero: 0)
        kept.reserve(groups: sessions.count)
        starts.reserve(sessions.count)
        marks.reserve(sessions.count)
        for session in 0..<before where moved[session] >= 0 {
            let place = Int(moved[session])
            var writer = ByteWriter()
            aggregates.write(session, to: &writer)
            writer.bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                // What was just written can be read.
                try? kept.read(place, from: &reader)
            }
            starts.base[place] = savedStarts.base[session]
            marks.base[place] = isUnsaved.base[session]
        }
        unsaved = unsaved.compactMap { moved[Int($0)] >= 0 ? moved[Int($0)] : nil }
        (aggregates, savedStarts, isUnsaved) = (kept, starts, marks)
    }

    // MARK: state

    private func entryKey(_ session: Int32, start: Int64) -> [UInt8] {
        var writer = ByteWriter()
        sessions.writeKey(session, to: &writer)
        writer.write(start)
        return writer.bytes
    }

    /// The session is over: what is saved of it goes with the next epoch.
    private func forget(_ session: Int32) {
        let saved = savedStarts.base[Int(session)]
        guard saved != Self.notSaved else { return }
        removed.remove(key: entryKey(session, start: saved))
        savedStarts.base[Int(session)] = Self.notSaved
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        var entries = removed
        removed = KeyedEntries()
        let changed = unsaved.filter { sessions.isOpen($0) }
        // All that moved is removed before anything is put: one may stand where another stood.
        for session in changed where savedStarts.base[Int(session)] != sessions.starts.base[Int(session)] {
            let saved = savedStarts.base[Int(session)]
            if saved != Self.notSaved { entries.remove(key: entryKey(session, start: saved)) }
        }
        for session in changed {
            let start = sessions.starts.base[Int(session)]
            var value = ByteWriter()
            value.write(sessions.ends.base[Int(session)])
            aggregates.write(Int(session), to: &value)
            entries.put(key: entryKey(session, start: start), value: value.bytes)
            savedStarts.base[Int(session)] = start
        }
        for session in unsaved { isUnsaved.base[Int(session)] = 0 }
        unsaved.removeAll(keepingCapacity: true)
        return [StateChange(name: "sessions", fold: .keyed, bytes: entries.bytes), time.change()]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        try time.restore(changes, isFirst: ownership.index == 0)
        let entries = try FoldedEntries(changes, named: "sessions")
        try entries.forEachOwned(keyTypes, ownership) { key, rest, value in
            let start = try rest.read(Int64.self)
            let session = sessions.count
            sessions.restore(key.columns, start: start, end: try value.read(Int64.self))
            reserve()
            try aggregates.read(session, from: &value)
            savedStarts.base[session] = start
        }
    }
}

/// The window columns behind the rows of sessions.
enum SessionColumns {
    static func columns(
        _ wanted: [WindowAggregatePlan.WindowColumn], _ fields: ArraySlice<Field>, _ clock: WindowClock, _ count: Int,
        _ bounds: (Int) -> (start: Int64, end: Int64)
    ) -> [Column] {
        zip(wanted, fields).map { role, field in
            let column = Column(field.type, capacity: count)
            for row in 0..<count {
                let window = bounds(row)
                switch role {
                case .start: column.int64[row] = window.start
                case .end: column.int64[row] = window.end
                case .time: column.int64[row] = clock.windowTime(end: window.end)
                }
            }
            return column
        }
    }
}
