import Columnar
import ConnectorContract
import Connectors
import Diagnostics
import Testing

/// Tables with PARTITIONED BY: folders, complete partitions, and what a restart makes of them.
struct PartitionedSinkTests {
    private let folder: TemporaryFolder
    private let environment = Environment()
    private let fields = [
        Field("n", DataType(.bigint)), Field("dt", DataType(.string)), Field("hour", DataType(.integer)),
    ]

    init() throws { folder = try TemporaryFolder() }

    private func table(_ options: [String: String], replacing: Bool) -> TableDescription {
        var table = TableDescription(
            name: "t", physicalFields: fields,
            options: ["connector": "filesystem", "path": folder.file("out"), "format": "csv"].merging(options) { $1 })
        table.partitionKeys = [1, 2]
        table.replacesRows = replacing
        return table
    }

    private func sink(_ options: [String: String] = [:], replacing: Bool = false) throws -> any Sink {
        try FileSystemConnector().makeSink(table(options, replacing: replacing), environment: environment)
    }

    /// Rows of number, day and hour; a day of nil is NULL.
    private func rows(_ values: [(Int64, String?, Int64)]) -> Batch {
        let columns = fields.map { Column($0.type, capacity: values.count) }
        let heap = ByteHeap()
        for (row, value) in values.enumerated() {
            columns[0].int64[row] = value.0
            if let day = value.1 { columns[1].text[row] = heap.add(day) } else { columns[1].setNull(row) }
            columns[2].int64[row] = value.2
        }
        columns[1].owners = [heap]
        return Batch(columns: columns, rowCount: values.count)
    }

    private func names(_ path: String) throws -> [String] {
        guard try environment.files.status(folder.file(path)) != nil else { return [] }
        return try environment.files.list(folder.file(path)).filter { !$0.hasPrefix(".") }
    }

    /// The lines of all visible files below the table's folder, each behind its partition.
    private func visible() throws -> [String] {
        try names("out").flatMap { day in
            try names("out/\(day)").flatMap { hour in
                try names("out/\(day)/\(hour)").filter { $0.hasPrefix("part-") }
                    .flatMap { try lines("out/\(day)/\(hour)/\($0)").map { "\(day)/\(hour) \($0)" } }
            }
        }.sorted()
    }

    private func lines(_ path: String) throws -> [String] {
        let file = try environment.files.open(folder.file(path), .read)
        var bytes = [UInt8](repeating: 0, count: Int(try file.status().sizeBytes))
        let count = try bytes.withUnsafeMutableBytes { buffer in try file.read(into: buffer, at: 0) }
        return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func rowsGoToTheFolderOfTheirValues() throws {
        let sink = try sink()
        try sink.write(rows([(1, "a", 1), (2, "a", 1), (3, "b/c", 2), (4, nil, 2), (5, "a", 1), (6, "", 3)]))
        try sink.finish()
        let unset = "dt=__DEFAULT_PARTITION__"
        #expect(
            try visible() == [
                "\(unset)/hour=2 4", "\(unset)/hour=3 6", "dt=a/hour=1 1", "dt=a/hour=1 2", "dt=a/hour=1 5",
                "dt=b%2Fc/hour=2 3",
            ])
    }

    @Test func manyPartitionsAtOnceLoseNothing() throws {
        let sink = try sink()
        for round in Int64(0)..<3 {
            try sink.write(rows((0..<100).map { (round * 100 + $0, "d", $0) }))
        }
        try sink.finish()
        #expect(try visible() == (Int64(0)..<300).map { "dt=d/hour=\($0 % 100) \($0)" }.sorted())
    }

    @Test func aRestartGoesOnInEveryPartition() throws {
        var state: [StateChange] = []
        do {
            let sink = try sink()
            try sink.write(rows([(1, "a", 1), (2, "b", 1)]))
            state = try sink.snapshot(epoch: 1)
            try sink.committed(epoch: 1)
            try sink.write(rows([(8, "a", 1), (9, "c", 1)]))
            _ = try sink.snapshot(epoch: 2)
        }
        let again = try sink()
        try again.restore(state)
        try again.write(rows([(3, "a", 1), (4, "c", 1)]))
        try again.finish()
        #expect(try visible() == ["dt=a/hour=1 1", "dt=a/hour=1 3", "dt=b/hour=1 2", "dt=c/hour=1 4"])
    }

    @Test func stateBehindAVisiblePartOfAnyPartitionIsRefused() throws {
        let small = ["sink.rolling-policy.file-size": "1"]
        let first = try sink(small)
        try first.write(rows([(1, "a", 1)]))
        let old = try first.snapshot(epoch: 1)
        try first.committed(epoch: 1)
        try first.write(rows([(2, "b", 1)]))
        let newest = try first.snapshot(epoch: 2)
        try first.committed(epoch: 2)
        let error = #expect(throws: MillraceError.self) { try sink(small).restore(old) }
        #expect(error?.code == "sink_ahead")
        try sink(small).restore(newest)
        #expect(try visible() == ["dt=a/hour=1 1", "dt=b/hour=1 2"])
    }

    private let byTime = [
        "sink.partition-commit.trigger": "partition-time", "sink.partition-commit.delay": "1 h",
        "sink.partition-commit.policy.kind": "success-file",
        "partition.time-extractor.timestamp-pattern": "$dt 0$hour:00:00",
    ]
    private static let noon: Int64 = 1_767_225_600_000_000  // 2026-01-01

    @Test func theWatermarkCompletesPartitions() throws {
        let sink = try sink(byTime)
        try sink.write(rows([(1, "2026-01-01", 0), (2, "2026-01-01", 1)]))
        try sink.advance(to: Self.noon + 3_600_000_000)
        _ = try sink.snapshot(epoch: 1)
        try sink.committed(epoch: 1)
        #expect(try names("out/dt=2026-01-01/hour=0").isEmpty)
        try sink.advance(to: Self.noon + 3_601_000_000)
        _ = try sink.snapshot(epoch: 2)
        // Neither the part nor the mark is seen before the epoch is durable.
        #expect(try names("out/dt=2026-01-01/hour=0").isEmpty)
        try sink.committed(epoch: 2)
        #expect(try names("out/dt=2026-01-01/hour=0").contains("_SUCCESS"))
        #expect(try names("out/dt=2026-01-01/hour=1").isEmpty)
        #expect(try visible() == ["dt=2026-01-01/hour=0 1"])
        try sink.finish()
        #expect(try names("out/dt=2026-01-01/hour=1").contains("_SUCCESS"))
        #expect(try visible().count == 2)
    }

    @Test func aRestartMarksWhatItsEpochCompleted() throws {
        var state: [StateChange] = []
        do {
            let sink = try sink(byTime)
            try sink.write(rows([(1, "2026-01-01", 0)]))
            try sink.advance(to: Self.noon + 9_000_000_000)
            state = try sink.snapshot(epoch: 1)
        }
        #expect(try names("out/dt=2026-01-01/hour=0").isEmpty)
        let again = try sink(byTime)
        try again.restore(state)
        #expect(try names("out/dt=2026-01-01/hour=0").contains("_SUCCESS"))
        #expect(try visible() == ["dt=2026-01-01/hour=0 1"])
    }

    @Test func overwritingReplacesThePartitionsThatGetRows() throws {
        let first = try sink()
        try first.write(rows([(1, "a", 1), (2, "b", 1)]))
        try first.finish()
        let second = try sink(replacing: true)
        try second.write(rows([(7, "b", 1)]))
        try second.finish()
        #expect(try visible() == ["dt=a/hour=1 1", "dt=b/hour=1 7"])
    }

    @Test func aTimeThatCannotBeReadIsTold() throws {
        let sink = try sink(byTime)
        #expect(throws: MillraceError.self) { try sink.write(rows([(1, "someday", 0)])) }
    }

    @Test(arguments: [
        ["sink.partition-commit.policy.kind": "metastore"],
        ["sink.partition-commit.policy.kind": "success-file", "sink.partition-commit.success-file.name": "a/b"],
        ["sink.partition-commit.policy.kind": "success-file", "sink.partition-commit.trigger": "sometimes"],
    ])
    func wrongOptionsAreRefused(options: [String: String]) {
        #expect(throws: MillraceError.self) { try sink(options) }
    }
}
