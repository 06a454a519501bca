import Columnar
import ConnectorContract
import Connectors
import Diagnostics
import Testing

/// Avro files: what is written is read, restarts go on, and damage is told.
struct AvroFileTests {
    private let folder: TemporaryFolder
    private let environment = Environment()
    private static let inner = [Field("a", DataType(.integer)), Field("b", DataType(.string, isNullable: false))]
    private static let fields = [
        Field("id", DataType(.bigint, isNullable: false)), Field("flag", DataType(.boolean)),
        Field("price", DataType(.decimal(precision: 30, scale: 3))), Field("ratio", DataType(.float)),
        Field("at", DataType(.timestamp(precision: 6))), Field("day", DataType(.date)),
        Field("parts", DataType(.row(inner))), Field("list", DataType(.array(DataType(.bigint)))),
        Field("name", DataType(.string)),
    ]

    private struct NoRejects: RejectRecorder {
        func reject(_ record: RejectedRecord, table: String) {}
    }

    init() throws { folder = try TemporaryFolder() }

    private func table(_ fields: [Field], _ options: [String: String] = [:]) -> TableDescription {
        TableDescription(
            name: "t", physicalFields: fields,
            options: ["connector": "filesystem", "path": folder.file("out"), "format": "avro"].merging(options) { $1 })
    }

    /// Rows of the numbers; every third has NULLs.
    private func rows(_ numbers: Range<Int64>) -> Batch {
        let columns = Self.fields.map { Column($0.type, capacity: numbers.count) }
        let heap = ByteHeap()
        for (row, number) in numbers.enumerated() {
            let item = NestedItem(number)
            var nested: [UInt8] = []
            let text = heap.item(Array("name \(number) of some length".utf8))
            NestedWriter.appendRow([item, text], NestedRowLayout(Self.inner), to: &nested)
            var list: [UInt8] = []
            NestedWriter.appendArray([item, .null, NestedItem(-number)], .int64, to: &list)
            let isSparse = number % 3 == 2
            let values: [NestedItem] = [
                item, NestedItem(number % 2 == 0), NestedItem(Int128(number) * -123_456_789_012_345),
                NestedItem(Double(number) / 4), NestedItem(1_700_000_000_000_000 + number), NestedItem(number - 5),
                heap.item(nested), heap.item(list), text,
            ]
            for (column, value) in zip(columns, values) {
                column.set(row, isSparse && column.type.isNullable ? .null : value)
            }
        }
        for column in columns { column.owners = [heap] }
        return Batch(columns: columns, rowCount: numbers.count)
    }

    private func shown(_ batch: Batch) -> [String] {
        let text = ValueText()
        return (0..<batch.rowCount).map { row in
            batch.columns.map { column in
                var bytes: [UInt8] = []
                if column.isValid(row) { text.append(column, row, to: &bytes) }
                return String(decoding: bytes, as: UTF8.self)
            }.joined(separator: "|")
        }
    }

    private func write(_ batches: [Batch]) throws {
        let sink = try FileSystemConnector().makeSink(table(Self.fields), environment: environment)
        for batch in batches { try sink.write(batch) }
        try sink.finish()
    }

    private func reader(_ fields: [Field], positions: [[UInt8]] = []) throws -> any SourceReader {
        let request = ScanRequest(
            table: table(fields), columns: fields.indices.map { .physical($0) }, parallelism: 1)
        let source = try FileSystemConnector().makeSource(request, environment: environment)
        return try source.open(parallelism: 1, positions: positions, rejects: NoRejects())[0]
    }

    private func read(_ reader: any SourceReader) throws -> [String] {
        var all: [String] = []
        while case .batch(let batch, _) = try reader.poll(waitMilliseconds: 0) { all += shown(batch) }
        return all
    }

    @Test func whatIsWrittenIsRead() throws {
        try write([rows(0..<10), rows(10..<40)])
        #expect(try read(try reader(Self.fields)) == shown(rows(0..<40)))
    }

    @Test func fieldsGoByTheirNames() throws {
        try write([rows(0..<4)])
        let some = [Self.fields[8], Field("absent", DataType(.integer)), Field("id", DataType(.double))]
        #expect(
            try read(try reader(some)) == [
                "name 0 of some length||0.0", "name 1 of some length||1.0", "||2.0", "name 3 of some length||3.0",
            ])
    }

    @Test func aRestartGoesOnBehindTheRowsDelivered() throws {
        // More rows than a batch holds, so that the place is inside of a block.
        try write([rows(0..<3_000), rows(3_000..<6_000)])
        let fields = [Self.fields[0]]
        let first = try reader(fields)
        guard case .batch(let batch, _) = try first.poll(waitMilliseconds: 0) else {
            Issue.record("there are no rows")
            return
        }
        let rest = try read(try reader(fields, positions: [try first.position()]))
        #expect(shown(batch) + rest == (0..<6_000).map { "\($0)" })
    }

    @Test func damageIsTold() throws {
        try write([rows(0..<50)])
        let name = try environment.files.list(folder.file("out"))[0]
        let path = folder.file("out/\(name)")
        let file = try environment.files.open(path, .readWrite)
        let size = Int(try file.status().sizeBytes)
        for place in stride(from: 3, to: size, by: 97) {
            try [UInt8(0xFF)].withUnsafeBytes { try file.write($0, at: Int64(place)) }
            // Rows or an error, never more rows than there were.
            #expect(((try? read(try reader(Self.fields))) ?? []).count <= 50)
        }
        try file.truncate(toBytes: Int64(size / 2))
        #expect(throws: (any Error).self) { try read(try reader(Self.fields)) }
    }

    @Test(arguments: [["avro.codec": "bzip2"], ["avro.encoding": "json"]])
    func whatIsNotThereIsRefused(options: [String: String]) {
        #expect(throws: MillraceError.self) {
            try FileSystemConnector().makeSink(table(Self.fields, options), environment: environment)
        }
    }
}
