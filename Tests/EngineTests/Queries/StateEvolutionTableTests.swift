import Diagnostics
import Engine
import TestSupport
import Testing

/// The table of `docs/sql/operators/evolution.md`, cell by cell: an operator, a change of its query, and what becomes of
/// its state.
struct StateEvolutionTableTests {
    /// A query that goes on as another one.
    struct Kept: Sendable, CustomTestStringConvertible {
        var name: String
        var before: String
        var after: String
        var tables: [String: (first: [String], second: [String])]
        /// What the second life adds.
        var rows: [String]
        /// What is said of it; nothing where nothing is to be said.
        var said: [String] = []
        var testDescription: String { name }
    }

    /// A change that makes state unusable.
    struct Dropped: Sendable, CustomTestStringConvertible {
        var name: String
        var before: String
        var after: String
        var said: String
        var testDescription: String { name }
    }

    /// `a 1 10 @5`: text, numbers, and a time in seconds.
    private static func row(_ text: String) -> [BatchBuilder.Value] {
        text.split(separator: " ").map { word in
            if word.hasPrefix("@") { return .integer((Int64(word.dropFirst()) ?? 0) * 1_000_000) }
            return Int64(word).map { .integer($0) } ?? .text(String(word))
        }
    }

    private static func text(_ row: [BatchBuilder.Value]) -> String {
        row.map { value in
            switch value {
            case .null: "NULL"
            case .integer(let number): "\(number)"
            case .text(let text): text
            default: "\(value)"
            }
        }.joined(separator: " ")
    }

    private static func tables(
        _ rows: [String: (first: [String], second: [String])]
    ) -> [String: (first: [[BatchBuilder.Value]], second: [[BatchBuilder.Value]])] {
        rows.mapValues { ($0.first.map(row), $0.second.map(row)) }
    }

    // MARK: what is kept

    /// Two splits get the rows by turns: a row of `b` lets the time of the other split go on.
    private static let timed = (
        first: ["a 1 10 @1", "b 1 10 @1", "a 2 20 @2", "b 2 20 @2", "a 5 50 @10", "b 5 50 @10"],
        second: ["a 7 70 @20", "b 7 70 @20"]
    )

    private static let over: [Kept] = [
        Kept(
            name: "OVER without bound: a column and an aggregate added",
            before: "SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY ts) FROM t WHERE k = 'a';",
            after: """
                SELECT k, v, w, COUNT(*) OVER x, SUM(v) OVER x FROM t WHERE k = 'a'
                WINDOW x AS (PARTITION BY k ORDER BY ts);
                """,
            tables: ["t": timed], rows: ["a 5 NULL 1 8", "a 7 70 2 15"],
            said: ["OVER by k", "NULL for `w`", "count(*) is new"]),
        Kept(
            name: "OVER without bound: an aggregate taken out",
            before: """
                SELECT k, v, SUM(v) OVER x, COUNT(DISTINCT v) OVER x, MAX(w) OVER x FROM t WHERE k = 'a'
                WINDOW x AS (PARTITION BY k ORDER BY ts);
                """,
            after: """
                SELECT k, v, MAX(w) OVER x, COUNT(DISTINCT v) OVER x FROM t WHERE k = 'a'
                WINDOW x AS (PARTITION BY k ORDER BY ts);
                """,
            tables: ["t": timed], rows: ["a 5 50 3", "a 7 70 4"], said: ["is gone"]),
        Kept(
            name: "OVER of a moving frame: aggregates come and go",
            before: "SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS 1 PRECEDING) FROM t WHERE k = 'a';",
            after: """
                SELECT k, MIN(v) OVER x, MAX(w) OVER x FROM t WHERE k = 'a'
                WINDOW x AS (PARTITION BY k ORDER BY ts ROWS 1 PRECEDING);
                """,
            tables: ["t": timed], rows: ["a 2 NULL", "a 5 70"], said: ["NULL for `w`"]),
        Kept(
            name: "OVER of rows in any order: a column added",
            before: "SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY v) FROM t;",
            after: "SELECT k, v, w, SUM(v) OVER (PARTITION BY k ORDER BY v) FROM t;",
            tables: ["t": (["a 1 10 @1", "a 4 40 @1"], ["a 2 20 @2"])],
            rows: ["a 2 20 3", "a 4 NULL 7"], said: ["NULL for `w`"]),
    ]

    private static let matches: [Kept] = [
        Kept(
            name: "MATCH_RECOGNIZE: measures added and a match under way",
            before: match("A.v AS a"), after: match("LAST(B.w) AS w, A.w AS x, A.v AS a"),
            tables: ["t": (["a 1 10 @1", "b 0 0 @1", "b 0 0 @5", "b 0 0 @5"], ["a 2 20 @6", "b 0 0 @9"])],
            rows: ["a 20 NULL 1"], said: ["MATCH_RECOGNIZE by k", "NULL for `w`"])
    ]

    private static func match(_ measures: String, pattern: String = "A B") -> String {
        """
        SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES \(measures) ONE ROW PER MATCH
          AFTER MATCH SKIP PAST LAST ROW PATTERN (\(pattern)) DEFINE A AS A.v = 1, B AS B.v = 2);
        """
    }

    private static let sets: [Kept] = ["INTERSECT", "EXCEPT ALL"].map { kind in
        Kept(
            name: "\(kind): columns in another order",
            before: "SELECT k, v FROM t \(kind) SELECT k, x FROM u;",
            after: "SELECT v, k FROM t \(kind) SELECT x, k FROM u;",
            tables: [
                "t": (["a 1 10 @1", "b 2 20 @1"], ["b 2 20 @2", "b 2 20 @2"]),
                "u": (kind == "INTERSECT" ? ["c 1"] : ["b 2"], kind == "INTERSECT" ? ["a 1"] : []),
            ],
            rows: kind == "INTERSECT" ? ["1 a"] : ["2 b", "2 b"])
    }

    private static let joins: [Kept] = [
        Kept(
            name: "interval join: a column added",
            before: join("t.k, t.v, r.x"), after: join("t.k, t.v, t.w, r.x, r.y"),
            tables: [
                "t": (["a 1 10 @1", "b 1 10 @1"], ["a 3 30 @3", "b 3 30 @9"]),
                "r": (["c 5 50 @1", "c 5 50 @1"], ["a 7 70 @2", "c 7 70 @9"]),
            ],
            rows: ["a 1 NULL 7 70", "a 3 30 7 70"], said: ["join by k", "NULL for `w`", "NULL for `y`"]),
        Kept(
            name: "temporal join: columns added on both sides",
            before: "SELECT t.k, t.v, r.x FROM t JOIN r FOR SYSTEM_TIME AS OF t.ts ON t.k = r.k;",
            after: "SELECT t.k, t.v, t.w, r.x, r.y FROM t JOIN r FOR SYSTEM_TIME AS OF t.ts ON t.k = r.k;",
            tables: [
                "t": (["a 1 10 @6", "a 2 20 @6"], ["a 3 30 @21", "b 3 30 @30"]),
                "r": (["a 5 50 @1", "b 5 50 @1"], ["a 7 70 @20", "b 7 70 @30"]),
            ],
            rows: ["a 1 NULL 5 NULL", "a 2 NULL 5 NULL", "a 3 30 7 70", "b 3 30 7 70"],
            said: ["temporal join by k", "NULL for `w`", "NULL for `y`"]),
        Kept(
            name: "window join: a column added",
            before: windowJoin("t.k, t.v, r.x"), after: windowJoin("t.k, t.v, t.w, r.x"),
            tables: [
                "t": (["a 1 10 @1", "b 1 10 @1"], []), "r": (["c 5 50 @1", "c 5 50 @1"], ["a 7 70 @2", "c 5 50 @2"]),
            ],
            rows: ["a 1 NULL 7"], said: ["NULL for `w`"]),
        Kept(
            name: "regular join of changing rows: an aggregate added below",
            before: "SELECT u.k, s.s, u.x FROM u JOIN (SELECT k, SUM(v) AS s FROM t GROUP BY k) AS s ON s.k = u.k;",
            after: """
                SELECT u.k, s.s, s.c, u.x FROM u
                JOIN (SELECT k, SUM(v) AS s, COUNT(w) AS c FROM t GROUP BY k) AS s ON s.k = u.k;
                """,
            tables: ["t": (["a 1 10 @1"], ["a 2 20 @2"]), "u": (["c 1"], ["a 9"])],
            rows: ["a 3 1 9"], said: ["join by k", "0 for `count1`"]),
    ]

    private static func join(_ columns: String) -> String {
        "SELECT \(columns) FROM t JOIN r ON t.k = r.k AND r.ts BETWEEN t.ts - INTERVAL '5' SECOND AND t.ts + INTERVAL '5' SECOND;"
    }

    private static func windowJoin(_ columns: String) -> String {
        """
        SELECT \(columns) FROM (SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) AS t
        JOIN (SELECT * FROM TABLE(TUMBLE(TABLE r, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) AS r
        ON t.k = r.k AND t.window_start = r.window_start AND t.window_end = r.window_end;
        """
    }

    private static let windows: [Kept] = [
        Kept(
            name: "sessions of changing rows: an aggregate added",
            before: sessions("COUNT(*)"), after: sessions("COUNT(*), MAX(w)"),
            tables: ["t": (["a 1 10 @1", "a 2 20 @1"], ["a 1 30 @2", "a 3 40 @2"])],
            rows: ["a 3 40"], said: ["window aggregation by k", "NULL for `w`"]),
        Kept(
            name: "windows with early results: an aggregate added",
            before: early + "SELECT k, SUM(v) FROM TABLE(\(tumble)) GROUP BY k, window_start, window_end;",
            after: early + "SELECT k, COUNT(*), SUM(v) FROM TABLE(\(tumble)) GROUP BY k, window_start, window_end;",
            tables: ["t": (["a 1 10 @1", "a 2 20 @1"], ["a 4 40 @2", "a 8 80 @2"])],
            rows: ["a 2 15"], said: ["window aggregation by k", "count(*) is new"]),
        Kept(
            name: "window Top-N: a column added",
            before: windowTop("k, v"), after: windowTop("k, v, w"),
            tables: ["t": (["a 5 10 @1", "a 2 20 @1"], ["a 4 40 @2", "a 1 80 @2"])],
            rows: ["a 4 40", "a 5 NULL"], said: ["Top-N by ", "NULL for `w`"]),
    ]

    private static let early =
        "SET 'table.exec.emit.early-fire.enabled' = 'true'; SET 'table.exec.emit.early-fire.delay' = '1 ms';"
    private static let tumble = "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)"

    private static func sessions(_ calls: String) -> String {
        """
        CREATE VIEW latest AS SELECT k, v, w, ts FROM
          (SELECT *, ROW_NUMBER() OVER (PARTITION BY k, v ORDER BY ts DESC) AS n FROM t) WHERE n = 1;
        SELECT k, \(calls) FROM TABLE(SESSION(TABLE latest PARTITION BY k, DESCRIPTOR(ts), INTERVAL '30' SECOND))
        GROUP BY k, window_start, window_end;
        """
    }

    private static func windowTop(_ columns: String) -> String {
        """
        SELECT \(columns) FROM (SELECT \(columns), ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY v DESC) AS n
        FROM TABLE(\(tumble))) WHERE n <= 2;
        """
    }

    private static let others: [Kept] = [
        Kept(
            name: "aggregation: a time to live set",
            before: "SELECT k, SUM(v) FROM t GROUP BY k;",
            after: "SET 'table.exec.state.ttl' = '1 d'; SELECT k, SUM(v) FROM t GROUP BY k;",
            tables: ["t": (["a 1 10 @1"], ["a 2 20 @2"])], rows: ["a 3"], said: ["time to live"]),
        Kept(
            name: "aggregation: a time to live taken away",
            before: "SET 'table.exec.state.ttl' = '1 d'; SELECT k, SUM(v), COUNT(DISTINCT w) FROM t GROUP BY k;",
            after: "SELECT k, SUM(v), COUNT(DISTINCT w) FROM t GROUP BY k;",
            tables: ["t": (["a 1 10 @1"], ["a 2 20 @2"])], rows: ["a 3 2"], said: ["time to live"]),
        Kept(
            name: "a view renamed, a condition above, the query moved behind another",
            before: "CREATE VIEW a AS SELECT k, v FROM t; SELECT k, SUM(v) AS s FROM a GROUP BY k;",
            after: """
                CREATE VIEW c AS SELECT x FROM u; CREATE VIEW b AS SELECT k, v FROM t;
                SELECT s, k FROM (SELECT k, SUM(v) AS s FROM b GROUP BY k) WHERE s > 2;
                """,
            tables: ["t": (["a 1 10 @1"], ["a 2 20 @2"])], rows: ["3 a"]),
        Kept(
            name: "keeping the last row: a column added",
            before: last("k, v"), after: last("k, w, v"),
            tables: ["t": (["a 1 10 @1", "b 1 10 @1"], ["a 2 20 @2"])], rows: ["a 20 2"], said: ["NULL for `w`"]),
    ]

    private static func last(_ columns: String) -> String {
        "SELECT \(columns) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS n FROM t) WHERE n = 1;"
    }

    static let kept = over + matches + sets + joins + windows + others

    @Test(arguments: kept)
    func keeps(_ cell: Kept) throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let result = try EvolutionHarness.evolve(cell.before, cell.after, Self.tables(cell.tables), seed: seed)
            #expect(result.rows.map(Self.text).sorted() == cell.rows.sorted(), "seed \(seed)")
            #expect(result.report.dropped.isEmpty, "\(result.report.lines)")
            let lines = result.report.lines.joined(separator: "\n")
            for word in cell.said { #expect(lines.contains(word), "\(lines)") }
        }
    }

    // MARK: what is dropped

    private static let session = "SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '30' SECOND)"

    static let dropped: [Dropped] = [
        Dropped(
            name: "aggregation: another key", before: "SELECT k, SUM(v) FROM t GROUP BY k;",
            after: "SELECT w, SUM(v) FROM t GROUP BY w;", said: "aggregation by k: its keys"),
        Dropped(
            name: "aggregation: a condition below", before: "SELECT k, SUM(v) FROM t GROUP BY k;",
            after: "SELECT k, SUM(v) FROM t WHERE v > 1 GROUP BY k;", said: "what feeds it, or its conditions"),
        Dropped(
            name: "window: another size",
            before: "SELECT k, SUM(v) FROM TABLE(\(tumble)) GROUP BY k, window_start, window_end;",
            after: """
                SELECT k, SUM(v) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' MINUTE))
                GROUP BY k, window_start, window_end;
                """, said: "window aggregation by k: its windows"),
        Dropped(
            name: "session: another gap", before: "SELECT k, window_end FROM TABLE(\(session));",
            after: """
                SELECT k, window_end FROM
                TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '40' SECOND));
                """, said: "session windows by k: its windows"),
        Dropped(
            name: "OVER: another frame",
            before: "SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS 1 PRECEDING) FROM t;",
            after: "SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS 2 PRECEDING) FROM t;",
            said: "OVER by k: its frame"),
        Dropped(
            name: "OVER of rows in any order: other functions",
            before: "SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY v) FROM t;",
            after: "SELECT k, v, COUNT(v) OVER (PARTITION BY k ORDER BY v) FROM t;", said: "OVER by k: it was of sum(v)"
        ),
        Dropped(
            name: "MATCH_RECOGNIZE: another pattern", before: match("A.v AS a"),
            after: match("A.v AS a", pattern: "A+ B"),
            said: "MATCH_RECOGNIZE by k: its pattern"),
        Dropped(
            name: "INTERSECT: a column added", before: "SELECT k, v FROM t INTERSECT SELECT k, x FROM u;",
            after: "SELECT k, v, w FROM t INTERSECT SELECT k, x, x FROM u;",
            said: "INTERSECT: it compares rows by all their columns"),
        Dropped(
            name: "join: another key", before: "SELECT t.k, u.x FROM t JOIN u ON t.k = u.k;",
            after: "SELECT t.k, u.x FROM t JOIN u ON t.v = u.x;", said: "join by k: its keys"),
        Dropped(
            name: "temporal join: another kind",
            before: "SELECT t.k, r.x FROM t JOIN r FOR SYSTEM_TIME AS OF t.ts ON t.k = r.k;",
            after: "SELECT t.k, r.x FROM t LEFT JOIN r FOR SYSTEM_TIME AS OF t.ts ON t.k = r.k;",
            said: "temporal join by k: its keys"),
        Dropped(
            name: "deduplication: another key", before: last("k, v"),
            after:
                "SELECT w, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY w ORDER BY ts DESC) AS n FROM t) WHERE n = 1;",
            said: "Top-N by k: its keys"),
        Dropped(
            name: "the query taken out", before: "SELECT k, SUM(v) FROM t GROUP BY k;", after: "SELECT k, v FROM t;",
            said: "aggregation by k: it is not in the query any more"),
    ]

    @Test(arguments: dropped)
    func refusesOrDrops(_ cell: Dropped) throws {
        let rows = (first: ["a 1 10 @1", "a 2 20 @1"], second: ["a 3 30 @2", "a 4 40 @2"])
        let tables = Self.tables(["t": rows, "u": (["a 2"], ["b 3"]), "r": rows])
        let error = try #require(throws: MillraceError.self) {
            try EvolutionHarness.evolve(cell.before, cell.after, tables, seed: 1)
        }
        #expect(error.code == "unclaimed_state" && error.message.contains(cell.said), "\(error)")
        let result = try EvolutionHarness.evolve(cell.before, cell.after, tables, seed: 1, ignoring: true)
        let dropped = result.report.dropped.joined(separator: "\n")
        #expect(dropped.contains(cell.said) && dropped.contains("bytes of state)"), "\(dropped)")
    }
}
