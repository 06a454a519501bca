import Columnar
import ConnectorContract
import StreamSQL

/// Keeps the row of least event time for each key, held until the watermark passes it; what comes later is dropped.
final class RowTimeDeduplicateOperator: Operator {
    private let plan: DeduplicatePlan
    private let timeColumn: Int
    private let types: [DataType]
    private let keys: GroupTable
    /// The row held for each key; after it has left only its place remains.
    private var rows: [GrowableColumn]
    private let times = StateArray<Int64>(zero: 0)
    /// 0 nothing held, 1 held, 2 left.
    private let states = StateArray<UInt8>(zero: 0)
    private var held: [Int32] = []
    private var unsaved: Set<Int32> = []
    /// False where no epoch ever asks what changed.
    private let keepsChanges: Bool
    /// What went with keys whose places were given up since the last epoch.
    private var removed = KeyedEntries()
    private var watermark = Watermark.none
    private(set) var lateRows = 0
    private let idle: IdleGroups?

    init(
        _ plan: DeduplicatePlan, timeColumn: Int, inputFields: [Field], seed: UInt64, keepsChanges: Bool,
        wallMilliseconds: @escaping () -> Int64
    ) {
        self.keepsChanges = keepsChanges
        idle = IdleGroups.make(plan.stateTimeToLiveMilliseconds, wallMilliseconds)
        self.plan = plan
        self.timeColumn = timeColumn
        types = inputFields.map { $0.type.nullable(true) }
        keys = GroupTable(keyTypes: plan.keys.map { inputFields[$0].type.nullable(true) }, seed: seed)
        rows = types.map { GrowableColumn($0) }
    }

    var stateRows: Int { keys.count }
    var stateBytes: Int { rows.reduce(keys.byteSize + keys.count * 9) { $0 + $1.byteSize } }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        var numbers = [Int32](repeating: 0, count: batch.rowCount)
        numbers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            keys.assign(plan.keys.map { batch.columns[$0] }, rowCount: batch.rowCount, groups: base)
        }
        reserve()
        numbers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            idle?.touch(base, count: batch.rowCount, groups: keys.count) { forget($0) }
        }
        let time = batch.columns[timeColumn]
        for row in 0..<batch.rowCount {
            let key = Int(numbers[row])
            guard states.base[key] != 2 else { continue }
            guard watermark == Watermark.none || time.int64[row] > watermark else {
                lateRows += 1
                continue
            }
            if states.base[key] == 1 && times.base[key] <= time.int64[row] { continue }
            if states.base[key] == 0 { held.append(numbers[row]) }
            states.base[key] = 1
            times.base[key] = time.int64[row]
            for (index, column) in rows.enumerated() { column.set(key, from: batch.columns[index], row: row) }
            note(numbers[row])
        }
    }

    private func note(_ key: Int32) { if keepsChanges { unsaved.insert(key) } }

    func flush(output: NodeRuntime) throws {
        guard let idle, idle.sweep(groups: keys.count, forget: forget) else { return }
        if let kept = IdleGroups.worthKeeping(of: keys.count, isDead: { states.base[$0] == 0 }) {
            compact(keeping: kept, idle)
        }
    }

    /// Gives up the places of keys that are forgotten, and renumbers the others.
    private func compact(keeping kept: [Int32], _ idle: IdleGroups) {
        for key in unsaved where states.base[Int(key)] == 0 { removed.remove(key: keyBytes(key)) }
        let renumbered = Renumbering(keeping: kept, of: keys.count)
        unsaved = Set(renumbered(Array(unsaved)))
        held = renumbered(held)
        keys.compact(keeping: kept)
        times.compact(keeping: kept)
        states.compact(keeping: kept)
        rows = rows.map { old in
            let column = GrowableColumn(old.type, capacity: max(64, kept.count))
            for key in kept { column.append(old.column, row: Int(key)) }
            return column
        }
        idle.compact(keeping: kept)
    }

    private func keyBytes(_ number: Int32) -> [UInt8] {
        var key = ByteWriter()
        for column in keys.keys { RowCoding.append(column.column, row: Int(number), to: &key) }
        return key.bytes
    }

    /// The next row of the key is its first again. A row that is held leaves all the same.
    private func forget(_ key: Int) {
        guard states.base[key] == 2 else { return }
        states.base[key] = 0
        note(Int32(truncatingIfNeeded: key))
    }

    private func reserve() {
        times.reserve(keys.count)
        states.reserve(keys.count)
        for column in rows {
            column.reserve(keys.count)
            while column.count < keys.count { column.appendNull() }
        }
    }

    func advance(to time: Int64, output: NodeRuntime) throws {
        watermark = time
        let due = held.filter { times.base[Int($0)] <= time }
            .sorted { (times.base[Int($0)], $0) < (times.base[Int($1)], $1) }
        guard !due.isEmpty else { return }
        held.removeAll { times.base[Int($0)] <= time }
        // While they were held they were not forgotten; now their time begins.
        idle?.touch(due, count: due.count, groups: keys.count) { _ in }
        for number in due {
            states.base[Int(number)] = 2
            note(number)
        }
        for start in stride(from: 0, to: due.count, by: 4_096) {
            let part = Array(due[start..<min(start + 4_096, due.count)])
            try output.emit(Batch(columns: rows.map { $0.gathered(part) }, rowCount: part.count))
        }
        // Of a row that has left the key is enough: its texts would stay as long as the key does.
        for column in rows where column.type.kind == .text { for number in due { column.setNull(Int(number)) } }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        var entries = removed
        removed = KeyedEntries()
        for number in unsaved {
            let key = keyBytes(number)
            guard states.base[Int(number)] != 0 else {
                entries.remove(key: key)
                continue
            }
            var value = ByteWriter()
            value.write(states.base[Int(number)])
            value.write(times.base[Int(number)])
            if states.base[Int(number)] == 1 {
                for column in rows { RowCoding.append(column.column, row: Int(number), to: &value) }
            }
            entries.put(key: key, value: value.bytes)
        }
        unsaved.removeAll(keepingCapacity: true)
        return entries.isEmpty ? [] : [StateChange(name: "rows", fold: .keyed, bytes: entries.bytes)]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        for (key, value) in try FoldedEntries(changes, named: "rows").values {
            try key.withUnsafeBytes { key in
                try value.withUnsafeBytes { try restoreRow(key: key, value: $0, ownership) }
            }
        }
        idle?.restored(groups: keys.count)
        held = (0..<keys.count).filter { states.base[$0] == 1 }.map { Int32(truncatingIfNeeded: $0) }
    }

    private func restoreRow(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, _ ownership: Ownership) throws {
        var decoder = RowDecoder(types: keys.keyTypes, capacity: 1)
        var reader = ByteReader(key)
        try decoder.read(&reader, columns: 0..<keys.keyTypes.count)
        decoder.endRow()
        var hash: UInt64 = 0
        hashColumns(decoder.batch(), Array(keys.keyTypes.indices), seed: ownership.seed, into: &hash)
        guard ownership.owns(hash) else { return }
        var number: Int32 = 0
        keys.assign(decoder.columns, rowCount: 1, groups: &number)
        reserve()
        var valueReader = ByteReader(value)
        states.base[Int(number)] = try valueReader.read(UInt8.self)
        times.base[Int(number)] = try valueReader.read(Int64.self)
        guard states.base[Int(number)] == 1 else { return }
        let row = RowDecoder(types: types, capacity: 1)
        try row.read(&valueReader, columns: 0..<types.count)
        for (index, column) in rows.enumerated() { column.set(Int(number), from: row.columns[index], row: 0) }
    }
}
