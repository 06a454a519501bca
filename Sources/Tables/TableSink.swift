import Columnar
import ConnectorContract
import Diagnostics

/// One row of a table as an epoch kept it.
struct RestoredRow {
    var key: [UInt8]
    var sequence: UInt64
    var row: [UInt8]
}

/// Writes one INSERT's rows into a ``ResultTable``.
///
/// Rows can be read at once; the epoch brings back, after a crash, exactly those that belong to it.
final class TableSink: Sink {
    private let table: ResultTable
    private let writer: Int
    private let layout: RowLayout
    /// Used by the thread of the sink alone.
    nonisolated(unsafe) private var isLayoutStored = false
    nonisolated(unsafe) private var hasBegun = false

    init(table: ResultTable, writer: Int) {
        layout = RowLayout(table.fields)
        self.table = table
        self.writer = writer
    }

    deinit { table.abandon(writer) }

    var guarantee: String { "exactly once, with the epoch" }

    func write(_ batch: Batch) throws {
        if !hasBegun { table.begin(writer) }
        hasBegun = true
        try table.apply(batch, writer: writer)
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        let entries = table.takeChanges(writer: writer)
        guard !entries.isEmpty else { return [] }
        var changes = [StateChange(name: stateName, fold: .keyed, bytes: entries.bytes)]
        if !isLayoutStored { changes.append(StateChange(name: layoutName, fold: .replace, bytes: layout.bytes)) }
        isLayoutStored = true
        return changes
    }

    func committed(epoch: UInt64) throws {}

    func restore(_ changes: [StateChange]) throws {
        hasBegun = true
        var newest: [[UInt8]: RestoredRow] = [:]
        for change in changes where change.name == stateName {
            try change.bytes.withUnsafeBytes { bytes throws in
                try KeyedEntries.forEach(in: bytes) { key, value throws in
                    guard let value else {
                        newest[Array(key)] = nil
                        return
                    }
                    var reader = ByteReader(value)
                    let sequence = try reader.read(UInt64.self)
                    newest[Array(key)] = RestoredRow(
                        key: Array(key), sequence: sequence, row: Array(try reader.readRaw(reader.remaining)))
                }
            }
        }
        var rows = newest.values.sorted { $0.sequence < $1.sequence }
        let stored = try changes.last { $0.name == layoutName }.map { try RowLayout(decoding: $0.bytes) } ?? layout
        if stored != layout {
            for index in rows.indices { rows[index].row = try layout.row(rows[index].row, of: stored) }
        }
        // Rows and their layout go into one epoch, or both stay as they were.
        isLayoutStored = stored == layout && !rows.isEmpty
        try table.restore(rows, writer: writer, isRewritten: stored != layout)
    }

    func finish() throws {
        if !hasBegun { table.begin(writer) }
        table.finish(writer)
    }

    private var stateName: String { "table/" + table.name }
    private var layoutName: String { "layout/" + table.name }
}
