import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import TestSupport
import Testing

/// Tables whose records are the newest row of their key, through crashes.
struct UpsertRecoveryTests {
    private typealias Row = [BatchBuilder.Value]

    /// Makes deletions of rows whose last value is negative.
    private final class UpsertSource: Source {
        private let rows: MemorySource
        var isBounded: Bool { true }

        init(_ rows: MemorySource) { self.rows = rows }

        func open(
            parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder
        ) throws -> [any SourceReader] {
            try rows.open(parallelism: parallelism, positions: positions, rejects: rejects).map(Reader.init)
        }

        private final class Reader: SourceReader {
            private let rows: any SourceReader
            init(_ rows: any SourceReader) { self.rows = rows }
            var openSplits: [SplitStatus] { rows.openSplits }
            var progress: SourceProgress { rows.progress }
            func position() throws -> [UInt8] { try rows.position() }

            func poll(waitMilliseconds: Int) throws -> SourcePoll {
                guard case .batch(let batch, let split) = try rows.poll(waitMilliseconds: waitMilliseconds) else {
                    return .finished
                }
                let last = batch.columns[batch.columns.count - 1]
                batch.kinds = (0..<batch.rowCount).map {
                    last.int64[$0] < 0 ? RowKind.delete.rawValue : RowKind.insert.rawValue
                }
                return .batch(batch, split: split)
            }
        }
    }

    private static func plan(_ query: String) throws -> PhysicalPlan {
        let connector = ConnectorDescription(
            identifier: "upsert-kafka", canRead: true, canWrite: false, options: ["topic", "scan.bounded.mode"],
            isBounded: true)
        var session = PlanningSession(connectors: [connector])
        let script = """
            CREATE TABLE t (k BIGINT, v BIGINT, PRIMARY KEY (k) NOT ENFORCED)
            WITH ('connector' = 'upsert-kafka', 'topic' = 't', 'scan.bounded.mode' = 'latest-offset');
            """
        guard case .query(let plan, _) = try session.plan(script + query).steps.last else {
            throw MillraceError(.internalError, code: "test", "no query")
        }
        return plan
    }

    private static func check(_ query: String, _ expected: ([Int64: Int64]) -> [Row]) throws {
        var restored = 0
        for seed in 1...24 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var newest: [Int64: Int64] = [:]
            // A key is in one split, as it is in one partition.
            let splits = (0..<3).map { split in
                MemorySource.Split(
                    rows: (0..<150).map { _ in
                        let key = Int64(split) + 3 * .random(in: 0...5, using: &random)
                        let value = Int64.random(in: -3...9, using: &random)
                        newest[key] = value < 0 ? nil : value
                        return [.integer(key), .integer(value)]
                    })
            }
            let (sink, lives) = try QueryHarness.run(
                try plan(query), ["t": splits], &random, crashes: seed % 2 == 0 ? 0 : 3, crashSteps: 60..<300,
                wrap: { UpsertSource($0) }
            ) { MultisetSink(types: $0) }
            #expect(sink.rows == expected(newest).sortedByDescription(), "seed \(seed)")
            #expect(sink.mistakes == 0, "seed \(seed)")
            restored += lives
        }
        // Otherwise nothing but the first life would be tested.
        #expect(restored > 5)
    }

    @Test func newestRowOfEachKey() throws {
        try Self.check("SELECT k, v FROM t;") { newest in newest.map { [.integer($0.key), .integer($0.value)] } }
    }

    @Test func aggregatesTakeBackWhatWasThere() throws {
        try Self.check("SELECT k % 2, COUNT(*), SUM(v) FROM t GROUP BY k % 2;") { newest in
            Dictionary(grouping: newest) { $0.key % 2 }.map { parity, rows in
                [.integer(parity), .integer(Int64(rows.count)), .integer(rows.reduce(0) { $0 + $1.value })]
            }
        }
    }
}
