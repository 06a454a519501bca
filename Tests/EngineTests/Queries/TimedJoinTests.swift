import Columnar
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Joins by interval, by window and with versions, over rows out of order, through crashes and restarts with other
/// numbers of instances; against the definition.
struct TimedJoinTests {
    private typealias Row = [BatchBuilder.Value]
    private static let second: Int64 = 1_000_000

    enum Form: String, CaseIterable {
        case intervalInner, intervalFull, windowFull, windowAnti, windowSemi, versions
    }

    /// Rows of key, time and a number of their own. Times wander ten seconds back; watermarks allow for eleven.
    private static func makeTables(_ random: inout SplitMix64) -> [[MemorySource.Split]] {
        (0..<2).map { table in
            (0..<2).map { split in
                MemorySource.Split(
                    rows: (0..<150).map { index in
                        let disorder = Int64.random(in: 0..<10, using: &random) * second
                        // Each version of a key has a time of its own.
                        let time =
                            Int64(index * 2 + split) * 2 * second + 100 * second - disorder
                            + Int64(table * 250_000 + split * 100_000 + index * 1_000)
                        let key: BatchBuilder.Value =
                            Int.random(in: 0..<15, using: &random) == 0
                            ? .null : .integer(.random(in: 0..<4, using: &random))
                        return [key, .integer(time), .integer(Int64(split * 1_000 + index))]
                    })
            }
        }
    }

    private static func sql(_ form: Form) -> String {
        let windows = { (table: String) in "TABLE(TUMBLE(TABLE \(table), DESCRIPTOR(ts), INTERVAL '7' SECOND))" }
        let ties = "a.k = b.k AND a.window_start = b.window_start AND a.window_end = b.window_end"
        let interval = "ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL '3' SECOND AND a.ts + INTERVAL '5' SECOND"
        return switch form {
        case .intervalInner: "SELECT a.id, b.id FROM t0 AS a JOIN t1 AS b \(interval)"
        case .intervalFull: "SELECT a.id, b.id FROM t0 AS a FULL JOIN t1 AS b \(interval)"
        case .windowFull: "SELECT a.id, b.id FROM \(windows("t0")) AS a FULL JOIN \(windows("t1")) AS b ON \(ties)"
        case .windowAnti, .windowSemi:
            "SELECT a.id FROM \(windows("t0")) AS a WHERE \(form == .windowAnti ? "NOT " : "")EXISTS "
                + "(SELECT 1 FROM \(windows("t1")) AS b WHERE \(ties))"
        case .versions:
            "SELECT a.id, b.id FROM t0 AS a LEFT JOIN t1 FOR SYSTEM_TIME AS OF a.ts AS b ON a.k = b.k"
        }
    }

    private static func makePlan(_ form: Form) throws -> PhysicalPlan {
        let script = (0..<2).map { table in
            "CREATE TABLE t\(table) (k BIGINT, ts TIMESTAMP(3), id BIGINT, WATERMARK FOR ts AS ts - INTERVAL '11' SECOND"
                + "\(table == 1 ? ", PRIMARY KEY (k) NOT ENFORCED" : "")) WITH ('connector' = 'memory');\n"
        }.joined()
        return try QueryHarness.plan(script + sql(form) + ";", isBounded: false)
    }

    private static func number(_ value: BatchBuilder.Value) -> Int64? {
        if case .integer(let number) = value { return number }
        return nil
    }

    private static func isPair(_ form: Form, _ a: Row, _ b: Row) -> Bool {
        guard let key = number(a[0]), key == number(b[0]), let first = number(a[1]), let then = number(b[1]) else {
            return false
        }
        switch form {
        case .intervalInner, .intervalFull: return then >= first - 3 * second && then <= first + 5 * second
        default: return first / (7 * second) == then / (7 * second)
        }
    }

    private static func expected(_ form: Form, _ left: [Row], _ right: [Row]) -> [Row] {
        var result: [Row] = []
        if form == .versions {
            for row in left {
                let held = right.filter { number($0[0]) != nil && $0[0] == row[0] && number($0[1])! <= number(row[1])! }
                let version = held.max { number($0[1])! < number($1[1])! }
                result.append([row[2], version?[2] ?? .null])
            }
            return result
        }
        var found: Set<Int> = []
        for row in left {
            let partners = right.indices.filter { isPair(form, row, right[$0]) }
            found.formUnion(partners)
            switch form {
            case .windowAnti: if partners.isEmpty { result.append([row[2]]) }
            case .windowSemi: if !partners.isEmpty { result.append([row[2]]) }
            default:
                result += partners.map { [row[2], right[$0][2]] }
                if partners.isEmpty, form != .intervalInner { result.append([row[2], .null]) }
            }
        }
        guard form == .intervalFull || form == .windowFull else { return result }
        return result + right.indices.filter { !found.contains($0) }.map { [.null, right[$0][2]] }
    }

    @Test(arguments: Form.allCases)
    func joinsEqualTheDefinition(form: Form) throws {
        var restored = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let tables = Self.makeTables(&random)
            let rows = tables.map { $0.flatMap(\.rows) }
            let expected = Self.expected(form, rows[0], rows[1]).sortedByDescription()
            let (sink, lives) = try QueryHarness.run(
                try Self.makePlan(form), ["t0": tables[0], "t1": tables[1]], &random, crashes: seed == 1 ? 0 : 3
            ) { MultisetSink(types: $0) }
            restored += lives
            let isExpected = sink.rows == expected
            #expect(isExpected, "seed \(seed): \(sink.rows.count) rows for \(expected.count)")
            #expect(sink.mistakes == 0)
        }
        #expect(restored > 3)
    }
}
