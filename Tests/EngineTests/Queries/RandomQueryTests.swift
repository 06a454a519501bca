import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Random queries over changing rows against the plain answer: aggregates of aggregates, Top-N over what is taken
/// back, set operations; crashed at random steps and restored with other numbers of instances.
struct RandomQueryTests {
    private static let columns = 3
    /// Queries of each of the four parts; MILLRACE_RANDOM_QUERIES asks for more, with other seeds from
    /// MILLRACE_RANDOM_SEED on.
    private static let queries: UInt64 = RandomRun.queries ?? 250
    private static let firstSeed: UInt64 = RandomRun.firstSeed ?? 0

    /// The splits of two tables; values repeat, and some are NULL.
    private static func makeTables(_ random: inout SplitMix64, rows: Int) -> [[MemorySource.Split]] {
        (0..<2).map { _ in
            (0..<3).map { _ in
                MemorySource.Split(
                    rows: (0..<Int.random(in: 0...rows, using: &random)).map { _ in
                        [Int64(3), 6, 12].map { range in
                            Int.random(in: 0..<12, using: &random) == 0
                                ? .null : .integer(.random(in: 0...range, using: &random))
                        }
                    })
            }
        }
    }

    private static func makePlan(_ sql: String, isBatchMode: Bool, splitsDistinct: Bool) throws -> PhysicalPlan {
        var mode = "SET 'execution.runtime-mode' = '\(isBatchMode ? "batch" : "streaming")';\n"
        if splitsDistinct {
            mode += "SET 'table.optimizer.distinct-agg.split.enabled' = 'true';\n"
            mode += "SET 'table.optimizer.distinct-agg.split.bucket-num' = '3';\n"
        }
        let fields = (0..<columns).map { "c\($0) BIGINT" }.joined(separator: ", ")
        let script = (0..<2).map { "CREATE TABLE t\($0) (\(fields)) WITH ('connector' = 'memory');\n" }.joined()
        return try QueryHarness.plan(mode + script + sql + ";")
    }

    /// In batch mode each row leaves once, though the job is killed at its end or started again behind it.
    @Test(arguments: 0..<4, [false, true])
    func engineGivesThePlainAnswer(part: UInt64, isBatchMode: Bool) throws {
        var restored = 0
        for number in 0..<(isBatchMode ? max(20, Self.queries / 10) : Self.queries) {
            let seed = Self.firstSeed + part * max(1_000, Self.queries) + number
            var random = SplitMix64(seed: seed)
            let tables = Self.makeTables(&random, rows: seed % 2 == 0 ? 25 : 120)
            let depth = Int.random(in: 1...4, using: &random)
            let query = NaiveQuery.random(using: &random, depth: depth, tables: 2, columns: Self.columns)
            let expected = query.rows(tables.map { $0.flatMap(\.rows) }).sortedByDescription()
            let (sink, lives) = try QueryHarness.run(
                try Self.makePlan(query.sql, isBatchMode: isBatchMode, splitsDistinct: seed % 4 > 1),
                ["t0": tables[0], "t1": tables[1]], &random,
                crashes: seed % 2 == 0 ? 0 : 2, startsAgain: isBatchMode || seed % 3 == 0
            ) { MultisetSink(types: $0) }
            restored += lives
            guard sink.rows == expected, sink.mistakes == 0 else {
                Issue.record(
                    "seed \(seed): \(query.sql)\ngives \(sink.rows)\ninstead of \(expected), \(sink.mistakes) mistakes")
                return
            }
        }
        // Otherwise nothing but the first life would be tested.
        #expect(restored > (isBatchMode ? 0 : 30))
    }
}
