import Columnar
import ConnectorContract
import Connectors
import Diagnostics
import Formats
import Testing

/// Part files: what readers see of them, and what a restart makes of them.
struct FileSinkTests {
    private let folder: TemporaryFolder
    private let environment = Environment()

    init() throws { folder = try TemporaryFolder() }

    private func sink(_ options: [String: String] = [:], replacing: Bool = false) throws -> any Sink {
        var table = TableDescription(
            name: "t", physicalFields: [Field("n", DataType(.bigint))],
            options: ["connector": "filesystem", "path": folder.file("out"), "format": "json"].merging(options) { $1 })
        table.replacesRows = replacing
        return try FileSystemConnector().makeSink(table, environment: environment)
    }

    private func rows(_ numbers: ClosedRange<Int64>) -> Batch {
        let column = Column(DataType(.bigint), capacity: numbers.count)
        for (row, number) in numbers.enumerated() { column.int64[row] = number }
        return Batch(columns: [column], rowCount: numbers.count)
    }

    /// The lines of the visible files, and how many of those there are.
    private func visible() throws -> (lines: [String], files: Int) {
        let path = folder.file("out")
        guard try environment.files.status(path) != nil else { return ([], 0) }
        let names = try environment.files.list(path).filter { !$0.hasPrefix(".") }
        return (try names.flatMap { try lines("\(path)/\($0)") }, names.count)
    }

    private func lines(_ path: String) throws -> [String] {
        let file = try environment.files.open(path, .read)
        var bytes = [UInt8](repeating: 0, count: Int(try file.status().sizeBytes))
        let count = try bytes.withUnsafeMutableBytes { buffer in try file.read(into: buffer, at: 0) }
        return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func expected(_ numbers: ClosedRange<Int64>) -> [String] { numbers.map { "{\"n\":\($0)}" } }

    @Test func aPartIsSeenWhenTheJobEnds() throws {
        let sink = try sink()
        try sink.write(rows(1...3))
        _ = try sink.snapshot(epoch: 1)
        try sink.committed(epoch: 1)
        #expect(try visible().files == 0)
        try sink.finish()
        #expect(try visible().lines == expected(1...3))
    }

    @Test func aFullPartIsSeenOnceItsEpochIsDurable() throws {
        let sink = try sink(["sink.rolling-policy.file-size": "1"])
        try sink.write(rows(1...2))
        _ = try sink.snapshot(epoch: 1)
        #expect(try visible().files == 0)
        try sink.committed(epoch: 1)
        #expect(try visible().lines == expected(1...2))
    }

    @Test func aRestartGoesOnWhereTheEpochEnded() throws {
        var state: [StateChange] = []
        do {
            let sink = try sink()
            try sink.write(rows(1...2))
            state = try sink.snapshot(epoch: 1)
            try sink.committed(epoch: 1)
            // Written and cut, but the epoch never became durable.
            try sink.write(rows(3...9))
            _ = try sink.snapshot(epoch: 2)
        }
        let again = try sink()
        try again.restore(state)
        try again.write(rows(3...4))
        _ = try again.snapshot(epoch: 2)
        try again.committed(epoch: 2)
        try again.finish()
        #expect(try visible() == (expected(1...4), 1))
    }

    /// A file has one header: blocks packed in another way would not fit it.
    @Test(arguments: [("null", "snappy", 2), ("snappy", "snappy", 1), ("deflate", "null", 2)])
    func anotherCodecBeginsAnotherPart(before: String, after: String, parts: Int) throws {
        var state: [StateChange] = []
        do {
            let sink = try sink(["format": "avro", "avro.codec": before])
            try sink.write(rows(1...2))
            state = try sink.snapshot(epoch: 1)
            try sink.committed(epoch: 1)
        }
        let again = try sink(["format": "avro", "avro.codec": after])
        try again.restore(state)
        try again.write(rows(3...4))
        _ = try again.snapshot(epoch: 2)
        try again.committed(epoch: 2)
        try again.finish()
        let path = folder.file("out")
        let names = try environment.files.list(path).filter { !$0.hasPrefix(".") }
        #expect(names.count == parts)
        var numbers: [Int64] = []
        let fields = [Field("n", DataType(.bigint))]
        for name in names {
            let file = try environment.files.open("\(path)/\(name)", .read)
            let block = InputBlock(capacity: Int(try file.status().sizeBytes))
            block.count = try file.read(
                into: UnsafeMutableRawBufferPointer(start: block.bytes, count: block.capacity), at: 0)
            let decoder = try FormatCatalog.makeDecoder(
                format: "avro", fields: fields, schema: fields, options: [:], timeZone: "UTC")
            var place = 0
            while place < block.count {
                let lines = try decoder.decode(block, from: place, to: block.count, isFinal: true)
                #expect(lines.rejected.isEmpty)
                if let batch = lines.batch { numbers += (0..<batch.rowCount).map { batch.columns[0].int64[$0] } }
                guard lines.consumed > place else { break }
                place = lines.consumed
            }
        }
        #expect(numbers.sorted() == [1, 2, 3, 4])
    }

    @Test func aRestartPublishesWhatItsEpochToldOf() throws {
        var state: [StateChange] = []
        do {
            let sink = try sink(["sink.rolling-policy.file-size": "1"])
            try sink.write(rows(1...2))
            state = try sink.snapshot(epoch: 1)
            try sink.write(rows(3...4))
            _ = try sink.snapshot(epoch: 2)
        }
        #expect(try visible().files == 0)
        let again = try sink(["sink.rolling-policy.file-size": "1"])
        try again.restore(state)
        #expect(try visible().lines == expected(1...2))
        try again.write(rows(3...4))
        state = try again.snapshot(epoch: 2)
        try again.finish()
        #expect(try visible().lines.sorted() == expected(1...4))
        // Restored once more, behind the end: nothing comes twice.
        let last = try sink()
        try last.restore(state)
        try last.finish()
        #expect(try visible().lines.sorted() == expected(1...4))
    }

    @Test func aRestartBehindTheEndGoesOnInANewPart() throws {
        let first = try sink()
        try first.write(rows(1...2))
        let state = try first.snapshot(epoch: 1)
        // The part that was open is finished: its length is the one the epoch tells.
        try first.finish()
        let again = try sink()
        try again.restore(state)
        try again.write(rows(3...3))
        try again.finish()
        #expect(try visible().lines.sorted() == expected(1...3))
        #expect(try visible().files == 2)
    }

    /// A damaged newest epoch gives an older one, whose rows would stand in the visible parts already.
    @Test func stateBehindAVisiblePartThatWasOpenIsRefused() throws {
        let first = try sink()
        try first.write(rows(1...2))
        let old = try first.snapshot(epoch: 1)
        try first.committed(epoch: 1)
        try first.write(rows(3...4))
        let newest = try first.snapshot(epoch: 2)
        try first.committed(epoch: 2)
        try first.finish()
        let error = #expect(throws: MillraceError.self) { try sink().restore(old) }
        #expect(error?.code == "sink_ahead")
        // Nothing was changed, so that the newest can be gone on from once it is put back.
        let again = try sink()
        try again.restore(newest)
        try again.finish()
        #expect(try visible() == (expected(1...4), 1))
    }

    @Test func stateBehindAWholeVisiblePartIsRefused() throws {
        let small = ["sink.rolling-policy.file-size": "1"]
        var (old, newest): ([StateChange], [StateChange]) = ([], [])
        do {
            let first = try sink(small)
            try first.write(rows(1...2))
            old = try first.snapshot(epoch: 1)
            try first.committed(epoch: 1)
            try first.write(rows(3...4))
            _ = try first.snapshot(epoch: 2)
            try first.committed(epoch: 2)
            // Its epoch tells of this part, which is not visible yet.
            try first.write(rows(5...6))
            newest = try first.snapshot(epoch: 3)
        }
        let error = #expect(throws: MillraceError.self) { try sink(small).restore(old) }
        #expect(error?.code == "sink_ahead")
        let again = try sink(small)
        try again.restore(newest)
        #expect(try visible().lines.sorted() == expected(1...6))
    }

    @Test func aPartThatBecameShorterIsRefused() throws {
        var state: [StateChange] = []
        do {
            let first = try sink()
            try first.write(rows(1...2))
            state = try first.snapshot(epoch: 1)
        }
        for name in try environment.files.list(folder.file("out")) {
            try environment.files.open(folder.file("out") + "/" + name, .readWrite).truncate(toBytes: 3)
        }
        let error = #expect(throws: MillraceError.self) { try sink().restore(state) }
        #expect(error?.code == "sink_behind")
    }

    /// What consumers took away says nothing about later epochs.
    @Test func partsThatWereTakenAwayAreNoReasonToRefuse() throws {
        let small = ["sink.rolling-policy.file-size": "1"]
        let first = try sink(small)
        try first.write(rows(1...2))
        let state = try first.snapshot(epoch: 1)
        try first.committed(epoch: 1)
        for name in try environment.files.list(folder.file("out")) {
            try environment.files.remove(folder.file("out") + "/" + name)
        }
        let again = try sink(small)
        try again.restore(state)
        try again.write(rows(3...4))
        try again.finish()
        #expect(try visible().lines == expected(3...4))
    }

    @Test func overwritingTakesTheOldPartsAway() throws {
        let first = try sink()
        try first.write(rows(1...2))
        try first.finish()
        let second = try sink(replacing: true)
        try second.write(rows(7...7))
        #expect(try visible().lines == expected(1...2))
        try second.finish()
        #expect(try visible().lines == expected(7...7))
    }

    @Test func aRunThatFailsWithoutEpochsLeavesNothing() throws {
        do {
            let sink = try sink(["sink.rolling-policy.file-size": "1 mb"])
            try sink.write(rows(1...100_000))
        }
        #expect(try environment.files.list(folder.file("out")).isEmpty)
    }

    @Test func damagedStateIsRefused() throws {
        let sink = try sink()
        try sink.write(rows(1...2))
        var state = try sink.snapshot(epoch: 1)
        state[0].bytes[7] ^= 1
        let again = try self.sink()
        #expect(throws: DamagedBytesError.self) { try again.restore(state) }
    }

    @Test(arguments: [["path": "/tmp/*.json"], ["format": "xml"], ["sink.rolling-policy.file-size": "0"]])
    func wrongOptionsAreRefused(options: [String: String]) {
        #expect(throws: MillraceError.self) { try sink(options) }
    }
}
