import Columnar
import ConnectorContract
import StreamSQL

/// The rows of open sessions, kept until their session closes: for what needs a session's rows as a whole.
final class SessionRows {
    let sessions: SessionTable
    let rows: RowStore
    private let keyColumns: [Int]
    private let timeColumn: Int
    /// By session: the first and the last of its rows, which are linked.
    private var firsts = StateArray<Int32>(zero: -1)
    private var lasts = StateArray<Int32>(zero: -1)
    private var removed = KeyedEntries()
    private(set) var time = WatermarkState()
    /// Rows that take others back are kept as such: a column behind those of the row holds 1 or -1.
    private let keepsSigns: Bool
    private static let signType = DataType(.bigint, isNullable: false)

    init(
        inputFields: [Field], keyColumns: [Int], timeColumn: Int, gapMilliseconds: Int64, clock: WindowClock,
        seed: UInt64, keepsSigns: Bool = false
    ) {
        self.keepsSigns = keepsSigns
        self.keyColumns = keyColumns
        self.timeColumn = timeColumn
        rows = RowStore(types: inputFields.map(\.type) + (keepsSigns ? [Self.signType] : []))
        sessions = SessionTable(
            keyTypes: keyColumns.map { inputFields[$0].type }, gapMilliseconds: gapMilliseconds, clock: clock,
            seed: seed)
    }

    var byteSize: Int { sessions.byteSize + rows.byteSize }

    func add(_ batch: Batch) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, batch.rowCount)) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            time.lateRows += sessions.assign(
                keyColumns.map { batch.columns[$0] }, times: batch.columns[timeColumn], rowCount: batch.rowCount,
                watermark: time.watermark, into: numbers)
            firsts.reserve(sessions.count)
            lasts.reserve(sessions.count)
            for pair in sessions.takeMerges() { concatenate(pair.from, pair.into) }
            let columns = batch.columns + (keepsSigns ? [Self.signs(of: batch)] : [])
            for row in 0..<batch.rowCount where numbers[row] >= 0 {
                link(rows.append(columns, row: row), to: numbers[row])
            }
        }
    }

    private static func signs(of batch: Batch) -> Column {
        let column = Column(signType, capacity: max(1, batch.rowCount))
        for row in 0..<batch.rowCount { column.int64[row] = batch.kind(row).isAddition ? 1 : -1 }
        return column
    }

    private func link(_ slot: Int32, to session: Int32) {
        if firsts.base[Int(session)] < 0 {
            firsts.base[Int(session)] = slot
        } else {
            rows.links.base[Int(lasts.base[Int(session)])] = slot
        }
        lasts.base[Int(session)] = slot
    }

    private func concatenate(_ from: Int32, _ into: Int32) {
        let first = firsts.base[Int(from)]
        guard first >= 0 else { return }
        if firsts.base[Int(into)] < 0 {
            firsts.base[Int(into)] = first
        } else {
            rows.links.base[Int(lasts.base[Int(into)])] = first
        }
        lasts.base[Int(into)] = lasts.base[Int(from)]
        firsts.base[Int(from)] = -1
    }

    /// Takes note of the watermark; true when it may close sessions.
    func hasDue(upTo watermark: Int64) -> Bool {
        time.watermark = watermark
        return sessions.hasDue(upTo: watermark)
    }

    /// Closes the sessions that the watermark has passed: calls `body` with up to some thousand rows of theirs, in the
    /// order of arrival within each session, and the session of each. A session may reach over several calls.
    func advance(to watermark: Int64, _ body: (_ slots: [Int32], _ sessions: [Int32]) throws -> Void) throws {
        time.watermark = watermark
        let closed = sessions.close(upTo: watermark)
        guard !closed.isEmpty else { return }
        var slots: [Int32] = []
        var numbers: [Int32] = []
        for session in closed {
            var own: [Int32] = []
            var slot = firsts.base[Int(session)]
            while slot >= 0 {
                own.append(slot)
                slot = rows.links.base[Int(slot)]
            }
            // Joined sessions stand one behind the other.
            own.sort()
            for slot in own {
                slots.append(slot)
                numbers.append(session)
                forget(slot, of: session)
                guard slots.count == 4_096 else { continue }
                try body(slots, numbers)
                slots.removeAll(keepingCapacity: true)
                numbers.removeAll(keepingCapacity: true)
            }
        }
        if !slots.isEmpty { try body(slots, numbers) }
    }

    /// Frees what closed sessions held; called when nothing reads their rows any more.
    func compact() {
        if let moved = rows.compact() {
            for session in 0..<sessions.count where sessions.isOpen(Int32(truncatingIfNeeded: session)) {
                firsts.base[session] = moved[Int(firsts.base[session])]
                lasts.base[session] = moved[Int(lasts.base[session])]
            }
        }
        let before = sessions.count
        guard let moved = sessions.compact() else { return }
        let (oldFirsts, oldLasts) = (firsts, lasts)
        firsts = StateArray<Int32>(zero: -1)
        lasts = StateArray<Int32>(zero: -1)
        firsts.reserve(sessions.count)
        lasts.reserve(sessions.count)
        for session in 0..<before where moved[session] >= 0 {
            firsts.base[Int(moved[session])] = oldFirsts.base[session]
            lasts.base[Int(moved[session])] = oldLasts.base[session]
        }
    }

    // MARK: state

    private func entryKey(_ slot: Int32, of session: Int32) -> [UInt8] {
        var writer = ByteWriter()
        sessions.writeKey(session, to: &writer)
        writer.write(rows.id(slot))
        return writer.bytes
    }

    private func forget(_ slot: Int32, of session: Int32) {
        if rows.isSaved(slot) { removed.remove(key: entryKey(slot, of: session)) }
        rows.release(slot)
    }

    func snapshot() -> [StateChange] {
        var entries = removed
        removed = KeyedEntries()
        rows.forEachUnsaved { slot in
            var key = ByteWriter()
            for column in keyColumns { RowCoding.append(rows.columns[column].column, row: Int(slot), to: &key) }
            key.write(rows.id(slot))
            var value = ByteWriter()
            rows.write(slot, to: &value)
            entries.put(key: key.bytes, value: value.bytes)
        }
        return [StateChange(name: "rows", fold: .keyed, bytes: entries.bytes), time.change()]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        try time.restore(changes, isFirst: ownership.index == 0)
        var found: [(id: Int64, row: [UInt8])] = []
        try FoldedEntries(changes, named: "rows").forEachOwned(sessions.keyTypes, ownership) { _, rest, value in
            found.append((try rest.read(Int64.self), Array(try value.readRaw(value.remaining))))
        }
        found.sort { $0.id < $1.id }
        // Sessions follow from their rows. None of them is late: it was open when the epoch was cut.
        for (id, row) in found {
            try row.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                let slot = try rows.restore(id: id, from: &reader)
                let batch = rows.gathered([slot])
                var session: Int32 = 0
                _ = sessions.assign(
                    keyColumns.map { batch.columns[$0] }, times: batch.columns[timeColumn], rowCount: 1,
                    watermark: Watermark.none, into: &session)
                firsts.reserve(sessions.count)
                lasts.reserve(sessions.count)
                for pair in sessions.takeMerges() { concatenate(pair.from, pair.into) }
                if session >= 0 { link(slot, to: session) }
            }
        }
    }
}
