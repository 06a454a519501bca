import Columnar
import ConnectorContract
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
}
