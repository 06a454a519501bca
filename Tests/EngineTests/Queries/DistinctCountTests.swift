import Columnar
import ConnectorContract
import Diagnostics
import Engine
import TestSupport
import Testing

/// Several COUNT(DISTINCT) with filters over the same columns, which share their sets of values.
struct DistinctCountTests {
    private static let script = """
        CREATE TABLE t (g STRING, x BIGINT, y INT, keep BOOLEAN) WITH ('connector' = 'memory');
        SELECT g, COUNT(DISTINCT x), COUNT(DISTINCT x) FILTER (WHERE keep), COUNT(DISTINCT x) FILTER (WHERE y > 3),
          COUNT(DISTINCT y), COUNT(DISTINCT y) FILTER (WHERE NOT keep), SUM(DISTINCT x), COUNT(DISTINCT g)
        FROM t GROUP BY g;
        """

    private static func rows(_ random: inout SplitMix64, _ count: Int) -> [[BatchBuilder.Value]] {
        (0..<count).map { _ in
            [
                .text("a group with a name \(random.next() % 5)"),
                random.next() % 9 == 0 ? .null : .integer(Int64(random.next() % 40) - 20),
                random.next() % 7 == 0 ? .null : .integer(Int64(random.next() % 8)),
                random.next() % 5 == 0 ? .null : .boolean(random.next() % 2 == 0),
            ]
        }
    }

    /// The same answer from sets, group by group.
    private static func expected(_ rows: [[BatchBuilder.Value]]) -> [[BatchBuilder.Value]] {
        var groups: [BatchBuilder.Value: [[BatchBuilder.Value]]] = [:]
        for row in rows { groups[row[0], default: []].append(row) }
        return groups.map { group, rows -> [BatchBuilder.Value] in
            func count(_ column: Int, _ counts: ([BatchBuilder.Value]) -> Bool) -> BatchBuilder.Value {
                .integer(Int64(Set(rows.filter { $0[column] != .null && counts($0) }.map { $0[column] }).count))
            }
            var sum: Int64?
            for case .integer(let value) in Set(rows.map { $0[1] }) { sum = (sum ?? 0) + value }
            func isOver(_ value: BatchBuilder.Value) -> Bool {
                if case .integer(let number) = value { return number > 3 }
                return false
            }
            return [
                group, count(1) { _ in true }, count(1) { $0[3] == .boolean(true) }, count(1) { isOver($0[2]) },
                count(2) { _ in true }, count(2) { $0[3] == .boolean(false) }, sum.map { .integer($0) } ?? .null,
                .integer(1),
            ]
        }.sortedByDescription()
    }

    @Test func equalTheNaiveAnswerAlsoThroughCrashes() throws {
        let plan = try QueryHarness.plan(Self.script)
        for seed in 1...25 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let splits = (0..<3).map { _ in MemorySource.Split(rows: Self.rows(&random, 120)) }
            let result = try QueryHarness.run(
                plan, ["t": splits], &random, crashes: seed % 2 == 0 ? 0 : 3, crashSteps: 20..<250, batchRows: 7
            ) { MemorySink(types: $0, keyCount: 1) }
            #expect(result.sink.rows == Self.expected(splits.flatMap(\.rows)), "seed \(seed)")
        }
    }
}
