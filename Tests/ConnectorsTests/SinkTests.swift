import Columnar
import ConnectorContract
import Connectors
import Diagnostics
import Glibc
import Testing

/// The sinks that show or drop rows, and what all connectors have in common.
struct SinkTests {
    private func batch() -> Batch {
        let names = Column(DataType(.string), capacity: 3)
        let heap = ByteHeap()
        names.owners = [heap]
        for (row, name) in ["a", "a text longer than twelve", "c"].enumerated() { names.text[row] = heap.add(name) }
        let amounts = Column(DataType(.decimal(precision: 10, scale: 2)), capacity: 3)
        for row in 0..<3 { amounts.int128[row] = Int128(row * 150 - 150) }
        amounts.setNull(2)
        let kinds: [RowKind] = [.insert, .updateBefore, .updateAfter]
        return Batch(columns: [names, amounts], rowCount: 3, kinds: kinds.map(\.rawValue))
    }

    @Test func printShowsEachChange() throws {
        let folder = try TemporaryFolder()
        let descriptor = open(folder.file("out"), O_RDWR | O_CREAT, 0o600)
        defer { close(descriptor) }
        try PrintSink(identifier: "t", form: ValueText(), descriptor: descriptor).write(batch())
        try PrintSink(identifier: "", form: ValueText(), descriptor: descriptor).write(batch())
        let lines = ["+I[a, -1.50]", "-U[a text longer than twelve, 0.00]", "+U[c, null]"]
        let expected = (lines.map { "t> " + $0 } + lines).map { $0 + "\n" }.joined()
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == expected)
    }

    @Test func printReportsAFailedWrite() throws {
        #expect(throws: MillraceError.self) {
            try PrintSink(identifier: "", form: ValueText(), descriptor: -1).write(batch())
        }
    }

    @Test func blackholeKeepsNothing() throws {
        let table = TableDescription(name: "t", physicalFields: [], options: ["connector": "blackhole"])
        let sink = try BlackholeConnector().makeSink(table, environment: Environment())
        try sink.write(batch())
        #expect(try sink.snapshot(epoch: 1).isEmpty)
    }

    @Test func connectorsAreFoundByNameAndSayWhatTheyCanDo() throws {
        let all = Connectors.all(queue: nil)
        #expect(
            all.map(\.identifier) == ["filesystem", "tail", "print", "blackhole", "datagen", "kafka", "upsert-kafka"])
        for connector in all {
            let table = TableDescription(name: "t", physicalFields: [], options: ["path": "x", "format": "json"])
            let request = ScanRequest(table: table, columns: [], parallelism: 1)
            if !connector.canRead {
                #expect(throws: MillraceError.self) { try connector.makeSource(request, environment: Environment()) }
            }
            if !connector.canWrite {
                #expect(throws: MillraceError.self) { try connector.makeSink(table, environment: Environment()) }
            }
        }
    }

    @Test(arguments: [
        ["path": ""], ["format": "jsn"], ["poll-interval": "10 parsecs"], ["scan.startup.mode": "newest"],
        ["max-line-bytes": "0"], ["max-line-bytes": "99999999999999999999"], ["on-error": "panic"],
        ["rotate-wait": "-1 s"], ["json.timestamp-format.standard": "RFC"],
        ["scan.idle-timeout": "99999999999999999 h"],
    ])
    func badOptionsAreRefusedWithAHint(options: [String: String]) {
        let table = TableDescription(
            name: "t", physicalFields: [Field("s", DataType(.string))],
            options: ["path": "x", "format": "json"].merging(options) { $1 })
        let error = #expect(throws: MillraceError.self) {
            try TailConnector().makeSource(
                ScanRequest(table: table, columns: [.physical(0)], parallelism: 1), environment: Environment())
        }
        #expect(error?.hint != nil)
    }
}
