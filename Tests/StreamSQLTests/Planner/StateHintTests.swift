import StreamSQL
import Testing

/// Hints that can do nothing are told of, and no more than told.
struct StateHintTests {
    private static func warnings(_ connector: String, _ hint: String, _ join: String = "JOIN") throws -> [String] {
        let tables = ["a", "b"].map {
            "CREATE TABLE \($0) (id BIGINT) WITH ('connector' = '\(connector)', 'path' = '\($0)', 'format' = 'json');"
        }
        let text = "\(tables.joined()) SELECT /*+ \(hint) */ a.id FROM a \(join) b ON a.id = b.id;"
        var session = PlanningSession(connectors: PlanCase.connectors)
        let plan = try session.plan(text)
        #expect(plan.steps.count == 1)
        return plan.warnings.map(\.message)
    }

    @Test(arguments: ["JOIN", "LEFT JOIN", "RIGHT JOIN"]) func aJoinOfBoundedTablesKeepsNothingIdle(join: String) throws
    {
        let told = ["STATE_TTL has no effect on a join of bounded tables"]
        #expect(try Self.warnings("filesystem", "STATE_TTL('a' = '1 h')", join) == told)
        #expect(try Self.warnings("filesystem", "STATE_TTL('b' = '1 h')", join) == told)
    }

    @Test func otherJoinsObey() throws {
        #expect(try Self.warnings("tail", "STATE_TTL('a' = '1 h')").isEmpty)
        #expect(try Self.warnings("filesystem", "BROADCAST(b)").isEmpty)
        // A side that is never over is kept by both.
        #expect(try Self.warnings("filesystem", "STATE_TTL('a' = '1 h')", "FULL JOIN").isEmpty)
    }
}
