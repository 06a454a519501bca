import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// A query is killed in the middle and goes on as another one: what its operators held and still want is there.
struct StateEvolutionTests {
    private typealias Value = BatchBuilder.Value
    private typealias Row = [BatchBuilder.Value]

    private static func row(_ k: String, _ v: Int64, _ w: Int64, second: Int64) -> Row {
        EvolutionHarness.row(k, v, w, second: second)
    }

    private static func evolve(
        _ before: String, _ after: String, _ first: [Row], _ second: [Row], u: ([Row], [Row]) = ([], []),
        seed: UInt64, ignoring: Bool = false
    ) throws -> EvolutionHarness.Outcome {
        try EvolutionHarness.evolve(
            before, after, ["t": (first, second), "u": u], seed: seed, ignoring: ignoring)
    }

    private static let seeds = 1...6 as ClosedRange<UInt64>
    private static let keys = ["a", "b", "c", "d", "e"]

    private static func rows(_ range: Range<Int64>) -> [Row] {
        range.map { row(keys[Int($0 % 5)], $0 % 7, $0, second: $0 / 10) }
    }

    private static func numbers(_ rows: [Row], _ k: String, _ column: Int) -> [Int64] {
        rows.compactMap { row in
            guard row[0] == .text(k), case .integer(let value) = row[column] else { return nil }
            return value
        }
    }

    @Test func aggregationKeepsWhatItHadAndCountsWhatIsNewFromNowOn() throws {
        let (first, second) = (Self.rows(0..<60), Self.rows(60..<100))
        let wanted = Self.keys.map { k -> Row in
            let all = Self.numbers(first + second, k, 1)
            return [
                .text(k), .integer(all.reduce(0, +)), .integer(Self.numbers(second, k, 2).max() ?? -1),
                .integer(Int64(Set(Self.numbers(second, k, 1)).count)), .integer(Int64(all.count)),
                .integer(Int64(Set(all).count)),
            ]
        }
        for seed in Self.seeds {
            let result = try Self.evolve(
                "SELECT k, COUNT(*), SUM(v), COUNT(DISTINCT v), AVG(w) FROM t GROUP BY k;",
                """
                SELECT k, SUM(v), MAX(w), COUNT(DISTINCT v) FILTER (WHERE v >= 0), COUNT(*), COUNT(DISTINCT v)
                FROM t GROUP BY k;
                """, first, second, seed: seed)
            #expect(result.rows == wanted, "seed \(seed)")
            let lines = result.report.lines.joined(separator: "\n")
            #expect(lines.contains("aggregation by k") && lines.contains("maximum(w) is new"), "\(lines)")
            #expect(lines.contains("is gone") && result.report.dropped.isEmpty, "\(lines)")
        }
    }

    @Test func windowsThatAreOpenKeepTheirRows() throws {
        let shapes = [
            "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
            "SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '30' SECOND)",
        ]
        let (first, second) = (Self.rows(0..<60), Self.rows(60..<100))
        let wanted = Self.keys.map { k -> Row in
            [
                .text(k), .integer(Self.numbers(second, k, 2).min() ?? -1),
                .integer(Self.numbers(first + second, k, 1).reduce(0, +)),
            ]
        }
        for (shape, seed) in zip(shapes + shapes, Self.seeds) {
            let from = "FROM TABLE(\(shape)) GROUP BY k, window_start, window_end;"
            let result = try Self.evolve(
                "SELECT k, COUNT(*), SUM(v) \(from)", "SELECT k, MIN(w), SUM(v) \(from)", first, second, seed: seed)
            #expect(result.rows == wanted, "\(shape), seed \(seed)")
            #expect(result.report.dropped.isEmpty)
        }
    }

    @Test func rowsOfJoinsHaveNullForColumnsAddedLater() throws {
        let first = [Self.row("a", 1, 10, second: 1), Self.row("b", 2, 20, second: 1)]
        let second = [Self.row("a", 3, 30, second: 2)]
        let us = ([[Value.text("a"), .integer(7)]], [[Value.text("a"), .integer(8)], [.text("b"), .integer(9)]])
        let wanted: [Row] = [
            [.text("a"), .integer(1), .null, .integer(8)], [.text("a"), .integer(3), .integer(30), .integer(7)],
            [.text("a"), .integer(3), .integer(30), .integer(8)], [.text("b"), .integer(2), .null, .integer(9)],
        ]
        for seed in Self.seeds {
            let result = try Self.evolve(
                "SELECT t.k, t.v, u.x FROM t JOIN u ON t.k = u.k;",
                "SELECT t.k, t.v, t.w, u.x FROM t JOIN u ON t.k = u.k;", first, second, u: us, seed: seed)
            #expect(result.rows == wanted, "seed \(seed)")
            #expect(result.report.changed.contains { $0.contains("NULL for `w`") }, "\(result.report.lines)")
        }
    }

    @Test func rankingsKeepTheirRows() throws {
        let first = [Self.row("a", 5, 1, second: 1), Self.row("a", 9, 2, second: 1), Self.row("a", 1, 3, second: 1)]
        let second = [Self.row("a", 7, 4, second: 2)]
        for seed in Self.seeds {
            let result = try Self.evolve(
                Self.top("k, v", "t"), Self.top("k, v, w", "t"), first, second, seed: seed)
            // What stood before was sent before: the row that takes the second place, and the one that loses it.
            #expect(result.rows == [[.text("a"), .integer(7), .integer(4)]], "seed \(seed)")
            #expect(result.report.dropped.isEmpty)
        }
    }

    private static func top(_ columns: String, _ table: String) -> String {
        """
        SELECT \(columns) FROM (SELECT \(columns), ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS n FROM \(table))
        WHERE n <= 2;
        """
    }

    @Test func rankingsOverAggregatesFindTheRowsTheyHold() throws {
        let (first, second) = (Self.rows(0..<60), Self.rows(60..<100))
        func query(_ calls: String, _ columns: String) -> String {
            """
            SELECT \(columns) FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY s DESC, k) AS n
              FROM (SELECT k, SUM(v) AS s\(calls) FROM t GROUP BY k)) WHERE n <= 3;
            """
        }
        let sums = Self.keys.map { k in (k, Self.numbers(first + second, k, 1).reduce(0, +)) }
        let wanted = sums.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(3).map { k, sum -> Row in
            [.text(k), .integer(sum), .integer(Int64(Self.numbers(second, k, 1).count))]
        }
        for seed in Self.seeds {
            let result = try Self.evolve(
                query("", "k, s"), query(", COUNT(w) AS c", "k, s, c"), first, second, seed: seed)
            let news = result.rows.filter { $0[2] != .integer(0) }
            #expect(news == wanted.sortedByDescription(), "seed \(seed)")
            #expect(result.report.dropped.isEmpty, "\(result.report.lines)")
        }
    }

    @Test func firstRowsByTimeThatAreHeldGetNewColumns() throws {
        let first = [Self.row("a", 1, 10, second: 5), Self.row("b", 2, 20, second: 5)]
        let second = [
            Self.row("b", 3, 30, second: 4), Self.row("c", 4, 40, second: 6), Self.row("d", 5, 50, second: 60),
        ]
        func query(_ columns: String) -> String {
            """
            SELECT \(columns) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS n FROM t) WHERE n = 1;
            """
        }
        for seed in Self.seeds {
            let result = try Self.evolve(query("k, v"), query("k, v, w"), first, second, seed: seed)
            let wanted: [Row] = [
                [.text("a"), .integer(1), .null], [.text("b"), .integer(3), .integer(30)],
                [.text("c"), .integer(4), .integer(40)], [.text("d"), .integer(5), .integer(50)],
            ]
            #expect(result.rows == wanted, "seed \(seed)")
        }
    }

    @Test func conditionsAboveStateLeaveItAlone() throws {
        let (first, second) = (Self.rows(0..<60), Self.rows(60..<100))
        for seed in Self.seeds {
            let result = try Self.evolve(
                "SELECT k, COUNT(*) FROM t GROUP BY k;", "SELECT k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) > 3;",
                first, second, seed: seed)
            #expect(result.rows == Self.keys.map { [.text($0), .integer(20)] }, "seed \(seed)")
            #expect(result.report.dropped.isEmpty)
        }
    }

    @Test func whatDoesNotFitIsRefusedOrLeftOutWithTheReason() throws {
        let (first, second) = (Self.rows(0..<60), Self.rows(60..<100))
        let before = "SELECT k, COUNT(*) FROM t GROUP BY k;"
        let after = "SELECT k, COUNT(*) FROM t WHERE v > 2 GROUP BY k;"
        let error = try #require(throws: MillraceError.self) {
            try Self.evolve(before, after, first, second, seed: 1)
        }
        #expect(error.code == "unclaimed_state" && error.message.contains("aggregation by k"), "\(error)")
        let result = try Self.evolve(before, after, first, second, seed: 1, ignoring: true)
        let reason = "aggregation by k: what feeds it, or its conditions, changed ("
        #expect(result.report.dropped.count == 1 && result.report.dropped[0].hasPrefix(reason))
        let counted = Self.keys.map { k in Self.numbers(second, k, 1).filter { $0 > 2 }.count }
        #expect(result.rows == zip(Self.keys, counted).map { [.text($0), .integer(Int64($1))] })
    }

    @Test func aggregationsOfOneInputDoNotTakeEachOthersState() throws {
        let (first, second) = (Self.rows(0..<60), Self.rows(60..<100))
        func query(_ calls: [String]) -> String {
            calls.map { "SELECT k, '\($0)', \($0) FROM t GROUP BY k" }.joined(separator: " UNION ALL ") + ";"
        }
        for seed in Self.seeds {
            let result = try Self.evolve(
                query(["MAX(w)", "SUM(v)"]), query(["COUNT(*)", "SUM(v)", "MAX(w)"]), first, second, seed: seed)
            let wanted = Self.keys.flatMap { k -> [Row] in
                let (old, new) = (Self.numbers(first + second, k, 1), Self.numbers(second, k, 1))
                return [
                    [.text(k), .text("COUNT(*)"), .integer(Int64(new.count))],
                    [.text(k), .text("SUM(v)"), .integer(old.reduce(0, +))],
                    [.text(k), .text("MAX(w)"), .integer(Self.numbers(first + second, k, 2).max() ?? -1)],
                ]
            }
            #expect(result.rows == wanted.sortedByDescription(), "seed \(seed)")
        }
    }
}
