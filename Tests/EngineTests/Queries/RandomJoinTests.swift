import Columnar
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Random joins and subqueries over changing rows against the plain answer: all kinds, rows taken back on both sides,
/// NULL keys, crashes, and restarts with other numbers of instances.
struct RandomJoinTests {
    private static let columns = 3
    /// Queries of each of the four parts; MILLRACE_RANDOM_QUERIES asks for more, with other seeds from
    /// MILLRACE_RANDOM_SEED on.
    private static let queries: UInt64 = RandomRun.queries ?? 40
    private static let firstSeed: UInt64 = RandomRun.firstSeed ?? 50_000

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

    private static func makePlan(_ sql: String, isBounded: Bool) throws -> PhysicalPlan {
        let fields = (0..<columns).map { "c\($0) BIGINT" }.joined(separator: ", ")
        let script = (0..<2).map { "CREATE TABLE t\($0) (\(fields)) WITH ('connector' = 'memory');\n" }.joined()
        return try QueryHarness.plan(script + sql + ";", isBounded: isBounded)
    }

    @Test(arguments: 0..<4)
    func engineGivesThePlainAnswer(part: UInt64) throws {
        var restored = 0
        for number in 0..<Self.queries {
            let seed = Self.firstSeed + part * max(1_000, Self.queries) + number
            var random = SplitMix64(seed: seed)
            let tables = Self.makeTables(&random, rows: seed % 2 == 0 ? 8 : 40)
            let query = NaiveQuery.randomJoin(
                using: &random, depth: 2, tables: 2, columns: Self.columns)
            let expected = query.rows(tables.map { $0.flatMap(\.rows) }).sortedByDescription()
            guard expected.count < 6_000 else { continue }
            // Of endless tables both sides are kept; of bounded ones one side may be read first.
            let plan = try Self.makePlan(query.sql, isBounded: seed % 5 == 0)
            let (sink, lives) = try QueryHarness.run(
                plan, ["t0": tables[0], "t1": tables[1]], &random, crashes: seed % 3 == 0 ? 0 : 2,
                crashSteps: 100..<600, startsAgain: seed % 4 == 0
            ) { MultisetSink(types: $0) }
            restored += lives
            guard sink.rows == expected, sink.mistakes == 0 else {
                Issue.record(
                    """
                    seed \(seed): \(query.sql)
                    gives \(sink.rows.count) rows instead of \(expected.count), \(sink.mistakes) mistakes
                    """)
                return
            }
        }
        #expect(restored > 0)
    }
}
