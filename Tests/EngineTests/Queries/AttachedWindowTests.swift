import Columnar
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Aggregations over the windows of an aggregation below: over rows out of order, through crashes and restarts with
/// other numbers of instances; against the definition.
struct AttachedWindowTests {
    private static let second: Int64 = 1_000_000

    private static let table = """
        CREATE TABLE t (k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '11' SECOND)
          WITH ('connector' = 'memory');
        """
    private static let counts = """
        SELECT k, COUNT(*) AS n, window_start AS ws, window_end AS we
        FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND))
        GROUP BY k, window_start, window_end
        """

    /// Times wander ten seconds back; watermarks allow for eleven.
    private static func makeSplits(_ random: inout SplitMix64) -> [MemorySource.Split] {
        (0..<2).map { split in
            MemorySource.Split(
                rows: (0..<150).map { index in
                    let disorder = Int64.random(in: 0..<10, using: &random)
                    let time = (Int64(index * 2 + split) - disorder + 100) * second
                    return [.integer(.random(in: 0..<6, using: &random)), .integer(time)]
                })
        }
    }

    /// The counts by window and key.
    private static func naive(_ splits: [MemorySource.Split]) -> [Int64: [Int64: Int64]] {
        var result: [Int64: [Int64: Int64]] = [:]
        for row in splits.flatMap(\.rows) {
            guard case .integer(let key) = row[0], case .integer(let time) = row[1] else { continue }
            let last = time / (5 * second) * 5 * second
            for start in [last - 10 * second, last - 5 * second, last] {
                result[start, default: [:]][key, default: 0] += 1
            }
        }
        return result
    }

    private static func run(
        _ query: String, _ seed: UInt64, keys: Int
    ) throws -> (
        rows: [[BatchBuilder.Value]], counts: [Int64: [Int64: Int64]], plan: PhysicalPlan
    ) {
        var random = SplitMix64(seed: seed)
        let splits = makeSplits(&random)
        let plan = try QueryHarness.plan(table + query + ";", isBounded: false)
        let result = try QueryHarness.run(
            plan, ["t": splits], &random, crashes: seed % 3 == 0 ? 0 : 3, crashSteps: 30..<400, batchRows: 5
        ) { MemorySink(types: $0, keyCount: keys) }
        return (result.sink.rows, naive(splits), plan)
    }

    @Test func extremesOfEachWindowComeOnceAndAreFinal() throws {
        for seed in 1...15 as ClosedRange<UInt64> {
            let query = "SELECT ws, we, MAX(n), COUNT(*) FROM (\(Self.counts)) GROUP BY ws, we"
            let (rows, counts, plan) = try Self.run(query, seed, keys: 2)
            let expected = counts.map { start, keys -> [BatchBuilder.Value] in
                [
                    .integer(start), .integer(start + 15 * Self.second), .integer(keys.values.max() ?? 0),
                    .integer(Int64(keys.count)),
                ]
            }
            #expect(rows == expected.sortedByDescription(), "seed \(seed)")
            #expect(plan.nodes.allSatisfy { $0.changelog == .append })
        }
    }

    /// The most frequent keys of each window: both sides of the join come from one aggregation, which is there once.
    @Test func whatIsJoinedToItsOwnExtremeIsComputedOnce() throws {
        let query = """
            SELECT c.ws, c.k, c.n FROM (\(Self.counts)) AS c
            JOIN (SELECT MAX(n) AS top, ws, we FROM (\(Self.counts)) GROUP BY ws, we) AS m
            ON c.ws = m.ws AND c.we = m.we AND c.n >= m.top
            """
        for seed in 1...15 as ClosedRange<UInt64> {
            let (rows, counts, plan) = try Self.run(query, seed, keys: 2)
            var expected: [[BatchBuilder.Value]] = []
            for (start, keys) in counts {
                for (key, count) in keys where count == keys.values.max() {
                    expected.append([.integer(start), .integer(key), .integer(count)])
                }
            }
            #expect(rows == expected.sortedByDescription(), "seed \(seed)")
            let windows = plan.nodes.filter { node in
                if case .windowAggregate(let window) = node.operation { return window.phase != .local }
                return false
            }
            #expect(windows.count == 2)
        }
    }
}
