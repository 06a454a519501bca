import Columnar
import ConnectorContract
import Connectors
import Diagnostics
import Synchronization
import TestSupport
import Testing

/// Follows a folder with a virtual clock; every poll sees what is on the disk at once.
struct TailHarness {
    let folder: TemporaryFolder
    let clock = VirtualClock()
    let rejects = RecordedRejects()
    var options: [String: String] = [:]
    var pattern = "*.log"
    var readers: [any SourceReader] = []

    init() throws { folder = try TemporaryFolder() }

    mutating func start(
        parallelism: Int = 1, positions: [[UInt8]] = [], files: any FileSystem = SystemFileSystem()
    ) throws {
        let table = TableDescription(
            name: "t", physicalFields: [Field("s", DataType(.string))],
            options: options.merging(["connector": "tail", "path": folder.path + "/" + pattern, "format": "json"]) {
                a, _ in a
            })
        readers = try TailConnector().makeSource(
            ScanRequest(table: table, columns: [.physical(0)], parallelism: parallelism),
            environment: Environment(clock: clock, files: files)
        ).open(parallelism: parallelism, positions: positions, rejects: rejects)
    }

    /// All rows there are now. The clock moves far enough for files to be looked for.
    func rows() throws -> [String] {
        var rows: [String] = []
        clock.advance(nanoseconds: 60_000_000)
        for reader in readers {
            while case .batch(let batch, _) = try reader.poll(waitMilliseconds: 0) { rows += texts(batch) }
        }
        return rows
    }

    func positions() throws -> [[UInt8]] { try readers.map { try $0.position() } }

    func add(_ names: String..., to file: String) throws {
        try folder.append(names.map { "{\"s\":\"\($0)\"}\n" }.joined(), to: file)
    }
}

/// Growing files: rotation, truncation, restart, limits.
struct TailConnectorTests {
    @Test func followsGrowthAndOnlyFinishedLines() throws {
        var tail = try TailHarness()
        try tail.add("1", "2", to: "a.log")
        try tail.start()
        #expect(try tail.rows() == ["1", "2"])
        try tail.folder.append("{\"s\":\"3\"", to: "a.log")
        #expect(try tail.rows() == [])
        try tail.folder.append("}\n{\"s\":", to: "a.log")
        #expect(try tail.rows() == ["3"])
        try tail.folder.append("\"4\"}\n", to: "a.log")
        try tail.add("5", to: "b.log")
        #expect(try tail.rows().sorted() == ["4", "5"])
        #expect(tail.readers[0].progress.splits == 2 && tail.readers[0].progress.lagBytes == 0)
    }

    @Test func leavesPackedFilesAlone() throws {
        var tail = try TailHarness()
        tail.pattern = "a.log*"
        try tail.add("1", to: "a.log")
        try tail.folder.write("packed\n", to: "a.log.2.gz")
        try tail.start()
        #expect(try tail.rows() == ["1"] && tail.rejects.all.isEmpty)
    }

    @Test func waitsNoLongerThanTold() throws {
        var tail = try TailHarness()
        try tail.add("1", to: "a.log")
        try tail.start()
        _ = try tail.rows()
        let before = tail.clock.monotonicNanoseconds()
        guard case .idle = try tail.readers[0].poll(waitMilliseconds: 25) else {
            Issue.record("not idle")
            return
        }
        #expect(tail.clock.monotonicNanoseconds() - before == 25_000_000)
    }

    @Test func readsRotatedFilesToTheirEnd() throws {
        var tail = try TailHarness()
        try tail.add("1", to: "a.log")
        try tail.start()
        #expect(try tail.rows() == ["1"])
        try tail.add("2", to: "a.log")
        try tail.folder.rename("a.log", to: "a.log.1")
        try tail.add("3", to: "a.log")
        #expect(try tail.rows().sorted() == ["2", "3"])
        try tail.add("4", to: "a.log.1")
        #expect(try tail.rows() == ["4"])
        // A rotated name that matches is still the same file.
        try tail.folder.rename("a.log", to: "b.log")
        try tail.add("5", to: "b.log")
        #expect(try tail.rows() == ["5"])
        tail.clock.advance(nanoseconds: 6_000_000_000)
        #expect(try tail.rows() == [])
        #expect(tail.readers[0].progress.splits == 1)
        // Back under a matching name after it was let go: nothing is read twice.
        try tail.add("6", to: "a.log.1")
        try tail.folder.rename("a.log.1", to: "c.log")
        #expect(try tail.rows() == ["6"])
    }

    @Test func noticesTruncationAlsoWhenTheFileGrewAgain() throws {
        var tail = try TailHarness()
        try tail.add("old 1", "old 2", to: "a.log")
        try tail.start()
        #expect(try tail.rows().count == 2)
        try tail.folder.truncate("a.log")
        try tail.add("new 1", to: "a.log")
        #expect(try tail.rows() == ["new 1"])
        try tail.folder.truncate("a.log")
        try tail.add("next 1", "next 2", "next 3", to: "a.log")
        #expect(try tail.rows() == ["next 1", "next 2", "next 3"])
        try tail.folder.truncate("a.log")
        try tail.add("same 1", "same 2", "same 3", to: "a.log")
        #expect(try tail.rows() == ["same 1", "same 2", "same 3"])
        try tail.folder.remove("a.log")
        try tail.add("reborn", to: "a.log")
        #expect(try tail.rows() == ["reborn"])
    }

    @Test func restartsWithoutLossOrRepeat() throws {
        var tail = try TailHarness()
        try tail.add("1", "2", to: "a.log")
        try tail.folder.append("{\"s\":\"half", to: "a.log")
        try tail.add("b1", to: "b.log")
        try tail.start(parallelism: 2)
        #expect(try tail.rows().sorted() == ["1", "2", "b1"])
        let positions = try tail.positions()
        try tail.folder.append(" and half\"}\n", to: "a.log")
        try tail.add("3", to: "a.log")
        try tail.folder.rename("a.log", to: "a.log.1")
        try tail.add("4", to: "a.log")
        try tail.folder.truncate("b.log")
        try tail.add("b2", to: "b.log")
        for parallelism in [1, 2, 5] {
            try tail.start(parallelism: parallelism, positions: positions)
            #expect(try tail.rows().sorted() == ["3", "4", "b2", "half and half"], "\(parallelism) readers")
        }
    }

    @Test func startsAtTheEndWhenTold() throws {
        var tail = try TailHarness()
        tail.options = ["scan.startup.mode": "latest"]
        try tail.folder.append("{\"s\":\"old\"}\n{\"s\":\"beg", to: "a.log")
        try tail.start()
        try tail.folder.append("un\"}\n{\"s\":\"new\"}\n", to: "a.log")
        try tail.add("b1", to: "b.log")
        #expect(try tail.rows().sorted() == ["b1", "new"])
        let positions = try tail.positions()
        try tail.add("c1", to: "c.log")
        try tail.start(positions: positions)
        #expect(try tail.rows() == ["c1"])
        #expect(tail.rejects.all.isEmpty)
    }

    @Test func limitsLinesAndReportsBadOnes() throws {
        var tail = try TailHarness()
        tail.options = ["max-line-bytes": "1000"]
        try tail.start()
        try tail.folder.append("{\"s\":\"" + String(repeating: "x", count: 3 << 20), to: "a.log")
        #expect(try tail.rows() == [])
        #expect(tail.rejects.reasons == ["line_too_long"])
        let positions = try tail.positions()
        try tail.folder.append(String(repeating: "x", count: 5_000) + "\"}\nbroken\n{\"s\":\"fine\"}\n", to: "a.log")
        #expect(try tail.rows() == ["fine"])
        #expect(tail.rejects.reasons == ["line_too_long", "malformed_json"])
        #expect(tail.readers[0].progress.rowsRejected == 2)
        // In the middle of a line that was given up: its rest is no line.
        try tail.start(positions: positions)
        #expect(try tail.rows() == ["fine"])
        tail.options = ["on-error": "fail"]
        try tail.start()
        #expect(throws: MillraceError.self) { try tail.rows() }
    }

    @Test func quietFilesBecomeIdle() throws {
        var tail = try TailHarness()
        try tail.add("1", to: "a.log")
        try tail.start()
        #expect(tail.readers[0].openSplits.map(\.isIdle) == [false])
        _ = try tail.rows()
        #expect(tail.readers[0].openSplits.map(\.isIdle) == [false])
        tail.clock.advance(nanoseconds: 2_100_000_000)
        _ = try tail.rows()
        #expect(tail.readers[0].openSplits.map(\.isIdle) == [true])
        try tail.add("2", to: "a.log")
        #expect(try tail.rows() == ["2"])
        #expect(tail.readers[0].openSplits.map(\.isIdle) == [false])
    }

    @Test func unreadableFilesAreReportedOnceAndRetried() throws {
        var tail = try TailHarness()
        let files = RefusingFileSystem()
        try tail.add("1", to: "a.log")
        try tail.add("b1", to: "b.log")
        files.refused.withLock { $0 = "a.log" }
        try tail.start(files: files)
        #expect(try tail.rows() == ["b1"])
        #expect(try tail.rows() == [])
        #expect(tail.rejects.reasons == ["unreadable_file"])
        files.refused.withLock { $0 = nil }
        #expect(try tail.rows() == ["1"])
        // A restored file that cannot be opened at once keeps its position.
        let positions = try tail.positions()
        files.refused.withLock { $0 = "a.log" }
        try tail.start(positions: positions, files: files)
        let between = try tail.positions()
        try tail.start(positions: between, files: files)
        files.refused.withLock { $0 = nil }
        try tail.add("2", to: "a.log")
        #expect(try tail.rows() == ["2"])
    }

    @Test func oneUnlistableDirectoryDoesNotHideTheOthers() throws {
        var tail = try TailHarness()
        let files = RefusingFileSystem()
        tail.pattern = "node-*/*.log"
        for name in ["node-a", "node-b", "node-c"] {
            try SystemFileSystem().createDirectory(tail.folder.file(name))
        }
        tail.options["rotate-wait"] = "0 ms"
        try tail.add("a1", to: "node-a/x.log")
        try tail.add("b1", to: "node-b/x.log")
        try tail.start(files: files)
        #expect(try tail.rows().sorted() == ["a1", "b1"])
        files.refused.withLock { $0 = "node-a" }
        try tail.add("a2", to: "node-a/x.log")
        try tail.add("c1", to: "node-c/x.log")
        // The file that was open goes on, and the new one is found.
        #expect(try tail.rows().sorted() == ["a2", "c1"])
        #expect(try tail.rows() == [])
        #expect(tail.rejects.reasons == ["unreadable_file"])
        let positions = try tail.positions()
        try tail.add("a3", to: "node-a/x.log")
        try tail.start(positions: positions, files: files)
        #expect(try tail.rows() == [])
        files.refused.withLock { $0 = nil }
        #expect(try tail.rows() == ["a3"])
    }

    @Test func damagedPositionsAreRefused() throws {
        var tail = try TailHarness()
        try tail.add("1", to: "a.log")
        try tail.start()
        let position = try tail.positions()[0]
        for place in position.indices {
            var damaged = position
            damaged[place] ^= 0x40
            #expect(throws: DamagedBytesError.self) { try tail.start(positions: [damaged]) }
        }
        #expect(throws: DamagedBytesError.self) { try tail.start(positions: [Array(position.dropLast(3))]) }
    }
}
