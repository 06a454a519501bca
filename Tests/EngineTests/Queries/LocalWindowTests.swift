import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Aggregations over windows in two phases: every function that can be, over rows out of order, some of them late,
/// through crashes and restarts with other numbers of instances; against the definition.
struct LocalWindowTests {
    private static let second: Int64 = 1_000_000
    private static let calls = """
        COUNT(*), COUNT(v), SUM(v), MIN(v), MAX(v), AVG(v), SUM(v) FILTER (WHERE v > 3), MIN(name), MAX(name),
        COUNT(*) FILTER (WHERE name = 'b'), CAST(SUM(price) * 100 AS BIGINT)
        """

    /// The windows, as (SQL, start and end of each window that holds a second).
    private static let windows: [(sql: String, of: @Sendable (Int64) -> [(Int64, Int64)])] = [
        ("TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)", { [($0 / 10 * 10, $0 / 10 * 10 + 10)] }),
        (
            "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND)",
            { second in (0..<3).map { (second / 5 * 5 - $0 * 5, second / 5 * 5 - $0 * 5 + 15) } }
        ),
        (
            "CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)",
            { second in
                let start = second / 20 * 20
                return stride(from: second / 5 * 5 + 5, through: start + 20, by: 5).map { (start, $0) }
            }
        ),
    ]

    private static func script(_ window: String, delay: Int, keys: String = "k, ") -> String {
        """
        SET 'pipeline.auto-watermark-interval' = '0';
        CREATE TABLE t (k BIGINT, v BIGINT, name STRING, price DECIMAL(10, 2), ts TIMESTAMP(3),
          WATERMARK FOR ts AS ts - INTERVAL '\(delay)' SECOND) WITH ('connector' = 'memory');
        SELECT \(keys)window_start, window_end, \(calls) FROM TABLE(\(window)) GROUP BY \(keys)window_start, window_end;
        """
    }

    private static func makeSplits(
        _ random: inout SplitMix64, splits: Int, rows: Int, keys: Int64, disorder: Int64 = 10
    ) -> [MemorySource.Split] {
        (0..<splits).map { split in
            MemorySource.Split(
                rows: (0..<rows).map { index in
                    let time = Int64(index * 2 + split) - Int64.random(in: 0..<disorder, using: &random) + 100
                    let isNull = Int.random(in: 0..<6, using: &random) == 0
                    let name = ["a", "b", "a name that does not fit into a view"][index % 3]
                    return [
                        .integer(.random(in: 0..<keys, using: &random)),
                        isNull ? .null : .integer(.random(in: 0..<9, using: &random)), .text(name),
                        .decimal(Int128(index % 7) * 25), .integer(time * second),
                    ]
                })
        }
    }

    private struct Group: Hashable {
        var key: Int64
        var start: Int64
        var end: Int64
    }

    /// What each window of each key holds; without `delay` no row is late. Rows that are late for all of their windows are
    /// counted.
    private static func naive(
        _ rows: [[BatchBuilder.Value]], _ windows: (Int64) -> [(Int64, Int64)], delay: Int64?, hasKey: Bool = true
    ) -> (groups: [Group: [[BatchBuilder.Value]]], late: Int) {
        var groups: [Group: [[BatchBuilder.Value]]] = [:]
        var late = 0
        var highest = Int64.min / 4
        for row in rows {
            guard case .integer(let key) = row[0], case .integer(let time) = row[4] else { continue }
            let open = windows(time / second).filter { delay == nil || $0.1 * second - 1_000 > highest }
            if open.isEmpty { late += 1 }
            for (start, end) in open {
                groups[Group(key: hasKey ? key : 0, start: start, end: end), default: []].append(row)
            }
            if let delay { highest = max(highest, time - delay * second) }
        }
        return (groups, late)
    }

    private static func results(_ rows: [[BatchBuilder.Value]]) -> [BatchBuilder.Value] {
        var values: [Int64] = []
        var names: [String] = []
        var prices: Int128 = 0
        for row in rows {
            if case .integer(let value) = row[1] { values.append(value) }
            if case .text(let name) = row[2] { names.append(name) }
            if case .decimal(let price) = row[3] { prices += price }
        }
        let sum = values.reduce(0, +)
        let large = values.filter { $0 > 3 }
        func known(_ value: Int64?) -> BatchBuilder.Value { value.map { .integer($0) } ?? .null }
        return [
            .integer(Int64(rows.count)), .integer(Int64(values.count)), known(values.isEmpty ? nil : sum),
            known(values.min()), known(values.max()), known(values.isEmpty ? nil : sum / Int64(values.count)),
            known(large.isEmpty ? nil : large.reduce(0, +)), .text(names.min() ?? ""), .text(names.max() ?? ""),
            .integer(Int64(names.filter { $0 == "b" }.count)), .integer(Int64(prices)),
        ]
    }

    private static func expected(
        _ groups: [Group: [[BatchBuilder.Value]]], hasKey: Bool = true
    ) -> [[BatchBuilder.Value]] {
        groups.map { group, rows in
            (hasKey ? [.integer(group.key)] : []) + [.integer(group.start * second), .integer(group.end * second)]
                + results(rows)
        }.sortedByDescription()
    }

    @Test(arguments: 0..<3) func bothPhasesGiveThePlainAnswerThroughCrashes(window: Int) throws {
        let (sql, of) = Self.windows[window]
        for seed in 1...8 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed &* 31 &+ UInt64(window))
            let hasKey = seed % 4 != 0
            let splits = Self.makeSplits(&random, splits: 2, rows: 120, keys: seed % 2 == 0 ? 3 : 40)
            let plan = try QueryHarness.plan(
                Self.script(sql, delay: 11, keys: hasKey ? "k, " : ""), isBounded: false)
            #expect(plan.nodes.contains { $0.name.hasPrefix("local-window-aggregate") })
            let (sink, _) = try QueryHarness.run(
                plan, ["t": splits], &random, crashes: seed % 3 == 0 ? 0 : 3, crashSteps: 30..<400, batchRows: 7
            ) { MultisetSink(types: $0) }
            let (groups, _) = Self.naive(splits.flatMap(\.rows), of, delay: nil, hasKey: hasKey)
            #expect(sink.rows == Self.expected(groups, hasKey: hasKey), "seed \(seed), \(sql)")
            #expect(sink.mistakes == 0)
        }
    }

    /// One reader and a watermark behind each row: what is late is then known row by row.
    @Test(arguments: 0..<3) func lateRowsAreDroppedAndCountedOneByOne(window: Int) throws {
        let (sql, of) = Self.windows[window]
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed &* 77 &+ UInt64(window))
            let splits = Self.makeSplits(&random, splits: 1, rows: 150, keys: 3, disorder: 40)
            let plan = try QueryHarness.plan(Self.script(sql, delay: 1), isBounded: false)
            let sink = MultisetSink(types: plan.nodes[plan.nodes.count - 1].fields.map(\.type))
            let wiring = JobWiring(
                makeSource: { scan, _ in
                    let places = scan.columns.map { if case .physical(let place) = $0 { place } else { 0 } }
                    return MemorySource(
                        types: places.map { scan.table.physicalFields[$0].type },
                        splits: splits.map { split in
                            MemorySource.Split(rows: split.rows.map { row in places.map { row[$0] } })
                        }, batchRows: 9)
                }, makeSink: { _, _ in sink }, rejects: RejectCounter(),
                environment: Environment(clock: VirtualClock(), random: FixedRandom(seed: seed)))
            let job = try Job(plan: plan, settings: JobSettings(parallelism: seed % 2 == 0 ? 1 : 3), wiring: wiring)
            try job.runSeeded(seed) { _ in }
            let (groups, late) = Self.naive(splits[0].rows, of, delay: 1)
            #expect(late > 0)
            #expect(job.report.lateRows == late, "seed \(seed), \(sql)")
            #expect(sink.rows == Self.expected(groups), "seed \(seed), \(sql)")
        }
    }

    @Test func whatCannotBeMergedHasOnePhase() throws {
        for call in ["COUNT(DISTINCT v)", "FIRST_VALUE(v)", "LISTAGG(name)", "SUM(CAST(v AS DOUBLE))"] {
            let plan = try QueryHarness.plan(
                """
                CREATE TABLE t (k BIGINT, v BIGINT, name STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
                  WITH ('connector' = 'memory');
                SELECT k, window_start, COUNT(*), \(call) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND))
                GROUP BY k, window_start, window_end;
                """, isBounded: false)
            let phases = plan.nodes.compactMap { node in
                if case .windowAggregate(let window) = node.operation { return window.phase }
                return nil
            }
            #expect(phases == [.whole], "\(call)")
        }
    }

    /// Groups of one row: after a while rows are sent on as they are.
    @Test func whereNothingCollapsesRowsPass() throws {
        var random = SplitMix64(seed: 5)
        let rows = (0..<40_000).map { index -> [BatchBuilder.Value] in
            [
                .integer(Int64(index)), .integer(1), .text("b"), .decimal(100),
                .integer(Int64(index / 100) * Self.second),
            ]
        }
        let plan = try QueryHarness.plan(Self.script(Self.windows[0].sql, delay: 1), isBounded: false)
        let (sink, _) = try QueryHarness.run(
            plan, ["t": [MemorySource.Split(rows: rows)]], &random, crashes: 0, batchRows: 2_000
        ) { _ in CountingSink() }
        #expect(sink.rows == 40_000)
    }

    @Test func itRestsLongerEachTimeThatNothingCollapses() {
        var thrift = LocalThrift()
        var passed: [Int] = []
        for _ in 0..<3 {
            thrift.sent(groups: 20_000, rows: 20_000)
            var count = 0
            while thrift.isPassing(1_024) { count += 1_024 }
            passed.append(count)
        }
        #expect(passed == [65_536, 131_072, 262_144])
        thrift.sent(groups: 100, rows: 20_000)
        var passes = [thrift.isPassing(1)]
        thrift.sent(groups: 10_000, rows: 20_000)
        passes.append(thrift.isPassing(1))
        thrift.sent(groups: 20_000, rows: 20_000)
        passes.append(thrift.isPassing(1))
        #expect(passes == [false, false, true])
    }
}
