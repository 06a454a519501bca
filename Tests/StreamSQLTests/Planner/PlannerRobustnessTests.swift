import StreamSQL
import Testing

/// Whatever a script says, planning ends with a plan or with errors that have places.
struct PlannerRobustnessTests {
    /// Scripts with words taken out, doubled or swapped; the same ones in every run.
    @Test func mangledScriptsNeverTrap() throws {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(max(1, bound)))
        }
        var planned = 0
        for file in [
            "scan.txt", "aggregate.txt", "window.txt", "deduplicate.txt", "join.txt", "sharing.txt", "types.txt",
        ] {
            for one in try PlanCase.read(file) {
                let words = one.script.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
                for _ in 0..<12 {
                    var mangled = words
                    for _ in 0...next(2) {
                        let place = next(mangled.count)
                        switch next(3) {
                        case 0: mangled.remove(at: place)
                        case 1: mangled.insert(words[next(words.count)], at: place)
                        default: mangled.swapAt(place, next(mangled.count))
                        }
                    }
                    let text = mangled.joined(separator: " ")
                    var session = PlanningSession(connectors: PlanCase.connectors)
                    do throws(SQLScriptError) {
                        _ = try session.plan(text)
                        planned += 1
                    } catch {
                        #expect(!error.errors.isEmpty)
                        #expect(error.errors.allSatisfy { Int($0.range.end) <= text.utf8.count })
                    }
                }
            }
        }
        #expect(planned > 0)
    }

    /// A statement that ties too many subqueries in the general way is refused, not planned in another meaning.
    @Test(arguments: [(200, false), (201, true)]) func manySubqueriesAreRefused(count: Int, isRefused: Bool) {
        let subquery = "(SELECT MAX(a) FROM v AS w WHERE w.b = v.b)"
        let items = (1...count).map { subquery + " + \($0)" }.joined(separator: ", ")
        let script =
            "CREATE VIEW v AS SELECT * FROM (VALUES (1, 2), (3, 4)) AS t(a, b);\n"
            + "SELECT b, \(items) FROM v GROUP BY b;"
        var session = PlanningSession(connectors: [])
        do throws(SQLScriptError) {
            _ = try session.plan(script)
            #expect(!isRefused)
        } catch {
            #expect(isRefused)
            #expect(error.errors.first?.code == .limit)
        }
    }

    @Test(arguments: [(60, false), (250, true)]) func nestedViewsAreBounded(depth: Int, isRefused: Bool) {
        var script = "CREATE VIEW v0 AS SELECT 1 AS a;\n"
        for number in 1...depth { script += "CREATE VIEW v\(number) AS SELECT a FROM v\(number - 1);\n" }
        var session = PlanningSession(connectors: [])
        do throws(SQLScriptError) {
            _ = try session.plan(script + "SELECT * FROM v\(depth);")
            #expect(!isRefused)
        } catch {
            #expect(isRefused)
            #expect(error.errors.first?.code == .limit)
        }
    }

    @Test(arguments: [
        String(repeating: "COALESCE(", count: 100) + "a" + String(repeating: ", 1)", count: 100),
        String(repeating: "(", count: 60) + "a" + String(repeating: " BETWEEN 1 AND 2)", count: 1)
            + String(repeating: " BETWEEN TRUE AND FALSE)", count: 59),
        String(repeating: "NULLIF(", count: 100) + "a" + String(repeating: ", 1)", count: 100),
        String(repeating: "CASE ", count: 60) + "a"
            + String(repeating: " WHEN 1 THEN 2 WHEN 3 THEN 4 END", count: 60),
    ])
    func expressionsThatGrowAreRefused(_ text: String) {
        var session = PlanningSession(connectors: [])
        #expect(throws: SQLScriptError.self) {
            try session.plan("SELECT \(text) FROM (VALUES (1), (CAST(NULL AS INT))) AS t (a)")
        }
    }

    @Test func viewsThatGrowAreRefused() {
        var script = "CREATE VIEW v0 AS SELECT 1 AS a;\n"
        for depth in 1...30 {
            script += "CREATE VIEW v\(depth) AS SELECT a FROM v\(depth - 1) UNION ALL SELECT a FROM v\(depth - 1);\n"
        }
        var session = PlanningSession(connectors: [])
        #expect(throws: SQLScriptError.self) { try session.plan(script) }
    }

    @Test func commonTablesThatGrowAreShared() throws {
        var script = "WITH c0 AS (SELECT 1 AS a)"
        for depth in 1...30 {
            script += ", c\(depth) AS (SELECT a FROM c\(depth - 1) UNION ALL SELECT a FROM c\(depth - 1))"
        }
        var session = PlanningSession(connectors: [])
        let plan = try session.plan(script + " SELECT COUNT(*) FROM c30")
        guard case .query(let physical, _)? = plan.steps.first else {
            Issue.record("no query")
            return
        }
        #expect(physical.nodes.count < 100)
    }

    @Test func manyColumnsAndConditionsArePlannedQuickly() throws {
        let columns = (0..<1_000).map { "c\($0) INT" }.joined(separator: ", ")
        let items = (0..<1_000).map { "c\($0) + \($0) AS d\($0)" }.joined(separator: ", ")
        let conditions = (0..<200).map { "c\($0) > \($0)" }.joined(separator: " AND ")
        var session = PlanningSession(connectors: PlanCase.connectors)
        let plan = try session.plan(
            """
            CREATE TABLE wide (\(columns)) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'csv');
            SELECT \(items) FROM wide WHERE \(conditions);
            """)
        #expect(plan.steps.count == 1)
    }
}
