import Columnar
import ConnectorContract

/// Rows of a ranking as epochs kept them: the newest entry of each key, by number of arrival.
struct StoredRows {
    private var newest: [[UInt8]: [UInt8]] = [:]

    /// Takes the changes of a state over, oldest first.
    mutating func apply(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes in
            try KeyedEntries.forEach(in: bytes) { key, value in newest[Array(key)] = value.map { Array($0) } }
        }
    }

    /// The rows that an instance owns, a piece at a time; `keys` are the columns the exchange in front deals by.
    func forEachBatch(
        _ types: [DataType], keys: [Int], _ ownership: Ownership,
        _ body: (_ batch: Batch, _ sequences: [Int64]) throws -> Void
    ) throws {
        var rows: [(sequence: Int64, bytes: [UInt8])] = []
        for bytes in newest.values {
            let sequence = try bytes.withUnsafeBytes { buffer in
                var reader = ByteReader(buffer)
                return try reader.read(Int64.self)
            }
            rows.append((sequence, bytes))
        }
        rows.sort { $0.sequence < $1.sequence }
        for start in stride(from: 0, to: rows.count, by: 1_024) {
            let part = rows[start..<min(start + 1_024, rows.count)]
            var decoder = RowDecoder(types: types, capacity: part.count)
            for row in part {
                try row.bytes.withUnsafeBytes { buffer in
                    var reader = ByteReader(buffer)
                    _ = try reader.read(Int64.self)
                    try decoder.read(&reader, columns: 0..<types.count)
                }
                decoder.endRow()
            }
            let batch = decoder.batch()
            var hashes = [UInt64](repeating: 0, count: batch.rowCount)
            hashColumns(batch, keys, seed: ownership.seed, into: &hashes)
            let owned = batch.rowCount == 0 ? [] : (0..<batch.rowCount).filter { ownership.owns(hashes[$0]) }
            guard !owned.isEmpty else { continue }
            let chosen = owned.map { Int32(truncatingIfNeeded: $0) }
            let kept = chosen.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress!, count: $0.count) }
            try body(kept, owned.map { part[start + $0].sequence })
        }
    }
}
