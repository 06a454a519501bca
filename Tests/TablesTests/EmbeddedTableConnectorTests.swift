import Columnar
import ConnectorContract
import Diagnostics
import Tables
import Testing

/// Counts what is rejected.
private struct NoRejects: RejectRecorder {
    func reject(_ record: RejectedRecord, table: String) { Issue.record("a table rejects nothing: \(record.reason)") }
}

struct EmbeddedTableConnectorTests {
    private let catalog = TableCatalog()
    private var connector: EmbeddedTableConnector { EmbeddedTableConnector(catalog) }

    @Test func whatASinkWritesASourceReads() throws {
        let sink = try connector.makeSink(description(), environment: Environment())
        for base in stride(from: Int64(0), to: 9_000, by: 3_000) {
            try sink.write(batch((0..<3_000).map { (.insert, order(base + $0, "n")) }))
        }
        let request = ScanRequest(table: description(), columns: [.physical(1), .physical(0)], parallelism: 2)
        let source = try connector.makeSource(request, environment: Environment())
        #expect(source.isBounded)
        let readers = try source.open(parallelism: 2, positions: [], rejects: NoRejects())
        #expect(readers.count == 2)
        let (ids, position) = try drain(readers[0], batches: 2)
        #expect(ids == Array(0..<8_192))
        #expect(try drain(readers[1], batches: 9).0 == [])

        let again = try connector.makeSource(request, environment: Environment())
        let rest = try again.open(parallelism: 1, positions: [position], rejects: NoRejects())
        #expect(try drain(rest[0], batches: 9).0 == Array(8_192..<9_000))
    }

    @Test func metadataColumnsAreRefused() throws {
        let request = ScanRequest(
            table: description(), columns: [.metadata(key: "file.path", type: DataType(.string))], parallelism: 1)
        #expect(throws: MillraceError.self) { try connector.makeSource(request, environment: Environment()) }
    }

    @Test func catalogKeepsOneTablePerName() throws {
        let first = try catalog.declare(description("a"))
        #expect(try catalog.declare(description("a")) === first)
        #expect(throws: MillraceError.self) { try catalog.declare(description("a", key: [])) }
        try catalog.declare(description("b"))
        #expect(catalog.names == ["a", "b"])
        catalog.remove("a")
        #expect(catalog.table(named: "a") == nil)
    }

    private func drain(_ reader: any SourceReader, batches: Int) throws -> ([Int64], [UInt8]) {
        var ids: [Int64] = []
        for _ in 0..<batches {
            guard case .batch(let batch, _) = try reader.poll(waitMilliseconds: 0) else { break }
            ids += (0..<batch.rowCount).map { batch.columns[1].int64[$0] }
        }
        return (ids, try reader.position())
    }
}
