import Columnar
import ConnectorContract
import StreamSQL

/// Aggregation for each window and group. A window fires once, when the watermark reaches its end less one
/// millisecond; rows that come later for all their windows are dropped and counted.
final class WindowAggregateOperator: Operator {
    /// The groups and states of one slice.
    private final class Slice {
        let groups: GroupTable
        let aggregates: AggregateSet
        var unsaved: Set<Int32> = []

        init(keyTypes: [DataType], calls: [AggregateCall], seed: UInt64) {
            groups = GroupTable(keyTypes: keyTypes, seed: seed)
            aggregates = AggregateSet(calls, inputRetracts: false, seed: seed)
        }
    }

    private let plan: WindowAggregatePlan
    private let keyTypes: [DataType]
    private let assigner: SliceAssigner
    private let clock: WindowClock
    private let seed: UInt64
    /// DISTINCT states cannot be merged: with them a row enters each of its windows instead of one slice.
    private let entersWindows: Bool
    /// By slice end, or by (end, start) of the window.
    private var slices: [SliceKey: Slice] = [:]
    /// Ends (and starts) of windows that are waiting to fire.
    private var pending: Set<SliceKey> = []
    private var watermark = Watermark.none
    private var removed = KeyedEntries()
    private(set) var lateRows = 0

    private struct SliceKey: Hashable {
        var start: Int64
        var end: Int64
    }

    init(_ plan: WindowAggregatePlan, inputFields: [Field], seed: UInt64) {
        self.plan = plan
        self.seed = seed
        keyTypes = plan.groupColumns.map { inputFields[$0].type }
        assigner = SliceAssigner(plan.shape)
        clock = WindowClock(plan.zone)
        entersWindows = plan.calls.contains(where: \.isDistinct)
    }

    var stateRows: Int { slices.values.reduce(0) { $0 + $1.groups.count } }
    var stateBytes: Int { slices.values.reduce(0) { $0 + $1.groups.byteSize + $1.aggregates.byteSize } }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        let times = batch.columns[plan.timeColumn]
        var rowsBySlice: [Int64: [Int32]] = [:]
        var end = Int64.min
        var begin = Int64.max
        var list: [Int32] = []
        for row in 0..<batch.rowCount {
            guard times.isValid(row) else { continue }
            let time = clock.shown(at: times.int64[row])
            if time < begin || time >= end {
                if !list.isEmpty { rowsBySlice[end, default: []] += list }
                list.removeAll(keepingCapacity: true)
                end = assigner.sliceEnd(of: time)
                begin = end - assigner.slice
            }
            list.append(Int32(truncatingIfNeeded: row))
        }
        if !list.isEmpty { rowsBySlice[end, default: []] += list }
        for end in rowsBySlice.keys.sorted() { add(batch, rows: rowsBySlice[end] ?? [], sliceEnd: end) }
    }

    private func add(_ batch: Batch, rows: [Int32], sliceEnd end: Int64) {
        let windows = assigner.windows(ofSliceEnding: end).filter { !hasFired($0.end) }
        guard !windows.isEmpty else {
            lateRows += rows.count
            return
        }
        let part =
            rows.count == batch.rowCount
            ? batch : rows.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress!, count: $0.count) }
        for window in windows {
            let key = SliceKey(start: window.start, end: window.end)
            pending.insert(key)
            if entersWindows { feed(part, to: key) }
        }
        if !entersWindows { feed(part, to: SliceKey(start: end - assigner.slice, end: end)) }
    }

    private func hasFired(_ end: Int64) -> Bool { watermark != Watermark.none && clock.firing(end: end) <= watermark }

    private func feed(_ batch: Batch, to key: SliceKey) {
        let slice = slices[key] ?? makeSlice()
        slices[key] = slice
        var numbers = [Int32](repeating: 0, count: batch.rowCount)
        numbers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            slice.groups.assign(plan.groupColumns.map { batch.columns[$0] }, rowCount: batch.rowCount, groups: base)
            slice.aggregates.reserve(groups: slice.groups.count)
            slice.aggregates.update(batch, groups: base, signs: nil)
        }
        slice.unsaved.formUnion(numbers)
    }

    private func makeSlice() -> Slice { Slice(keyTypes: keyTypes, calls: plan.calls, seed: seed) }

    // MARK: firing

    func advance(to time: Int64, output: NodeRuntime) throws {
        watermark = time
        let due = pending.filter { hasFired($0.end) }.sorted { ($0.end, $0.start) < ($1.end, $1.start) }
        for key in due {
            pending.remove(key)
            try fire(key, output)
        }
        for key in slices.keys where isDone(key) { drop(key) }
    }

    private func isDone(_ key: SliceKey) -> Bool {
        hasFired(entersWindows ? key.end : assigner.lastWindowEnd(ofSliceEnding: key.end))
    }

    private func fire(_ key: SliceKey, _ output: NodeRuntime) throws {
        if entersWindows {
            if let slice = slices[key] { try emit(slice, key, output) }
            return
        }
        let parts = assigner.slices(start: key.start, end: key.end).compactMap {
            slices[SliceKey(start: $0 - assigner.slice, end: $0)]
        }
        guard let first = parts.first else { return }
        if parts.count == 1 { return try emit(first, key, output) }
        let merged = makeSlice()
        for part in parts { merge(part, into: merged) }
        try emit(merged, key, output)
    }

    private func merge(_ part: Slice, into merged: Slice) {
        let rows = (0..<part.groups.count).map { Int32(truncatingIfNeeded: $0) }
        guard !rows.isEmpty else { return }
        let keys = part.groups.keys.map { $0.gathered(rows) }
        let batch = Batch(columns: keys + part.aggregates.partials(rows), rowCount: rows.count)
        var numbers = [Int32](repeating: 0, count: rows.count)
        numbers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            merged.groups.assign(keys, rowCount: rows.count, groups: base)
            merged.aggregates.reserve(groups: merged.groups.count)
            merged.aggregates.merge(batch, firstColumn: keys.count, groups: base)
        }
    }

    private func emit(_ slice: Slice, _ key: SliceKey, _ output: NodeRuntime) throws {
        for start in stride(from: 0, to: slice.groups.count, by: 4_096) {
            let rows = (start..<min(start + 4_096, slice.groups.count)).map { Int32(truncatingIfNeeded: $0) }
            var columns = slice.groups.keys.map { $0.gathered(rows) } + slice.aggregates.results(rows)
            for wanted in plan.windowColumns {
                let value =
                    switch wanted {
                    case .start: key.start
                    case .end: key.end
                    case .time: clock.windowTime(end: key.end)
                    }
                let field = output.node.fields[columns.count]
                let column = Column(field.type, capacity: rows.count)
                column.int64.update(repeating: value, count: rows.count)
                columns.append(column)
            }
            try output.emit(Batch(columns: columns, rowCount: rows.count))
        }
    }

    // MARK: state

    private func keyBytes(_ slice: Slice, _ key: SliceKey, group: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(key.start)
        writer.write(key.end)
        for column in slice.groups.keys { RowCoding.append(column.column, row: group, to: &writer) }
        return writer.bytes
    }

    private func drop(_ key: SliceKey) {
        guard let slice = slices.removeValue(forKey: key) else { return }
        for group in 0..<slice.groups.count { removed.remove(key: keyBytes(slice, key, group: group)) }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        var entries = removed
        removed = KeyedEntries()
        for (key, slice) in slices {
            for group in slice.unsaved {
                var value = ByteWriter()
                slice.aggregates.write(Int(group), to: &value)
                entries.put(key: keyBytes(slice, key, group: Int(group)), value: value.bytes)
            }
            slice.unsaved.removeAll(keepingCapacity: true)
        }
        var mark = ByteWriter()
        mark.write(watermark)
        mark.write(UInt64(lateRows))
        return [
            StateChange(name: "slices", fold: .keyed, bytes: entries.bytes),
            StateChange(name: "watermark", fold: .replace, bytes: mark.bytes),
        ]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        for change in changes {
            if change.fold == .replace {
                try restoreWatermark(change.bytes, isFirst: ownership.index == 0)
            } else {
                try change.bytes.withUnsafeBytes { bytes in
                    try KeyedEntries.forEach(in: bytes) { try restoreGroup(key: $0, value: $1, ownership) }
                }
            }
        }
        for key in slices.keys {
            let windows = entersWindows ? [(key.start, key.end)] : assigner.windows(ofSliceEnding: key.end)
            for window in windows where !hasFired(window.1) { pending.insert(SliceKey(start: window.0, end: window.1)) }
        }
    }

    /// Windows up to the least of the instances' watermarks have fired for certain.
    private func restoreWatermark(_ bytes: [UInt8], isFirst: Bool) throws {
        var least = Watermark.final
        for part in try EpochCoordinator.parts(of: bytes) {
            try part.withUnsafeBytes { buffer in
                var reader = ByteReader(buffer)
                least = min(least, try reader.read(Int64.self))
                let late = try reader.read(UInt64.self)
                if isFirst { lateRows += Int(truncatingIfNeeded: late) }
            }
        }
        watermark = least == Watermark.final ? Watermark.none : least
    }

    private func restoreGroup(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?, _ ownership: Ownership
    ) throws {
        var reader = ByteReader(key)
        let sliceKey = SliceKey(start: try reader.read(), end: try reader.read())
        var decoder = RowDecoder(types: keyTypes, capacity: 1)
        try decoder.read(&reader, columns: 0..<keyTypes.count)
        decoder.endRow()
        var hash: UInt64 = 0
        hashColumns(decoder.batch(), Array(keyTypes.indices), seed: ownership.seed, into: &hash)
        guard ownership.owns(hash) else { return }
        guard let value else {
            // All groups of a closed slice are removed together.
            slices[sliceKey] = nil
            return
        }
        let slice = slices[sliceKey] ?? makeSlice()
        slices[sliceKey] = slice
        var number: Int32 = 0
        slice.groups.assign(decoder.columns, rowCount: 1, groups: &number)
        slice.aggregates.reserve(groups: slice.groups.count)
        var valueReader = ByteReader(value)
        try slice.aggregates.read(Int(number), from: &valueReader)
    }
}
