import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Rows behind the watermark are counted by every operator that drops them, and kept as samples.
struct LateRowTests {
    private static let second: Int64 = 1_000_000

    /// The late rows of a query whose table has five rows in time and one that is far behind, and their samples.
    private static func late(_ query: String) throws -> (count: Int, samples: [String]) {
        let plan = try QueryHarness.plan(
            """
            SET 'pipeline.auto-watermark-interval' = '0';
            CREATE TABLE t (k BIGINT, ts TIMESTAMP(3), v BIGINT, WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');
            \(query);
            """, isBounded: false)
        var made = (0..<5).map { index -> [BatchBuilder.Value] in
            [.integer(1), .integer(Int64(100 + index * 60) * second), .integer(Int64(index))]
        }
        made.append([.integer(1), .integer(3 * second), .integer(77)])
        let rows = made
        let sink = MultisetSink(types: plan.nodes[plan.nodes.count - 1].fields.map(\.type))
        let wiring = JobWiring(
            makeSource: { scan, _ in
                let positions = scan.columns.map { column in if case .physical(let place) = column { place } else { 0 }
                }
                return MemorySource(
                    types: positions.map { scan.table.physicalFields[$0].type },
                    splits: [MemorySource.Split(rows: rows.map { row in positions.map { row[$0] } })], batchRows: 1)
            }, makeSink: { _, _ in sink }, rejects: RejectCounter(),
            environment: Environment(random: FixedRandom(seed: 1)))
        let job = try Job(plan: plan, settings: JobSettings(parallelism: 1), wiring: wiring)
        try job.start()
        try job.waitUntilOver()
        let figures = job.report
        return (figures.lateRows, figures.nodes.flatMap(\.droppedSamples))
    }

    @Test(arguments: [
        "SELECT window_start, COUNT(*), MAX(v) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end",
        "SELECT window_start, COUNT(*), MAX(v) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY window_start, window_end",
        "SELECT k, COUNT(*), MAX(v) FROM t GROUP BY k, SESSION(ts, INTERVAL '10' SECOND)",
        "SELECT v, SUM(v) OVER (PARTITION BY k ORDER BY ts) FROM t",
        "SELECT k, v, ts FROM t ORDER BY ts",
        "SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES B.v AS b PATTERN (A B) DEFINE B AS B.v > A.v)",
    ])
    func lateRowsAreCountedAndSampled(query: String) throws {
        let (count, samples) = try Self.late(query)
        #expect(count == 1, "\(query)")
        #expect(samples.count == 1 && samples[0].contains("\"77\""), "\(query): \(samples)")
    }
}
