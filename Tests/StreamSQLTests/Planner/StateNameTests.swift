import StreamSQL
import Testing

/// State is stored under the names of nodes: they must not move when other parts of a script do.
struct StateNameTests {
    private static let tables = """
        CREATE TABLE logs (id STRING, city STRING, fee BIGINT, extra STRING, p AS PROCTIME())
          WITH ('connector' = 'tail', 'path' = 'x', 'format' = 'json');
        CREATE TABLE by_city (city STRING, n BIGINT, fee BIGINT, PRIMARY KEY (city) NOT ENFORCED);
        CREATE TABLE extras (extra STRING, n BIGINT, PRIMARY KEY (extra) NOT ENFORCED);
        CREATE VIEW once AS SELECT * FROM (
          SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY p) AS rn FROM logs) WHERE rn = 1;

        """

    private func stateNames(_ inserts: String) throws -> [String] {
        var session = PlanningSession(connectors: PlanCase.connectors)
        let plan = try session.plan(Self.tables + inserts)
        guard case .job(let job, _)? = plan.steps.first else { return [] }
        return job.nodes.compactMap { node in
            switch node.operation {
            case .aggregate, .deduplicate, .scan, .sink: node.name
            default: nil
            }
        }
    }

    private static let first =
        "INSERT INTO by_city SELECT city, COUNT(*), SUM(fee) FROM once WHERE fee > 0 GROUP BY city;"

    @Test func anotherStatementThatReadsMoreColumnsChangesNothing() throws {
        let alone = try stateNames(Self.first)
        let both = try stateNames("INSERT INTO extras SELECT extra, COUNT(*) FROM once GROUP BY extra;" + Self.first)
        #expect(alone.count == 5)
        #expect(Set(alone).isSubset(of: Set(both)))
    }

    @Test func rowsThatAreHeldAreToldOfBesideTheName() throws {
        func node(_ columns: String) throws -> PlanNode? {
            var session = PlanningSession(connectors: PlanCase.connectors)
            let plan = try session.plan(
                """
                CREATE TABLE logs (id STRING, city STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
                  WITH ('connector' = 'tail', 'path' = 'x', 'format' = 'json');
                SELECT \(columns) FROM (
                  SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) AS rn FROM logs) WHERE rn = 1;
                """)
            guard case .query(let query, _)? = plan.steps.first else { return nil }
            return query.nodes.first { $0.name.hasPrefix("deduplicate") }
        }
        let (one, other) = (try node("id"), try node("id, city"))
        #expect(one != nil && one?.name == other?.name)
        #expect(try node("id, ts")?.state == one?.state)
        #expect(one?.state.rows.first?.columns.map(\.label) == ["id", "ts"])
        #expect(other?.state.rows.first?.columns.map(\.label) == ["id", "city", "ts"])
    }

    @Test func anotherConditionIsAnotherState() throws {
        let one = try stateNames(Self.first)
        let other = try stateNames(
            "INSERT INTO by_city SELECT city, COUNT(*), SUM(fee) FROM once WHERE fee > 1 GROUP BY city;")
        #expect(one.filter { $0.hasPrefix("deduplicate") } == other.filter { $0.hasPrefix("deduplicate") })
        #expect(one.filter { $0.hasPrefix("aggregate") } != other.filter { $0.hasPrefix("aggregate") })
    }
}
