import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Windows that give results before and behind their end: what stands at last is what the windows hold, through crashes
/// and other numbers of instances, and rows are taken back as they were given.
struct EarlyWindowTests {
    private static let second: Int64 = 1_000_000

    /// Times wander thirty seconds back; the watermark allows for ten, lateness for a minute more.
    private static func makeSplits(_ random: inout SplitMix64) -> [MemorySource.Split] {
        (0..<2).map { _ in
            MemorySource.Split(
                rows: (0..<150).map { index in
                    let disorder = Int64.random(in: 0..<30, using: &random) * second
                    return [
                        .integer(.random(in: 0..<4, using: &random)),
                        .integer(Int64(index) * 2 * second + 100 * second - disorder),
                        .integer(.random(in: 0..<50, using: &random)),
                    ]
                })
        }
    }

    private static func plan(_ shape: String, settings: String) throws -> PhysicalPlan {
        try QueryHarness.plan(
            """
            \(settings)
            SET 'pipeline.auto-watermark-interval' = '0';
            CREATE TABLE t (k BIGINT, ts TIMESTAMP(3), v BIGINT, WATERMARK FOR ts AS ts - INTERVAL '10' SECOND)
              WITH ('connector' = 'memory');
            SELECT window_start, window_end, k, COUNT(*) AS n, MAX(v) AS v
            FROM TABLE(\(shape)) GROUP BY window_start, window_end, k;
            """, isBounded: false)
    }

    private static func expected(_ splits: [MemorySource.Split], size: Int64, slide: Int64) -> [[BatchBuilder.Value]] {
        var windows: [[Int64]: (count: Int64, greatest: Int64)] = [:]
        for row in splits.flatMap(\.rows) {
            guard case .integer(let key) = row[0], case .integer(let at) = row[1], case .integer(let value) = row[2]
            else { continue }
            var start = at - at % (slide * second)
            while start > at - size * second {
                let old = windows[[start, key], default: (0, .min)]
                windows[[start, key]] = (old.count + 1, max(old.greatest, value))
                start -= slide * second
            }
        }
        return windows.map { window, value in
            [
                .integer(window[0]), .integer(window[0] + size * second), .integer(window[1]), .integer(value.count),
                .integer(value.greatest),
            ]
        }.sortedByDescription()
    }

    private static let early =
        "SET 'table.exec.emit.early-fire.enabled' = 'true'; SET 'table.exec.emit.early-fire.delay' = '5 ms';"
    private static let late =
        "SET 'table.exec.emit.allow-lateness' = '1 min'; SET 'table.exec.emit.late-fire.enabled' = 'true';"

    @Test(arguments: [
        ("TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)", Int64(10), Int64(10)),
        ("HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND)", 15, 5),
    ])
    func whatStandsAtLastIsExact(shape: String, size: Int64, slide: Int64) throws {
        let plan = try Self.plan(shape, settings: Self.early + Self.late)
        for seed in 1...2 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let splits = Self.makeSplits(&random)
            let (sink, _) = try QueryHarness.run(
                plan, ["t": splits], &random, crashes: 3, crashSteps: 50..<400, batchRows: 5
            ) { MultisetSink(types: $0) }
            #expect(sink.rows == Self.expected(splits, size: size, slide: slide), "seed \(seed)")
            #expect(sink.mistakes == 0, "seed \(seed)")
        }
    }

    @Test func openWindowsGiveResults() throws {
        let shape = "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)"
        func takenBack(_ settings: String) throws -> Int {
            var random = SplitMix64(seed: 5)
            let splits = Self.makeSplits(&random)
            let (sink, _) = try QueryHarness.run(
                try Self.plan(shape, settings: settings), ["t": splits], &random, crashes: 0, batchRows: 5
            ) { _ in CountingSink() }
            return sink.takenBack
        }
        #expect(try takenBack(Self.early) > 0)
        #expect(try takenBack("") == 0)
    }
}
