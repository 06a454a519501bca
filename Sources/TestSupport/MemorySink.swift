package import Columnar
package import ConnectorContract
import Synchronization

/// A sink that folds a changelog into rows by key, and keeps them with the epoch as a result table would.
package final class MemorySink: Sink {
    private struct State {
        var rows: [[BatchBuilder.Value]: [BatchBuilder.Value]] = [:]
        var changed: Set<[BatchBuilder.Value]> = []
        var changes = 0
    }

    private let types: [DataType]
    private let keyCount: Int
    private let state = Mutex(State())

    /// The first `keyCount` columns are the key; 0 takes the whole row.
    package init(types: [DataType], keyCount: Int) {
        self.types = types
        self.keyCount = keyCount == 0 ? types.count : keyCount
    }

    package var guarantee: String { "for tests" }
    /// The rows that stand, sorted by their description.
    package var rows: [[BatchBuilder.Value]] { state.withLock { $0.rows.values.sortedByDescription() } }
    /// Rows written in all, with those that take back.
    package var changeCount: Int { state.withLock { $0.changes } }

    package func write(_ batch: Batch) throws {
        let rows = BatchBuilder.rows(of: batch)
        state.withLock { state in
            for (index, row) in rows.enumerated() {
                let key = Array(row.prefix(keyCount))
                state.changes += 1
                state.changed.insert(key)
                switch batch.kind(index) {
                case .insert, .updateAfter: state.rows[key] = row
                case .delete: state.rows[key] = nil
                case .updateBefore: if state.rows[key] == row { state.rows[key] = nil }
                }
            }
        }
    }

    package func snapshot(epoch: UInt64) throws -> [StateChange] {
        let (changed, rows) = state.withLock { state in
            defer { state.changed = [] }
            return (state.changed, state.rows)
        }
        var entries = KeyedEntries()
        for key in changed {
            let keyBytes = Array("\(key)".utf8)
            if let row = rows[key] {
                entries.put(key: keyBytes, value: Self.encode(row))
            } else {
                entries.remove(key: keyBytes)
            }
        }
        return entries.isEmpty ? [] : [StateChange(name: "rows", fold: .keyed, bytes: entries.bytes)]
    }

    package func restore(_ changes: [StateChange]) throws {
        var byKey: [[UInt8]: [BatchBuilder.Value]] = [:]
        for change in changes {
            try change.bytes.withUnsafeBytes { bytes in
                try KeyedEntries.forEach(in: bytes) { key, value in
                    byKey[Array(key)] = try value.map { try Self.decode($0) }
                }
            }
        }
        state.withLock { state in
            for row in byKey.values { state.rows[Array(row.prefix(keyCount))] = row }
        }
    }

    package func committed(epoch: UInt64) throws {}
    package func finish() throws {}

    private static func encode(_ row: [BatchBuilder.Value]) -> [UInt8] {
        var writer = ByteWriter()
        for value in row {
            switch value {
            case .null: writer.write(UInt8(0))
            case .integer(let number):
                writer.write(UInt8(1))
                writer.write(number)
            case .text(let text):
                writer.write(UInt8(2))
                writer.write(text)
            case .real(let number):
                writer.write(UInt8(3))
                writer.write(number.bitPattern)
            case .decimal(let number):
                writer.write(UInt8(4))
                writer.write(number)
            case .boolean(let flag):
                writer.write(UInt8(5))
                writer.write(UInt8(flag ? 1 : 0))
            }
        }
        return writer.bytes
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer) throws -> [BatchBuilder.Value] {
        var reader = ByteReader(bytes)
        var row: [BatchBuilder.Value] = []
        while reader.remaining > 0 {
            switch try reader.read(UInt8.self) {
            case 1: row.append(.integer(try reader.read()))
            case 2: row.append(.text(try reader.readString()))
            case 3: row.append(.real(Double(bitPattern: try reader.read())))
            case 4: row.append(.decimal(try reader.read()))
            case 5: row.append(.boolean(try reader.read(UInt8.self) != 0))
            default: row.append(.null)
            }
        }
        return row
    }
}
