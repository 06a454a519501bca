import Columnar
import StreamSQL
import Testing

/// Queries over the rows that result tables hold now.
struct PanelQueryTests {
    private func session() throws -> PlanningSession {
        var session = PlanningSession(connectors: PlanCase.connectors, timeZone: "Asia/Shanghai")
        _ = try session.plan(
            """
            CREATE TABLE totals (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED);
            CREATE TABLE names (k STRING, label STRING);
            CREATE VIEW labelled AS SELECT t.n, s.label FROM totals t LEFT JOIN names s ON t.k = s.k;
            """)
        return session
    }

    @Test func readsResultTablesAsABatch() throws {
        let (plan, fields, tables) = try session().planQuery(
            "SELECT label, SUM(n) AS n FROM labelled GROUP BY label ORDER BY n DESC")
        #expect(plan.isBatchMode)
        #expect(plan.timeZone == "Asia/Shanghai")
        #expect(fields.map(\.name) == ["label", "n"])
        #expect(fields.map(\.type.logical) == [.string, .bigint])
        #expect(tables == ["totals", "names"])
        #expect(
            PlanText.text(plan) == """
                result [label, n] [I], single
                  sort by [sum0] descending [I], single
                    exchange to one [I], single
                      global aggregate by [label]: sum(sum) [I]
                        exchange by hash [label] [I]
                          local aggregate by [label]: sum(n) [I]
                            calculate [label, n] [I]
                              left join [k] = [k] [I]
                                scan totals [k, n] [I]
                                exchange to all [I]
                                  scan names static [k, label] [I]
                """)
    }

    @Test func everyNodeComesAfterItsInputs() throws {
        let plan = try session().planQuery("SELECT a.n FROM totals a JOIN totals b ON a.k = b.k WHERE b.n > 1 LIMIT 3")
            .plan
        for (position, node) in plan.nodes.enumerated() {
            #expect(node.id == position)
            #expect(node.inputs.allSatisfy { $0 < position })
        }
        #expect(Set(plan.nodes.map(\.name)).count == plan.nodes.count)
    }

    @Test func errorsHaveAPlaceAndAHint() throws {
        let session = try session()
        #expect(throws: SQLScriptError.self) { try session.planQuery("SELECT nn FROM totals") }
        do throws(SQLScriptError) {
            _ = try session.planQuery("SELECT k, totl FROM totals")
            Issue.record("the query has a mistake")
        } catch {
            #expect(error.errors.first?.range.column == 11)
            #expect(error.errors.first?.message == "there is no column 'totl'")
        }
    }

    @Test func listsResultTables() throws {
        let tables = try session().tables
        #expect(tables.map(\.name) == ["totals", "names"])
        #expect(tables.first?.primaryKey == [0])
        #expect(tables.first?.physicalFields.first?.type.isNullable == false)
    }

    @Test func aFailedScriptLeavesTheSessionAsItWas() throws {
        var session = try session()
        #expect(throws: SQLScriptError.self) { try session.plan("CREATE TABLE more (a INT); SELECT b FROM more;") }
        #expect(session.tables.map(\.name) == ["totals", "names"])
    }
}
