import Columnar
import ConnectorContract
import StreamSQL

/// ORDER BY event time: rows are held until the watermark passes them and leave in order. A row whose time is not
/// after the last that left is late: it is dropped and counted.
final class TimeSortOperator: Operator {
    private let timeColumn: Int
    private let buffer: RankBuffer
    private let keepsChanges: Bool
    /// The greatest time that has left.
    private var last = Watermark.none
    private(set) var lateRows = 0

    init(_ plan: TimeSortPlan, inputFields: [Field], keepsChanges: Bool, seed: UInt64) {
        timeColumn = plan.timeColumn
        self.keepsChanges = keepsChanges
        let time = SortPlan.Key(column: plan.timeColumn, isDescending: false, nullsFirst: true)
        let ranking = RankPlan(partition: [], order: [time] + plan.keys, to: .max)
        buffer = RankBuffer(
            ranking, inputFields: inputFields, seed: seed, emitsChanges: false,
            entries: keepsChanges ? StateWriter() : nil)
    }

    var stateRows: Int { buffer.store.count }
    var stateBytes: Int { buffer.byteSize }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        let times = batch.columns[timeColumn]
        var rows: [Int32] = []
        for row in 0..<batch.rowCount where times.isValid(row) {
            if times.int64[row] > last || last == Watermark.none {
                rows.append(Int32(truncatingIfNeeded: row))
            } else {
                lateRows += 1
            }
        }
        guard !rows.isEmpty else { return }
        if rows.count == batch.rowCount { return buffer.add(batch) }
        buffer.add(rows.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress!, count: $0.count) })
    }

    func advance(to time: Int64, output: NodeRuntime) throws {
        while true {
            let due = buffer.takeFirst(4_096) { $0.columns[timeColumn].column.int64[Int($1)] <= time }
            guard let newest = due.last else { return }
            last = buffer.store.columns[timeColumn].column.int64[Int(newest)]
            try output.emit(Batch(columns: buffer.store.gathered(due), rowCount: due.count))
            for id in due { buffer.store.remove(id) }
        }
    }

    // MARK: state

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        guard keepsChanges else { return [] }
        var mark = ByteWriter()
        mark.write(last)
        mark.write(UInt64(lateRows))
        return try buffer.takeChanges() + [StateChange(name: "watermark", fold: .replace, bytes: mark.bytes)]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        var stored = StoredRows()
        for change in changes {
            if change.fold == .replace {
                let mark = try StoredWatermark(change.bytes)
                last = mark.watermark
                lateRows = mark.lateRows
            } else {
                try stored.apply(change.bytes)
            }
        }
        try stored.forEachBatch(buffer.store.types, keys: [], ownership) { buffer.restore($0, sequences: $1) }
        buffer.finishRestoring()
    }
}
