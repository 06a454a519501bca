import Columnar
import ConnectorContract

/// The rows of a table as they are when the scan is opened, read by one reader.
final class TableSource: Source {
    private let table: ResultTable
    private let positions: [Int]

    init(table: ResultTable, positions: [Int]) {
        self.table = table
        self.positions = positions
    }

    var isBounded: Bool { true }

    /// After a restart the rows that came before the epoch are passed over: rows keep their order in the table.
    func open(parallelism: Int, positions stored: [[UInt8]], rejects: any RejectRecorder) throws -> [any SourceReader] {
        var passed: UInt64 = 0
        for bytes in stored {
            passed = max(
                passed,
                try bytes.withUnsafeBytes { bytes throws -> UInt64 in
                    var reader = ByteReader(bytes)
                    return try reader.read(UInt64.self)
                })
        }
        let batches = table.batches().map { batch in
            Batch(columns: positions.map { batch.columns[$0] }, rowCount: batch.rowCount)
        }
        let reader = TableReader(batches, passing: passed)
        return (0..<max(1, parallelism)).map { $0 == 0 ? reader : TableReader([], passing: 0) }
    }

    func stamp() throws -> UInt64? { table.version }

    func rows(byKey columns: [Int]) -> (any KeyedRows)? {
        let physical = columns.map { positions.indices.contains($0) ? positions[$0] : -1 }
        guard !table.primaryKey.isEmpty, Set(physical) == Set(table.primaryKey),
            physical.count == table.primaryKey.count
        else { return nil }
        // The table wants the values in the order of its own key.
        let order = table.primaryKey.compactMap { physical.firstIndex(of: $0) }
        return TableRows(table: table, positions: positions, order: order)
    }
}

/// Rows of a ``ResultTable`` by its primary key.
private struct TableRows: KeyedRows {
    let table: ResultTable
    /// The table's columns that are wanted.
    let positions: [Int]
    /// Where among the given keys each column of the primary key stands.
    let order: [Int]

    func rows(withKeys keys: [Column], count: Int) throws -> Batch {
        let found = try table.rows(withKeys: order.map { keys[$0] }, count: count)
        return Batch(columns: positions.map { found.columns[$0] }, rowCount: found.rowCount)
    }
}

/// Hands out the batches of a ``TableSource``.
final class TableReader: SourceReader {
    private let batches: [Batch]
    private var next = 0
    private var delivered: UInt64 = 0
    private(set) var progress = SourceProgress()

    /// Whole batches within the first `count` rows are passed over; epochs fall between batches.
    init(_ batches: [Batch], passing count: UInt64) {
        self.batches = batches
        progress.splits = batches.isEmpty ? 0 : 1
        while next < batches.count, delivered + UInt64(batches[next].rowCount) <= count {
            delivered += UInt64(batches[next].rowCount)
            next += 1
        }
    }

    func poll(waitMilliseconds: Int) throws -> SourcePoll {
        guard next < batches.count else { return .finished }
        let batch = batches[next]
        next += 1
        delivered += UInt64(batch.rowCount)
        progress.rowsRead += UInt64(batch.rowCount)
        return .batch(batch, split: 0)
    }

    var openSplits: [SplitStatus] { next < batches.count ? [SplitStatus(id: 0, isIdle: false)] : [] }

    func position() throws -> [UInt8] {
        var writer = ByteWriter()
        writer.write(delivered)
        return writer.bytes
    }
}
