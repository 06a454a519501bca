import Columnar
import ConnectorContract
import Diagnostics
import Synchronization
import Testing

@testable import Engine

@Suite("Writing of state into epochs")
struct StateWriterTests {
    private let types: [DataType] = [
        DataType(.bigint), DataType(.varchar(100)), DataType(.boolean), DataType(.double),
        DataType(.decimal(precision: 20, scale: 2)),
    ]

    private func columns(rows: Int, nulls: Bool) -> [Column] {
        let heap = ByteHeap()
        let columns = types.map { Column($0, capacity: rows) }
        columns[1].owners = [heap]
        for row in 0..<rows {
            columns[0].int64[row] = Int64(row) &* 7_919 &- 40
            columns[1].text[row] = heap.add(String(repeating: "ab", count: row % 40))
            columns[2].setBit(row, row % 3 == 0)
            columns[3].float64[row] = Double(row) / 4
            columns[4].int128[row] = Int128(row) << 70
            if nulls, row % 5 == 0 { columns[row / 5 % 5].setNull(row) }
        }
        return columns
    }

    @Test("entries have the bytes of KeyedEntries and RowCoding, whole in each piece", arguments: [false, true])
    func entriesInPieces(nulls: Bool) throws {
        let columns = columns(rows: 9_000, nulls: nulls)
        let fields = columns.map { RowField($0) }
        let writer = StateWriter()
        var expected = KeyedEntries()
        for row in 0..<9_000 {
            var key = ByteWriter()
            RowCoding.append(columns[0], row: row, to: &key)
            writer.beginEntry()
            writer.write(fields[0], row: row)
            if row % 11 == 0 {
                writer.endRemoval()
                expected.remove(key: key.bytes)
                continue
            }
            var value = ByteWriter()
            value.write(Int64(row))
            for column in columns { RowCoding.append(column, row: row, to: &value) }
            writer.beginValue()
            writer.write(Int64(row))
            writer.write(fields, row: row)
            writer.endEntry()
            expected.put(key: key.bytes, value: value.bytes)
        }
        let changes = try writer.take("rows", .keyed)
        #expect(changes.count > 1)
        #expect(changes.flatMap(\.bytes) == expected.bytes)
        var entries = 0
        for change in changes {
            try change.bytes.withUnsafeBytes { bytes in
                try KeyedEntries.forEach(in: bytes) { _, _ in entries += 1 }
            }
        }
        #expect(entries == 9_000)
        #expect(writer.isEmpty)
        #expect(try writer.take("rows", .keyed).isEmpty)
    }

    /// A store that takes staged bytes until it is full.
    private final class FillingStore: CheckpointStore {
        final class Staged: StagedState {
            let held = Mutex<[UInt8]>([])
            let limit: Int
            init(limit: Int) { self.limit = limit }
            var byteCount: Int { held.withLock { $0.count } }
            func append(_ bytes: UnsafeRawBufferPointer) throws {
                guard byteCount + bytes.count <= limit else {
                    throw FileSystemError(call: "write", path: "", code: 28, reason: "full")
                }
                held.withLock { $0 += bytes }
            }
        }
        let limit: Int
        init(limit: Int) { self.limit = limit }
        func restore() throws -> RestoredEpoch? { nil }
        func commit(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt { EpochReceipt(bytesWritten: 0) }
        func replace(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt { EpochReceipt(bytesWritten: 0) }
        func stage() -> (any StagedState)? { Staged(limit: limit) }
    }

    @Test("what is staged and what is not are all bytes in order", arguments: [0, 700 << 10, 1_500 << 10, 9 << 20])
    func stagedBytes(limit: Int) throws {
        let writer = StateWriter()
        writer.staging = StateStaging(store: FillingStore(limit: limit), leastBytes: 1 << 20)
        for _ in 0..<2 {
            var expected: [UInt8] = []
            for row in 0..<40 {
                let bytes = [UInt8](repeating: UInt8(row), count: 100_000)
                writer.write(raw: bytes)
                writer.endRow()
                expected += bytes
            }
            let changes = try writer.take("rows", .append)
            #expect(changes.reduce(0) { $0 + $1.byteCount } == expected.count)
            #expect(changes.first?.staged != nil)
            if limit >= 9 << 20 { #expect(changes.count == 1) }
            let found = changes.flatMap { change in
                (change.staged as? FillingStore.Staged)?.held.withLock { $0 } ?? change.bytes
            }
            #expect(found == expected)
        }
        writer.write(raw: [1, 2])
        #expect(try writer.take("rows", .append).map(\.bytes) == [[1, 2]])
    }
}
