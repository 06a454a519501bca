import Columnar
import Diagnostics
import Formats
import Testing

/// Avro records without a file around them, as topics hold them.
struct AvroRecordTests {
    private static let inner = [Field("a", DataType(.integer)), Field("b", DataType(.string))]
    private static let fields = [
        Field("id", DataType(.bigint, isNullable: false)), Field("name", DataType(.string)),
        Field("fee", DataType(.decimal(precision: 9, scale: 2))), Field("part", DataType(.row(inner))),
    ]

    private func rows(_ numbers: [Int64]) -> Batch {
        let columns = Self.fields.map { Column($0.type, capacity: numbers.count) }
        let heap = ByteHeap()
        for (row, number) in numbers.enumerated() {
            let name = heap.item(Array("line one\nline \(number)".utf8))
            var part: [UInt8] = []
            NestedWriter.appendRow([NestedItem(number * 10), name], NestedRowLayout(Self.inner), to: &part)
            columns[0].set(row, NestedItem(number))
            columns[1].set(row, number % 2 == 0 ? .null : name)
            columns[2].set(row, NestedItem(Int128(number) * -100))
            columns[3].set(row, heap.item(part))
        }
        for column in columns { column.owners = [heap] }
        return Batch(columns: columns, rowCount: numbers.count)
    }

    private func records(_ batch: Batch, damaging damaged: Int?) throws -> RecordBytes {
        let encoder = try FormatCatalog.makeEncoder(format: "avro", fields: Self.fields, options: [:])
        var records = RecordBytes(block: InputBlock(capacity: 64), format: "avro")
        for row in 0..<batch.rowCount {
            var bytes: [UInt8] = []
            try encoder.append(batch, row, to: &bytes)
            if row == damaged { bytes.removeLast() }
            bytes.withUnsafeBytes { records.append($0) }
        }
        return records
    }

    @Test func recordsAreReadByTheSchemaOfTheTable() throws {
        let records = try records(rows([1, 2, 3]), damaging: 1)
        let columns = [
            ColumnRequest(Self.fields[1]), ColumnRequest(Self.fields[0]),
            ColumnRequest(path: ["part", "a"], type: DataType(.integer)),
        ]
        let lines = try FormatCatalog.makeDecoder(
            format: "avro", columns: columns, schema: Self.fields, options: [:], timeZone: "UTC")
        let decoded = try RecordDecoder(lines, format: "avro").decode(records, from: 0, to: 3, tracesRows: true)
        #expect(decoded.origins == [0, 2] && decoded.next == 3)
        #expect(decoded.rejected.map(\.record) == [1])
        let batch = try #require(decoded.batch)
        #expect(batch.columns[0].string(0) == "line one\nline 1" && batch.columns[0].string(1) == "line one\nline 3")
        #expect([batch.columns[1].int64[0], batch.columns[1].int64[1]] == [1, 3])
        #expect([batch.columns[2].int64[0], batch.columns[2].int64[1]] == [10, 30])
    }
}
