import Columnar
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// VALUES through crashes: beside other rows in one pipeline each of them comes once, and what a join reads first is
/// read again at each start.
struct ValuesRestoreTests {
    private static let table = "CREATE TABLE t0 (c0 BIGINT) WITH ('connector' = 'memory');\n"

    private static func check(
        _ query: String, startsAgain: Bool = true, _ expected: ([Int64]) -> [[Int64]]
    ) throws {
        let plan = try QueryHarness.plan(table + query + ";")
        let numbers = Array(0..<160 as Range<Int64>)
        let splits = (0..<2).map { split in
            MemorySource.Split(rows: numbers.filter { $0 % 2 == split }.map { [.integer($0 % 5)] })
        }
        let wanted = expected(numbers.map { $0 % 5 }).map { $0.map { BatchBuilder.Value.integer($0) } }
            .sortedByDescription()
        var restored = 0
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let (sink, lives) = try QueryHarness.run(
                plan, ["t0": splits], &random, crashes: 3, crashSteps: 10..<400, startsAgain: startsAgain
            ) { MultisetSink(types: $0) }
            restored += lives
            let isExpected = sink.rows == wanted
            #expect(isExpected, "seed \(seed): \(sink.rows.count) rows for \(wanted.count)")
            #expect(sink.mistakes == 0)
        }
        #expect(restored > 5)
    }

    @Test func besideATableInAUnion() throws {
        try Self.check("SELECT c0 FROM t0 UNION ALL SELECT * FROM (VALUES (CAST(7 AS BIGINT)), (8))") { numbers in
            (numbers + [7, 8]).map { [$0] }
        }
    }

    @Test func readFirstByAJoin() throws {
        let names = "(VALUES (CAST(1 AS BIGINT), CAST(10 AS BIGINT)), (2, 20)) AS v (k, x)"
        try Self.check("SELECT t0.c0, v.x FROM t0 JOIN \(names) ON t0.c0 = v.k") { numbers in
            numbers.filter { $0 == 1 || $0 == 2 }.map { [$0, $0 * 10] }
        }
    }

    /// The scan that is read first and the one that is restored have one name.
    @Test func ofOneTableReadTwice() throws {
        try Self.check("SELECT c0 FROM t0 WHERE c0 NOT IN (SELECT c0 FROM t0 WHERE c0 > 2)") { numbers in
            numbers.filter { $0 <= 2 }.map { [$0] }
        }
    }
}
