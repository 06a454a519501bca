import Columnar
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Random queries by event time against the plain answer: windows, interval, version and window joins, OVER, first and
/// last rows, with aggregates, rankings, set operations and joins above them; over rows out of order, crashed at
/// random steps and restored with other numbers of instances.
struct RandomTimeTests {
    /// Queries of each of the four parts; MILLRACE_RANDOM_QUERIES asks for more, with other seeds from
    /// MILLRACE_RANDOM_SEED on.
    private static let queries: UInt64 = RandomRun.queries ?? 15
    private static let firstSeed: UInt64 = RandomRun.firstSeed ?? 200_000

    private static func value(_ range: Int64, _ random: inout SplitMix64) -> BatchBuilder.Value {
        Int.random(in: 0..<12, using: &random) == 0 ? .null : .integer(.random(in: 0...range, using: &random))
    }

    /// Times wander ten seconds back, watermarks allow for eleven; no two rows have one time.
    private static func makeTimed(_ random: inout SplitMix64, rows: Int) -> [[MemorySource.Split]] {
        (0..<2).map { table in
            (0..<2).map { split in
                MemorySource.Split(
                    rows: (0..<Int.random(in: 0...rows, using: &random)).map { index in
                        let disorder = Int64.random(in: 0..<10, using: &random)
                        let second = Int64(index) * 2 + 100 - disorder
                        let time = second * 1_000_000 + Int64(index % 200 * 4 + table * 2 + split) * 1_000
                        return [3, 6, 12].map { value($0, &random) } + [.integer(time)]
                    })
            }
        }
    }

    private static func makePlain(_ random: inout SplitMix64, rows: Int) -> [[MemorySource.Split]] {
        (0..<2).map { _ in
            (0..<2).map { _ in
                MemorySource.Split(
                    rows: (0..<Int.random(in: 0...rows, using: &random)).map { _ in
                        [3, 6, 12].map { value($0, &random) }
                    }
                )
            }
        }
    }

    private static func makePlan(_ sql: String) throws -> PhysicalPlan {
        let fields = "c0 BIGINT, c1 BIGINT, c2 BIGINT"
        let time = ", ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '11' SECOND"
        let script = (0..<2).map { table in
            """
            CREATE TABLE t\(table) (\(fields)) WITH ('connector' = 'memory');
            CREATE TABLE s\(table) (\(fields)\(time)) WITH ('connector' = 'memory');
            CREATE TABLE versions_s\(table) (\(fields)\(time), PRIMARY KEY (c0) NOT ENFORCED)
            WITH ('connector' = 'memory');

            """
        }.joined()
        return try QueryHarness.plan(script + sql + ";", isBounded: false)
    }

    @Test(arguments: 0..<4)
    func engineGivesThePlainAnswer(part: UInt64) throws {
        var restored = 0
        for number in 0..<Self.queries {
            let seed = Self.firstSeed + part * max(1_000, Self.queries) + number
            var random = SplitMix64(seed: seed)
            let plain = Self.makePlain(&random, rows: 30)
            let timed = Self.makeTimed(&random, rows: seed % 2 == 0 ? 20 : 90)
            let depth = Int.random(in: 0...2, using: &random)
            let query =
                depth == 2 && Bool.random(using: &random)
                ? NaiveQuery.randomJoin(using: &random, depth: 2, tables: 2, columns: 3, timed: 2)
                : .random(using: &random, depth: depth, tables: 2, columns: 3, timed: 2)
            let expected = query.rows(plain.map { $0.flatMap(\.rows) }, timed: timed.map { $0.flatMap(\.rows) })
                .sortedByDescription()
            guard expected.count < 3_000 else { continue }
            let tables = ["t0": plain[0], "t1": plain[1], "s0": timed[0], "s1": timed[1]]
            let (sink, lives) = try QueryHarness.run(
                try Self.makePlan(query.sql), tables, &random, crashes: seed % 3 == 0 ? 0 : 2, crashSteps: 60..<400,
                startsAgain: seed % 4 == 0
            ) { MultisetSink(types: $0) }
            restored += lives
            guard sink.rows == expected, sink.mistakes == 0 else {
                Issue.record(
                    """
                    seed \(seed): \(query.sql)
                    gives \(sink.rows.count) rows instead of \(expected.count), \(sink.mistakes) mistakes
                    only there: \(sink.rows.filter { !expected.contains($0) }.prefix(5))
                    missing: \(expected.filter { !sink.rows.contains($0) }.prefix(5))
                    """)
                return
            }
        }
        // Otherwise nothing but the first life would be tested.
        #expect(restored > 0)
    }
}
