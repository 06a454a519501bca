import Columnar
import ConnectorContract
import StreamSQL

/// Aggregation for each window and group. A window fires once, when the watermark reaches its end less one
/// millisecond; rows that come later for all their windows are dropped and counted.
final class WindowAggregateOperator: Operator {
    private let plan: WindowAggregatePlan
    private let keyTypes: [DataType]
    private let assigner: SliceAssigner
    private let clock: WindowClock
    private let seed: UInt64
    /// What is not merged yet by its bounds. Of windows that cumulate, what their steps have brought so far stands
    /// under (start, start): it grows by one slice a step and is never computed anew.
    private var slices: [SliceKey: WindowSlice] = [:]
    private let isCumulating: Bool
    /// Ends (and starts) of windows that are waiting to fire.
    private var pending: Set<SliceKey> = []
    /// Windows whose results changed since they were given: open ones, and those that have fired.
    private var early: Set<SliceKey> = []
    private var late: Set<SliceKey> = []
    private var given: [SliceKey: GivenRows] = [:]
    private var removedGiven = KeyedEntries()
    private var lastEarly: Int64 = 0
    private var lastLate: Int64 = 0
    private let latenessMicroseconds: Int64
    private let wallMilliseconds: () -> Int64
    private var watermark = Watermark.none
    private var removed = KeyedEntries()
    private(set) var lateRows = 0
    /// Where rows are partial results: the first column of the calls.
    private let firstPartial: Int?

    private struct SliceKey: Hashable {
        var start: Int64
        var end: Int64
    }

    init(
        _ plan: WindowAggregatePlan, inputFields: [Field], seed: UInt64,
        wallMilliseconds: @escaping () -> Int64 = { 0 }
    ) {
        self.wallMilliseconds = wallMilliseconds
        self.plan = plan
        self.seed = seed
        firstPartial = plan.phase == .global ? plan.firstPartial : nil
        keyTypes = plan.groupColumns.map { inputFields[$0].type }
        assigner = SliceAssigner(plan.shape)
        clock = WindowClock(plan.zone)
        if case .cumulate = plan.shape { isCumulating = true } else { isCumulating = false }
        // The steps of a window that cumulates are merged when they fire: a late row has no place of its own any more.
        let (lateness, _) = (plan.emission?.latenessMilliseconds ?? 0).multipliedReportingOverflow(by: 1_000)
        latenessMicroseconds = isCumulating ? 0 : max(0, lateness)
    }

    var stateRows: Int { slices.values.reduce(0) { $0 + $1.groups.count } + given.values.reduce(0) { $0 + $1.count } }
    var stateBytes: Int {
        slices.values.reduce(0) { $0 + $1.byteSize } + given.values.reduce(0) { $0 + $1.byteSize }
    }
    var goesByClock: Bool { plan.emission != nil }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        if let attached = plan.attached { return addAttached(batch, attached) }
        let times = batch.columns[plan.timeColumn]
        var rowsBySlice: [Int64: [Int32]] = [:]
        var end = Int64.min
        var begin = Int64.max
        var list: [Int32] = []
        let values = times.int64
        let hasNulls = times.mayHaveNulls
        for row in 0..<batch.rowCount where !hasNulls || times.isValid(row) {
            let time = clock.shown(at: values[row])
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
        let all = assigner.windows(ofSliceEnding: end)
        let windows = all.filter { !isOver($0.end) }
        guard let next = windows.first else {
            lateRows += rowCount(batch, rows)
            return
        }
        let part = chosen(batch, rows)
        for window in windows {
            let key = SliceKey(start: window.start, end: window.end)
            if latenessMicroseconds > 0, hasFired(window.end) {
                late.insert(key)
            } else {
                pending.insert(key)
                if plan.emission != nil { early.insert(key) }
            }
        }
        // A row that missed the first steps of its window belongs to all that come.
        let isBehind = isCumulating && windows.count < all.count
        let key =
            isBehind
            ? SliceKey(start: next.start, end: next.start) : SliceKey(start: end - assigner.slice, end: end)
        slice(key).feed(part, groupColumns: plan.groupColumns, firstPartial: firstPartial)
    }

    /// Takes in rows that carry the bounds of their window: one slice for each window, and none is shared.
    private func addAttached(_ batch: Batch, _ attached: AttachedWindow) {
        let (starts, ends) = (batch.columns[attached.startColumn], batch.columns[attached.endColumn])
        var rowsByWindow: [SliceKey: [Int32]] = [:]
        var open = SliceKey(start: .min, end: .min)
        var run: [Int32] = []
        let hasNulls = starts.mayHaveNulls || ends.mayHaveNulls
        let (startTimes, endTimes) = (starts.int64, ends.int64)
        for row in 0..<batch.rowCount where !hasNulls || (starts.isValid(row) && ends.isValid(row)) {
            let key = SliceKey(start: startTimes[row], end: endTimes[row])
            if key != open {
                if !run.isEmpty { rowsByWindow[open, default: []] += run }
                run.removeAll(keepingCapacity: true)
                open = key
            }
            run.append(Int32(truncatingIfNeeded: row))
        }
        if !run.isEmpty { rowsByWindow[open, default: []] += run }
        for (key, rows) in rowsByWindow.sorted(by: { ($0.key.end, $0.key.start) < ($1.key.end, $1.key.start) }) {
            guard !hasFired(key.end) else {
                lateRows += rowCount(batch, rows)
                continue
            }
            pending.insert(key)
            slice(key).feed(chosen(batch, rows), groupColumns: plan.groupColumns, firstPartial: firstPartial)
        }
    }

    /// How many rows of the input the listed ones stand for.
    private func rowCount(_ batch: Batch, _ rows: [Int32]) -> Int {
        guard plan.phase == .global else { return rows.count }
        let counts = batch.columns[plan.rowCountColumn].int64
        return rows.reduce(0) { $0 &+ Int(counts[Int($1)]) }
    }

    /// The listed rows of a batch, which is passed on as it is when that is all of them.
    private func chosen(_ batch: Batch, _ rows: [Int32]) -> Batch {
        guard rows.count < batch.rowCount else { return batch }
        return rows.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { gather(batch, rows: $0, count: buffer.count) } ?? batch
        }
    }

    private func slice(_ key: SliceKey) -> WindowSlice {
        if let known = slices[key] { return known }
        let made = makeSlice()
        slices[key] = made
        return made
    }

    private func hasFired(_ end: Int64) -> Bool { watermark != Watermark.none && clock.firing(end: end) <= watermark }

    /// Whether a window takes no rows any more.
    private func isOver(_ end: Int64) -> Bool {
        guard watermark != Watermark.none else { return false }
        let (last, overflows) = clock.firing(end: end).addingReportingOverflow(latenessMicroseconds)
        return !overflows && last <= watermark
    }

    private func makeSlice() -> WindowSlice { WindowSlice(plan, keyTypes: keyTypes, seed: seed) }

    // MARK: firing

    func advance(to time: Int64, output: NodeRuntime) throws {
        watermark = time
        let due = pending.filter { hasFired($0.end) }.sorted { ($0.end, $0.start) < ($1.end, $1.start) }
        for key in due {
            pending.remove(key)
            early.remove(key)
            try fire(key, output)
        }
        if plan.emission != nil { try closeOver(output) }
        for key in slices.keys where isDone(key) { drop(key) }
    }

    private func isDone(_ key: SliceKey) -> Bool {
        if plan.attached != nil { return hasFired(key.end) }
        // A merged slice of a window that cumulates was dropped when it was merged.
        if isCumulating { return hasFired(key.start == key.end ? assigner.windowEnd(from: key.start) : key.end) }
        return isOver(assigner.lastWindowEnd(ofSliceEnding: key.end))
    }

    private func fire(_ key: SliceKey, _ output: NodeRuntime) throws {
        if plan.attached != nil { return try slices[key].map { try emit($0, key, output) } ?? () }
        if isCumulating {
            let last = SliceKey(start: key.end - assigner.slice, end: key.end)
            let sum = slice(SliceKey(start: key.start, end: key.start))
            if let step = slices[last] {
                sum.absorb(step)
                drop(last)
            }
            return try emit(sum, key, output)
        }
        if let content = content(key) { try emit(content, key, output) }
    }

    /// What a window holds so far.
    private func content(_ key: SliceKey) -> WindowSlice? {
        var parts = assigner.slices(start: key.start, end: key.end).compactMap {
            slices[SliceKey(start: $0 - assigner.slice, end: $0)]
        }
        if isCumulating, let sum = slices[SliceKey(start: key.start, end: key.start)] { parts.insert(sum, at: 0) }
        guard let first = parts.first, parts.count > 1 else { return parts.first }
        let merged = makeSlice()
        for part in [first] + parts.dropFirst() { merged.absorb(part) }
        return merged
    }

    private func emit(_ slice: WindowSlice, _ key: SliceKey, _ output: NodeRuntime) throws {
        if plan.emission != nil { return try revise(slice, key, output) }
        for start in stride(from: 0, to: slice.groups.count, by: 4_096) {
            let rows = (start..<min(start + 4_096, slice.groups.count)).filter { slice.isLive($0) }
                .map { Int32(truncatingIfNeeded: $0) }
            guard !rows.isEmpty else { continue }
            let columns = slice.groups.keys.map { $0.gathered(rows) } + slice.aggregates.results(rows)
            try output.emit(Batch(columns: withWindow(columns, key, rows.count, output), rowCount: rows.count))
        }
    }

    /// The columns, then those of the window.
    private func withWindow(_ columns: [Column], _ key: SliceKey, _ count: Int, _ output: NodeRuntime) -> [Column] {
        var columns = columns
        for wanted in plan.windowColumns {
            let value =
                switch wanted {
                case .start: key.start
                case .end: key.end
                case .time: clock.windowTime(end: key.end)
                }
            let field = output.node.fields[columns.count]
            let column = Column(field.type, capacity: count)
            column.int64.update(repeating: value, count: count)
            columns.append(column)
        }
        return columns
    }

    // MARK: results before and behind the end

    /// Gives what differs from what was given of the window before.
    private func revise(_ slice: WindowSlice, _ key: SliceKey, _ output: NodeRuntime) throws {
        let rows = givenRows(key)
        for start in stride(from: 0, to: slice.groups.count, by: 2_048) {
            let numbers = (start..<min(start + 2_048, slice.groups.count)).map { Int32(truncatingIfNeeded: $0) }
            let (columns, kinds) = rows.revise(slice, rows: numbers)
            guard !kinds.isEmpty else { continue }
            let whole = withWindow(columns, key, kinds.count, output)
            try output.emit(Batch(columns: whole, rowCount: kinds.count, kinds: kinds))
        }
    }

    private func givenRows(_ key: SliceKey) -> GivenRows {
        if let known = given[key] { return known }
        let made = GivenRows(keyTypes: keyTypes, resultTypes: plan.calls.map(\.resultType), seed: seed)
        given[key] = made
        return made
    }

    func tick(output: NodeRuntime) throws { try flush(output: output) }

    func flush(output: NodeRuntime) throws {
        guard let emission = plan.emission, !(early.isEmpty && late.isEmpty) else { return }
        let now = wallMilliseconds()
        if let delay = emission.earlyMilliseconds, !early.isEmpty, now &- lastEarly >= delay {
            lastEarly = now
            try give(&early, output)
        }
        if !late.isEmpty, now &- lastLate >= emission.lateMilliseconds {
            lastLate = now
            try give(&late, output)
        }
    }

    private func give(_ keys: inout Set<SliceKey>, _ output: NodeRuntime) throws {
        let sorted = keys.sorted { ($0.end, $0.start) < ($1.end, $1.start) }
        keys.removeAll(keepingCapacity: true)
        for key in sorted {
            if let content = content(key) { try revise(content, key, output) }
        }
    }

    /// Lets go of windows that take no rows any more, after what late rows changed in them.
    private func closeOver(_ output: NodeRuntime) throws {
        var over = late.filter { isOver($0.end) }
        late.subtract(over)
        try give(&over, output)
        for (key, rows) in given where isOver(key.end) {
            given[key] = nil
            for number in 0..<rows.count where rows.isSaved(number) {
                removedGiven.remove(key: givenKey(key) { rows.appendKey(number, to: &$0) })
            }
        }
    }

    private func givenKey(_ key: SliceKey, _ append: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(key.start)
        writer.write(key.end)
        append(&writer)
        return writer.bytes
    }

    private func snapshotGiven() -> StateChange {
        var entries = removedGiven
        removedGiven = KeyedEntries()
        for (key, rows) in given {
            rows.drain { append, value in
                let bytes = givenKey(key, append)
                if let value { entries.put(key: bytes, value: value) } else { entries.remove(key: bytes) }
            }
        }
        return StateChange(name: "given", fold: .keyed, bytes: entries.bytes)
    }

    private func restoreGiven(_ changes: [StateChange], _ ownership: Ownership) throws {
        for (key, value) in try FoldedEntries(changes, named: "given").values {
            try key.withUnsafeBytes { key in
                try value.withUnsafeBytes { value in
                    guard let (window, keys) = try owned(key, ownership) else { return }
                    var reader = ByteReader(value)
                    try givenRows(window).restore(keys, from: &reader)
                }
            }
        }
    }

    // MARK: state

    private func keyBytes(_ slice: WindowSlice, _ key: SliceKey, group: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(key.start)
        writer.write(key.end)
        slice.appendKey(group, to: &writer)
        return writer.bytes
    }

    private func drop(_ key: SliceKey) {
        guard let slice = slices.removeValue(forKey: key), slice.isSaved else { return }
        for group in 0..<slice.groups.count { removed.remove(key: keyBytes(slice, key, group: group)) }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        var entries = removed
        removed = KeyedEntries()
        for (key, slice) in slices {
            for group in slice.unsaved {
                var value = ByteWriter()
                slice.write(Int(group), to: &value)
                entries.put(key: keyBytes(slice, key, group: Int(group)), value: value.bytes)
            }
            slice.markSaved()
        }
        var mark = ByteWriter()
        mark.write(watermark)
        mark.write(UInt64(lateRows))
        let changes = [
            StateChange(name: "slices", fold: .keyed, bytes: entries.bytes),
            StateChange(name: "watermark", fold: .replace, bytes: mark.bytes),
        ]
        return plan.emission == nil ? changes : changes + [snapshotGiven()]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        for change in changes where change.fold == .replace {
            try restoreWatermark(change.bytes, isFirst: ownership.index == 0)
        }
        for (key, value) in try FoldedEntries(changes, named: "slices").values {
            try key.withUnsafeBytes { key in
                try value.withUnsafeBytes { try restoreGroup(key: key, value: $0, ownership) }
            }
        }
        if plan.emission != nil { try restoreGiven(changes, ownership) }
        for (key, slice) in slices {
            slice.finishRestore()
            if plan.attached != nil {
                if !hasFired(key.end) { pending.insert(key) }
                continue
            }
            let first = key.start == key.end ? key.end + assigner.slice : key.end
            let windows = assigner.windows(ofSliceEnding: first)
            for window in windows {
                let key = SliceKey(start: window.0, end: window.1)
                if !hasFired(key.end) {
                    pending.insert(key)
                    if plan.emission != nil { early.insert(key) }
                } else if !isOver(key.end) {
                    // Instances may not have come equally far: what fired here may not have been given there.
                    late.insert(key)
                }
            }
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
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, _ ownership: Ownership
    ) throws {
        guard let (sliceKey, keys) = try owned(key, ownership) else { return }
        var valueReader = ByteReader(value)
        try slice(sliceKey).restore(keys, from: &valueReader)
    }

    /// The bounds and group of a stored entry; nil where it belongs to another instance.
    private func owned(
        _ key: UnsafeRawBufferPointer, _ ownership: Ownership
    ) throws -> (SliceKey, keys: [Column])? {
        var reader = ByteReader(key)
        let sliceKey = SliceKey(start: try reader.read(), end: try reader.read())
        var decoder = RowDecoder(types: keyTypes, capacity: 1)
        try decoder.read(&reader, columns: 0..<keyTypes.count)
        decoder.endRow()
        var hash: UInt64 = 0
        hashColumns(decoder.batch(), Array(keyTypes.indices), seed: ownership.seed, into: &hash)
        return ownership.owns(hash) ? (sliceKey, decoder.columns) : nil
    }
}
