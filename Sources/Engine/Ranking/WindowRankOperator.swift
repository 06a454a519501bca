import Columnar
import ConnectorContract
import StreamSQL

/// ROW_NUMBER() in windows: the rows asked for of each partition of a window leave once, when the watermark reaches
/// the window's end less one millisecond; rows of windows that have ended are dropped and counted.
final class WindowRankOperator: Operator {
    private let plan: RankPlan
    private let endColumn: Int
    private let inputFields: [Field]
    private let clock: WindowClock
    private let entries: StateWriter?
    private let seed: UInt64
    /// By end of the window.
    private var windows: [Int64: RankBuffer] = [:]
    private var watermark = Watermark.none
    private(set) var lateRows = 0

    init(_ plan: RankPlan, window: RankWindow, inputFields: [Field], keepsChanges: Bool, seed: UInt64) {
        self.plan = plan
        endColumn = window.endColumn
        self.inputFields = inputFields
        clock = WindowClock(window.zone)
        entries = keepsChanges ? StateWriter() : nil
        self.seed = seed
    }

    var stateRows: Int { windows.values.reduce(0) { $0 + $1.store.count } }
    var stateBytes: Int { windows.values.reduce(0) { $0 + $1.byteSize } }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        let ends = batch.columns[endColumn]
        var rowsByEnd: [Int64: [Int32]] = [:]
        var end = Int64.min
        var run: [Int32] = []
        for row in 0..<batch.rowCount where ends.isValid(row) {
            if ends.int64[row] != end {
                if !run.isEmpty { rowsByEnd[end, default: []] += run }
                run.removeAll(keepingCapacity: true)
                end = ends.int64[row]
            }
            run.append(Int32(truncatingIfNeeded: row))
        }
        if !run.isEmpty { rowsByEnd[end, default: []] += run }
        for (end, rows) in rowsByEnd {
            guard !hasFired(end) else {
                lateRows += rows.count
                continue
            }
            let part =
                rows.count == batch.rowCount
                ? batch : rows.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress!, count: $0.count) }
            window(end).add(part)
        }
    }

    private func hasFired(_ end: Int64) -> Bool { watermark != Watermark.none && clock.firing(end: end) <= watermark }

    private func window(_ end: Int64) -> RankBuffer {
        if let known = windows[end] { return known }
        let made = RankBuffer(plan, inputFields: inputFields, seed: seed, emitsChanges: false, entries: entries)
        windows[end] = made
        return made
    }

    func advance(to time: Int64, output: NodeRuntime) throws {
        watermark = time
        for end in windows.keys.filter(hasFired).sorted() {
            guard let window = windows.removeValue(forKey: end) else { continue }
            try fire(window, output)
        }
    }

    private func fire(_ window: RankBuffer, _ output: NodeRuntime) throws {
        var picks = RankPicks(plan)
        var rows: [Int32] = []
        var all: [Int32] = []
        for group in 0..<window.groups.count {
            rows.removeAll(keepingCapacity: true)
            window.lists.append(window.visible, of: group, to: &rows)
            picks.add(old: [], new: rows[...], window)
            if window.journal != nil { window.lists.append(0..<Int.max, of: group, to: &all) }
        }
        window.journal?.writeRemovals(of: all, window.store, window.order)
        for start in stride(from: 0, to: picks.rows.count, by: 4_096) {
            try output.emit(picks.batch(start..<min(start + 4_096, picks.rows.count), window.store))
        }
    }

    // MARK: state

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        for window in windows.values { window.journal?.writeChanges(window.store, window.order) }
        var mark = ByteWriter()
        mark.write(watermark)
        mark.write(UInt64(lateRows))
        let rows = try entries?.take("rows", .keyed) ?? []
        return rows + [StateChange(name: "watermark", fold: .replace, bytes: mark.bytes)]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        var stored = StoredRows()
        for change in changes {
            if change.fold == .replace {
                let mark = try StoredWatermark(change.bytes)
                watermark = mark.watermark
                if ownership.index == 0 { lateRows += mark.lateRows }
            } else {
                try stored.apply(change.bytes)
            }
        }
        let types = inputFields.map { $0.type.nullable(true) }
        try stored.forEachBatch(types, keys: plan.partition, ownership) { batch, sequences in
            let ends = batch.columns[endColumn].int64
            var rowsByEnd: [Int64: [Int32]] = [:]
            for row in 0..<batch.rowCount { rowsByEnd[ends[row], default: []].append(Int32(truncatingIfNeeded: row)) }
            for (end, rows) in rowsByEnd {
                let part = rows.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress!, count: $0.count) }
                window(end).restore(part, sequences: rows.map { sequences[Int($0)] })
            }
        }
        for window in windows.values { window.finishRestoring() }
    }
}

/// The watermark of an operator's former instances, and the late rows they counted.
struct StoredWatermark {
    /// Up to the least of the instances' watermarks everything has fired for certain.
    private(set) var watermark = Watermark.none
    private(set) var lateRows = 0

    init(_ bytes: [UInt8]) throws {
        var least = Watermark.final
        for part in try EpochCoordinator.parts(of: bytes) {
            try part.withUnsafeBytes { buffer in
                var reader = ByteReader(buffer)
                least = min(least, try reader.read(Int64.self))
                lateRows += Int(truncatingIfNeeded: try reader.read(UInt64.self))
            }
        }
        watermark = least == Watermark.final ? Watermark.none : least
    }
}
