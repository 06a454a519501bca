import Testing

@testable import StreamSQL

/// Queries: what they parse to, shown by their text, and that the text parses to an equal tree.
struct QueryTests {
    /// Queries with the text that their tree prints as; nil where that is the input.
    static let cases: [(input: String, printed: String?)] = [
        ("SELECT 1", nil),
        ("SELECT *, t.*, c.d.t.*, a AS b, a b FROM t", "SELECT *, t.*, c.d.t.*, a AS b, a AS b FROM t"),
        ("SELECT DISTINCT a FROM t WHERE b > 1 GROUP BY a HAVING COUNT(*) > 1 ORDER BY a DESC LIMIT 10", nil),
        ("SELECT ALL a FROM t;", "SELECT a FROM t"),
        (
            "SELECT a FROM t ORDER BY a NULLS FIRST, b DESC NULLS LAST OFFSET 5 ROWS FETCH NEXT 3 ROWS ONLY",
            "SELECT a FROM t ORDER BY a NULLS FIRST, b DESC NULLS LAST LIMIT 3 OFFSET 5"
        ),
        ("SELECT a FROM t LIMIT ALL", "SELECT a FROM t"),
        (
            "SELECT /*+ STATE_TTL('a' = '1d'), BROADCAST(t) */ a FROM t",
            "SELECT /*+ STATE_TTL('a' = '1d'), BROADCAST('t') */ a FROM t"
        ),
        // FROM.
        ("SELECT * FROM cat.db.t AS x (a, b)", nil),
        ("SELECT * FROM t /*+ OPTIONS('path' = 'x') */ AS h", "SELECT * FROM t /*+ OPTIONS('path' = 'x') */  AS h"),
        ("SELECT * FROM a, b INNER JOIN c ON TRUE, d, e LEFT JOIN f ON TRUE", nil),
        ("SELECT * FROM a, b JOIN c ON b.x = c.x", "SELECT * FROM a, b INNER JOIN c ON b.x = c.x"),
        (
            "SELECT * FROM a LEFT OUTER JOIN b USING (x, y) FULL JOIN c ON TRUE",
            "SELECT * FROM a LEFT JOIN b USING (x, y) FULL JOIN c ON TRUE"
        ),
        ("SELECT * FROM a NATURAL JOIN b CROSS JOIN c", "SELECT * FROM a NATURAL INNER JOIN b CROSS JOIN c"),
        ("SELECT * FROM (a INNER JOIN b ON a.x = b.x) RIGHT JOIN c ON TRUE", nil),
        ("SELECT * FROM o INNER JOIN d FOR SYSTEM_TIME AS OF o.ts AS d ON o.k = d.k", nil),
        ("SELECT * FROM (SELECT a FROM t)", nil),
        ("SELECT * FROM ((SELECT 1) UNION ALL (SELECT 2)) AS x (a)", nil),
        ("SELECT * FROM ((SELECT 1) AS a CROSS JOIN b)", nil),
        ("SELECT * FROM ((SELECT 1)) AS x", nil),
        (
            "SELECT * FROM (VALUES (1, 'a'), ROW(2, 'b'), (3, 'c')) AS v (x, y)",
            "SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) AS v (x, y)"
        ),
        ("SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))", nil),
        (
            "SELECT * FROM HOP(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '1' HOUR, SIZE => INTERVAL '1' DAY)",
            "SELECT * FROM TABLE(HOP(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '1' HOUR, "
                + "SIZE => INTERVAL '1' DAY))"
        ),
        (
            "SELECT * FROM SESSION(TABLE t PARTITION BY (a, b), DESCRIPTOR(ts), INTERVAL '5' MINUTE) AS s",
            "SELECT * FROM TABLE(SESSION(TABLE t PARTITION BY (a, b), DESCRIPTOR(ts), INTERVAL '5' MINUTE)) AS s"
        ),
        (
            "SELECT * FROM t, LATERAL TABLE(split(t.a)) AS s (w)",
            "SELECT * FROM t CROSS JOIN LATERAL TABLE(split(t.a)) AS s (w)"
        ),
        ("SELECT * FROM t LEFT JOIN LATERAL (SELECT 1) AS x ON TRUE", nil),
        ("SELECT * FROM t CROSS JOIN UNNEST(t.a) WITH ORDINALITY AS u (e, n)", nil),
        // Grouping.
        ("SELECT a FROM t GROUP BY ()", nil),
        ("SELECT a FROM t GROUP BY GROUPING SETS ((a, b), a, ()), CUBE (a, (b, c)), ROLLUP (d)", nil),
        ("SELECT a FROM t GROUP BY TUMBLE(ts, INTERVAL '1' HOUR), a", nil),
        (
            "SELECT SUM(a) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY ts), v AS (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
            nil
        ),
        // Set operations and WITH.
        ("SELECT a FROM t UNION SELECT b FROM u INTERSECT ALL SELECT c FROM v EXCEPT SELECT d FROM w", nil),
        ("(SELECT a FROM t UNION SELECT b FROM u) INTERSECT SELECT c FROM v ORDER BY 1 LIMIT 1", nil),
        ("SELECT a FROM t UNION (SELECT b FROM u LIMIT 1)", nil),
        (
            "WITH x (a) AS (SELECT 1), y AS (TABLE x) SELECT * FROM x, y",
            "WITH x (a) AS (SELECT 1), y AS (TABLE x) SELECT * FROM x CROSS JOIN y"
        ),
        ("VALUES (1, 2), (3, 4)", nil),
        // Patterns.
        (
            "SELECT * FROM e MATCH_RECOGNIZE (PARTITION BY u ORDER BY ts MEASURES FIRST(A.id) AS f, FINAL LAST(A.id) AS l "
                + "ONE ROW PER MATCH AFTER MATCH SKIP TO LAST B PATTERN (A B? C{2,3} D* E+? (F | G H){,4} I{2}) "
                + "WITHIN INTERVAL '10' SECOND SUBSET S = (A, B) DEFINE A AS A.x > PREV(A.x), B AS TRUE) AS m",
            "SELECT * FROM e MATCH_RECOGNIZE (PARTITION BY u ORDER BY ts MEASURES FIRST(A.id) AS f, FINAL LAST(A.id) AS l "
                + "ONE ROW PER MATCH AFTER MATCH SKIP TO LAST B PATTERN (A B? C{2,3} D* E+? (F | (G H)){0,4} I{2}) "
                + "WITHIN INTERVAL '10' SECOND SUBSET S = (A, B) DEFINE A AS A.x > PREV(A.x), B AS TRUE) AS m"
        ),
        (
            "SELECT * FROM e MATCH_RECOGNIZE (ALL ROWS PER MATCH AFTER MATCH SKIP TO NEXT ROW PATTERN (^ PERMUTE(A, B) {- C -} $) DEFINE A AS TRUE)",
            nil
        ),
    ]

    @Test(arguments: cases.indices)
    func queriesPrintAndReadBack(index: Int) throws {
        let (input, printed) = Self.cases[index]
        let tree = try parseQuery(input)
        let text = sqlText(of: tree)
        #expect(text == printed ?? input)
        #expect(try parseQuery(text) == tree)
    }

    @Test func commaBindsLessTightlyThanJoin() throws {
        guard case .select(let select) = try parseQuery("SELECT * FROM a, b JOIN c ON TRUE").body,
            case .join(let outer)? = select.from?.kind, case .join(let inner) = outer.right.kind
        else {
            Issue.record("no join")
            return
        }
        #expect(outer.kind == .cross)
        #expect(inner.kind == .inner)
    }

    @Test(
        arguments: [
            ("SELECT a FORM t", "unexpected 't'", "did you mean FROM instead of 'FORM'?"),
            ("SELECT a FROM t WEHRE a > 1", "unexpected 'a'", "did you mean WHERE instead of 'WEHRE'?"),
            ("SELECT a FROM t WHERE a > 1 GROPU BY a", "unexpected 'GROPU'", "did you mean GROUP?"),
            ("SELECT a FROM t GROUP YB a", "unexpected 'GROUP'", nil),
            ("SELECT a, FROM t", "unexpected 'FROM', expected an expression", nil),
            ("SELECT a FROM", "the statement ends too early after 'FROM', expected a table", nil),
            ("SELECT a FROM WHERE b", "unexpected 'WHERE', expected a table", nil),
            (
                "SELECT a FROM order", "'order' is a reserved word and cannot be a table",
                "write it in backquotes: `order`"
            ),
            (
                "SELECT a b c FROM t", "unexpected 'c'",
                "'b' was read as an alias; a comma may be missing before 'b' or before 'c'"
            ),
            ("SELECT a FROM t MINUS SELECT b FROM u", "MINUS is not part of the language", "use EXCEPT"),
            ("SELECT a FROM t,", "the statement ends too early after ',', expected a table", nil),
            (
                "SELECT a FROM a.b.c.d",
                "the name 'a.b.c.d' has 4 parts, at most catalog, database and object are allowed", nil
            ),
            ("SELECT a FROM t JOIN", "the statement ends too early after 'JOIN', expected a table", nil),
            ("SELECT a FROM t ORDER a", "unexpected 'ORDER'", nil),
            ("SELECT a，b FROM t", "the character '，' is not part of the language", "type ',' instead"),
            ("WITH RECURSIVE x AS (SELECT 1) SELECT 1", "WITH RECURSIVE is not part of the dialect", nil),
        ] as [(String, String, String?)])
    func mistakesAreNamed(input: String, message: String, hint: String?) {
        #expect { _ = try parseQuery(input) } throws: { error in
            let error = error as? SQLError
            #expect(error?.message == message)
            if let hint { #expect(error?.hint == hint) }
            return error != nil
        }
    }
}
