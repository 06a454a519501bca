import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import Synchronization
import TestSupport
import Testing

/// Ranking by event time, in windows and into keyed tables, through crashes.
struct RankRecoveryTests {
    private typealias Row = [BatchBuilder.Value]
    private static let second: Int64 = 1_000_000

    private static let table = """
        CREATE TABLE t (k BIGINT, ts TIMESTAMP(3), v BIGINT, WATERMARK FOR ts AS ts - INTERVAL '11' SECOND)
        WITH ('connector' = 'memory');
        """

    /// Rows whose times wander up to ten seconds back and forth and differ from one another.
    private static func makeSplits(_ random: inout SplitMix64) -> [MemorySource.Split] {
        (0..<3).map { split in
            MemorySource.Split(
                rows: (0..<120).map { index in
                    let disorder = Int64.random(in: 0...10, using: &random)
                    let at = (Int64(index) + 100 - disorder) * second + Int64(index * 3 + split) * 1_000
                    return [
                        .integer(.random(in: 0...3, using: &random)), .integer(at),
                        .integer(.random(in: 0...20, using: &random)),
                    ]
                })
        }
    }

    private static func number(_ value: BatchBuilder.Value) -> Int64 {
        if case .integer(let number) = value { return number }
        return .min
    }

    private static func sorted(_ rows: [Row]) -> [Row] { rows.sortedByDescription() }

    /// Runs a query for several seeds, half of them with crashes, and compares what stands at the end.
    private static func check(_ query: String, _ expected: ([Row]) -> [Row]) throws {
        var restored = 0
        for seed in 1...24 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let splits = makeSplits(&random)
            let (sink, lives) = try QueryHarness.run(
                try QueryHarness.plan(table + query), ["t": splits], &random, crashes: seed % 2 == 0 ? 0 : 3,
                crashSteps: 100..<400
            ) { MultisetSink(types: $0) }
            #expect(sink.rows == sorted(expected(splits.flatMap(\.rows))), "seed \(seed)")
            #expect(sink.mistakes == 0, "seed \(seed)")
            restored += lives
        }
        // Otherwise nothing but the first life would be tested.
        #expect(restored > 5)
    }

    @Test func lastRowOfAKey() throws {
        let query = """
            SELECT k, ts, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS rn FROM t) WHERE rn = 1;
            """
        try Self.check(query) { rows in
            Dictionary(grouping: rows) { $0[0] }.values.compactMap { rows in
                rows.max { Self.number($0[1]) < Self.number($1[1]) }
            }
        }
    }

    @Test func firstPlacesOfWindows() throws {
        let query = """
            SELECT window_end, k, v, ts, rn FROM (
              SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY v DESC, ts) AS rn
              FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '20' SECOND))
            ) WHERE rn <= 2;
            """
        try Self.check(query) { rows in
            var windows: [[Int64]: [Row]] = [:]
            for row in rows {
                let at = Self.number(row[1])
                let end = at - at % (10 * Self.second) + 10 * Self.second
                for end in [end, end + 10 * Self.second] {
                    windows[[end, Self.number(row[0])], default: []].append(row)
                }
            }
            return windows.flatMap { key, rows -> [Row] in
                let ranked = rows.sorted {
                    (-Self.number($0[2]), Self.number($0[1])) < (-Self.number($1[2]), Self.number($1[1]))
                }
                return ranked.prefix(2).enumerated().map { place, row in
                    [.integer(key[0]), row[0], row[2], row[1], .integer(Int64(place + 1))]
                }
            }
        }
    }

    @Test func sortedByTimeNothingIsLostOrTwice() throws {
        try Self.check("SELECT ts, k, v FROM t ORDER BY ts, v;") { rows in rows.map { [$0[1], $0[0], $0[2]] } }
    }

    /// Notes the first column of all rows in the order they come.
    private final class OrderSink: Sink {
        private let held = Mutex<[Int64]>([])
        var values: [Int64] { held.withLock { $0 } }
        var guarantee: String { "for tests" }
        func write(_ batch: Batch) throws {
            held.withLock { $0 += BatchBuilder.rows(of: batch).map { RankRecoveryTests.number($0[0]) } }
        }
        func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
        func committed(epoch: UInt64) throws {}
        func restore(_ changes: [StateChange]) throws {}
        func finish() throws {}
    }

    @Test func sortedByTimeIsInOrder() throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let splits = Self.makeSplits(&random)
            let plan = try QueryHarness.plan(Self.table + "SELECT ts FROM t ORDER BY ts;")
            let sink = try QueryHarness.run(plan, ["t": splits], &random, crashes: 0) { _ in OrderSink() }.sink
            #expect(sink.values.count == 360)
            #expect(sink.values == sink.values.sorted(), "seed \(seed)")
        }
    }

    /// The query is keyed by v, the table by the greatest k of it: of several rows one that stands is seen.
    @Test func tableWithAnotherKey() throws {
        let script =
            Self.table + """
                CREATE TABLE r (best BIGINT, v BIGINT, n BIGINT, PRIMARY KEY (best) NOT ENFORCED);
                INSERT INTO r SELECT MAX(k), v, COUNT(*) FROM t GROUP BY v;
                """
        for seed in 1...24 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let splits = Self.makeSplits(&random)
            let sink = try QueryHarness.run(
                try QueryHarness.plan(script), ["t": splits], &random, crashes: Int(seed % 3),
                crashSteps: 100..<400
            ) { MemorySink(types: $0, keyCount: 1) }.sink
            let groups = Dictionary(grouping: splits.flatMap(\.rows)) { $0[2] }.map { value, rows in
                [.integer(rows.map { Self.number($0[0]) }.max() ?? 0), value, .integer(Int64(rows.count))] as Row
            }
            #expect(Set(sink.rows.map { $0[0] }) == Set(groups.map { $0[0] }), "seed \(seed)")
            #expect(sink.rows.allSatisfy(groups.contains), "seed \(seed)")
        }
    }
}
