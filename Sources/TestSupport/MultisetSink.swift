package import Columnar
package import ConnectorContract
import Synchronization

/// A sink that counts how often each row stands, and keeps the counts with the epoch.
package final class MultisetSink: Sink {
    private struct State {
        var counts: [[BatchBuilder.Value]: Int] = [:]
        var mistakes = 0
    }

    private let types: [DataType]
    private let state = Mutex(State())

    package init(types: [DataType]) { self.types = types }

    package var guarantee: String { "for tests" }

    /// The rows that stand, each as often as it does, sorted by their description.
    package var rows: [[BatchBuilder.Value]] {
        state.withLock { state in
            state.counts.flatMap { Array(repeating: $0.key, count: max(0, $0.value)) }.sortedByDescription()
        }
    }

    /// Rows that were taken back without standing.
    package var mistakes: Int { state.withLock { $0.mistakes } }

    package func write(_ batch: Batch) throws {
        let rows = BatchBuilder.rows(of: batch)
        state.withLock { state in
            for (index, row) in rows.enumerated() {
                let count = state.counts[row, default: 0] + (batch.kind(index).isAddition ? 1 : -1)
                if count < 0 { state.mistakes += 1 }
                state.counts[row] = count == 0 ? nil : count
            }
        }
    }

    /// The whole of it: tests are small.
    package func snapshot(epoch: UInt64) throws -> [StateChange] {
        var writer = ByteWriter()
        for (row, count) in state.withLock({ $0.counts }) {
            let batch = BatchBuilder.batch(types, [row])
            writer.write(Int64(count))
            for column in batch.columns {
                switch (column.isValid(0), column.kind) {
                case (false, _): writer.write(UInt8(0))
                case (true, .text):
                    writer.write(UInt8(2))
                    writer.write(column.string(0))
                case (true, _):
                    writer.write(UInt8(1))
                    writer.write(column.kind == .int64 ? column.int64[0] : 0)
                }
            }
        }
        return [StateChange(name: "counts", fold: .replace, bytes: writer.bytes)]
    }

    /// Columns are BIGINT or STRING.
    package func restore(_ changes: [StateChange]) throws {
        guard let newest = changes.last else { return }
        try newest.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            while reader.remaining > 0 {
                let count = Int(try reader.read(Int64.self))
                var row: [BatchBuilder.Value] = []
                for _ in types {
                    switch try reader.read(UInt8.self) {
                    case 0: row.append(.null)
                    case 2: row.append(.text(try reader.readString()))
                    default: row.append(.integer(try reader.read()))
                    }
                }
                state.withLock { $0.counts[row] = count }
            }
        }
    }

    package func committed(epoch: UInt64) throws {}
    package func finish() throws {}
}
