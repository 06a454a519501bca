import Columnar
import ConnectorContract
import Connectors
import Diagnostics
import Testing

/// The bounded scan: finding, cutting, reading and restoring.
struct FileSystemConnectorTests {
    private func request(
        _ path: String, format: String = "json", options: [String: String] = [:], columns: [ScanColumn] = [.physical(0)]
    ) -> ScanRequest {
        let table = TableDescription(
            name: "t", physicalFields: [Field("s", DataType(.string)), Field("n", DataType(.bigint))],
            options: options.merging(["connector": "filesystem", "path": path, "format": format]) { a, _ in a })
        return ScanRequest(table: table, columns: columns, parallelism: 1)
    }

    private func open(
        _ request: ScanRequest, parallelism: Int = 1, positions: [[UInt8]] = [],
        rejects: RecordedRejects = RecordedRejects()
    )
        throws -> [any SourceReader]
    {
        try FileSystemConnector().makeSource(request, environment: Environment())
            .open(parallelism: parallelism, positions: positions, rejects: rejects)
    }

    private func drain(_ reader: any SourceReader, limit: Int = .max) throws -> [String] {
        var rows: [String] = []
        while rows.count < limit {
            guard case .batch(let batch, _) = try reader.poll(waitMilliseconds: 0) else { break }
            rows += texts(batch)
        }
        return rows
    }

    @Test func readsAFolderInOrderWithoutHiddenFiles() throws {
        let folder = try TemporaryFolder()
        try folder.write("{\"s\":\"b1\"}\n{\"s\":\"b2\"}", to: "b.json")
        try folder.write("{\"s\":\"a1\"}\n\n", to: "a.json")
        try folder.write("{\"s\":\"hidden\"}\n", to: ".c.json")
        try folder.write("{\"s\":\"hidden\"}\n", to: "_d.json")
        try folder.write("", to: "empty.json")
        #expect(try drain(open(request(folder.path))[0]) == ["a1", "b1", "b2"])
        #expect(try drain(open(request("file://" + folder.path + "/[a-b].js?n"))[0]) == ["a1", "b1", "b2"])
        #expect(try drain(open(request(folder.path + "/b*"))[0]) == ["b1", "b2"])
        #expect(throws: MillraceError.self) { try open(request(folder.path + "/nowhere.json")) }
        #expect(try drain(open(request(folder.path + "/nowhere*"))[0]) == [])
        #expect(throws: MillraceError.self) {
            try open(request(folder.path, options: ["source.monitor-interval": "1 s"]))
        }
        try folder.write("\u{1f}\u{8b}", to: "e.json.gz")
        #expect(throws: MillraceError.self) { try open(request(folder.path)) }
    }

    @Test func deliversMetadata() throws {
        let folder = try TemporaryFolder()
        try folder.write("{\"n\":5}\n", to: "a.json")
        let columns: [ScanColumn] = [
            .metadata(key: "file.name", type: DataType(.string)), .physical(1),
            .metadata(key: "file.size", type: DataType(.bigint)),
        ]
        let reader = try open(request(folder.path, columns: columns))[0]
        guard case .batch(let batch, _) = try reader.poll(waitMilliseconds: 0) else {
            Issue.record("no batch")
            return
        }
        #expect((0..<3).map { texts(batch, column: $0) } == [["a.json"], ["5"], ["8"]])
        #expect(throws: MillraceError.self) {
            try open(request(folder.path, columns: [.metadata(key: "file.nam", type: DataType(.string))]))
        }
    }

    @Test func badLinesFailTheJobUnlessRejected() throws {
        let folder = try TemporaryFolder()
        try folder.write("{\"s\":\"a\"}\nbroken\n{\"s\":\"b\"}\n", to: "a.json")
        #expect(throws: MillraceError.self) { try drain(open(request(folder.path))[0]) }
        let rejects = RecordedRejects()
        let reader = try open(request(folder.path, options: ["on-error": "reject"]), rejects: rejects)[0]
        #expect(try drain(reader) == ["a", "b"])
        #expect(rejects.reasons == ["malformed_json"] && rejects.all[0].offset == 10)
        #expect(String(decoding: rejects.all[0].bytes, as: UTF8.self) == "broken")
        #expect(reader.progress.rowsRejected == 1 && reader.progress.rowsRead == 2 && reader.progress.lagBytes == 0)
        #expect(try drain(open(request(folder.path, options: ["json.ignore-parse-errors": "true"]))[0]) == ["a", "b"])
    }

    /// Lines of very different lengths, numbered.
    private func largeFile(_ folder: TemporaryFolder, bytes: Int, longest: Int = 3_000) throws -> [String] {
        var text: [UInt8] = []
        var names: [String] = []
        var random = SplitMix64(seed: 3)
        while text.count < bytes {
            let name =
                "line \(names.count) " + String(repeating: "x", count: Int.random(in: 0...longest, using: &random))
            names.append(name)
            text += Array("{\"s\":\"\(name)\"}\n".utf8)
        }
        try folder.write(text, to: "large.json")
        return names
    }

    @Test func largeFilesFeedSeveralReadersEvenly() throws {
        let folder = try TemporaryFolder()
        let names = try largeFile(folder, bytes: 26 << 20)
        let readers = try open(request(folder.path), parallelism: 3)
        #expect(readers.allSatisfy { $0.openSplits == [SplitStatus(id: -1, isIdle: false, reached: .min)] })
        var rows: [[String]] = [[], [], []]
        var open = Set(0..<3)
        while let index = open.randomElement() {
            if case .batch(let batch, _) = try readers[index].poll(waitMilliseconds: 0) {
                rows[index] += texts(batch)
            } else {
                open.remove(index)
            }
        }
        #expect(rows.flatMap { $0 }.sorted() == names.sorted())
        #expect(rows.filter { $0.isEmpty }.count <= 1)
        #expect(readers.allSatisfy { $0.openSplits.isEmpty })
    }

    @Test func positionsRestoreIntoAnyNumberOfReaders() throws {
        let folder = try TemporaryFolder()
        let names = try largeFile(folder, bytes: 18 << 20)
        for (before, after, seed) in [(1, 1, 1), (2, 1, 2), (1, 2, 3), (3, 2, 4)] {
            var random = SplitMix64(seed: UInt64(seed))
            let first = try open(request(folder.path), parallelism: before)
            var rows: [String] = []
            for _ in 0..<Int.random(in: 0...25, using: &random) {
                let reader = first[Int.random(in: 0..<before, using: &random)]
                if case .batch(let batch, _) = try reader.poll(waitMilliseconds: 0) { rows += texts(batch) }
            }
            let positions = try first.map { try $0.position() }
            // Killed again before anything was read: what was known is stored once more.
            let second = try open(request(folder.path), parallelism: before, positions: positions)
            let again = try second.map { try $0.position() }
            for reader in try open(request(folder.path), parallelism: after, positions: again) {
                rows += try drain(reader)
            }
            #expect(rows.sorted() == names.sorted(), "\(before) to \(after)")
        }
        var damaged = try open(request(folder.path))[0].position()
        damaged[7] ^= 1
        #expect(throws: DamagedBytesError.self) { try open(request(folder.path), positions: [damaged]) }
    }

    @Test func oneLineOverTheLimitIsRejectedAndTheRestRead() throws {
        let folder = try TemporaryFolder()
        let long = "{\"s\":\"" + String(repeating: "y", count: 5 << 20) + "\"}"
        let fits = String(repeating: "z", count: Limits.recordBytes - 100)
        try folder.write("{\"s\":\"a\"}\n" + long + "\n{\"s\":\"\(fits)\"}\n{\"s\":\"b\"}\n" + long, to: "a.json")
        let rejects = RecordedRejects()
        let rows = try drain(open(request(folder.path, options: ["on-error": "reject"]), rejects: rejects)[0])
        #expect(rows.map(\.utf8.count) == [1, fits.utf8.count, 1])
        #expect(rejects.reasons == ["line_too_long", "line_too_long"])
    }

    @Test func batchesKeepTheirTextsWhileBlocksAreUsedAgain() throws {
        let folder = try TemporaryFolder()
        let names = try largeFile(folder, bytes: 30 << 20, longest: 500)
        let reader = try open(request(folder.path))[0]
        var kept: [Batch] = []
        var rows: [String] = []
        var random = SplitMix64(seed: 5)
        var next = 0
        while case .batch(let batch, _) = try reader.poll(waitMilliseconds: 0) {
            // Some batches go at once, so that their blocks come back; the others are looked at much later.
            if Int.random(in: 0..<3, using: &random) == 0 {
                kept.append(batch)
                rows += Array(repeating: "", count: batch.rowCount)
            } else {
                rows += texts(batch)
            }
        }
        for index in rows.indices where rows[index].isEmpty {
            if next == kept[0].rowCount {
                kept.removeFirst()
                next = 0
            }
            rows[index] = kept[0].columns[0].string(next)
            next += 1
        }
        #expect(rows == names)
    }

    @Test func quotedCSVRecordsCrossBlocks() throws {
        let folder = try TemporaryFolder()
        var text = ""
        var names: [String] = []
        while text.utf8.count < 9 << 20 {
            let name = "row \(names.count)\n" + String(repeating: "v", count: names.count % 700)
            names.append(name)
            text += "\"\(name)\",\(names.count)\n"
        }
        try folder.write(text, to: "a.csv")
        let readers = try open(request(folder.path, format: "csv"), parallelism: 2)
        #expect(try readers.flatMap { try drain($0) } == names)
    }
}
