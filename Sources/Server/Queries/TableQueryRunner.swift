import Columnar
import ConnectorContract
package import Diagnostics
import Engine
package import Serving
package import StreamSQL
import Synchronization
package import Tables

/// SQL over result tables, for panels and for people: planned once, run on the calling thread.
package struct TableQueryRunner: QueryRunner {
    /// One for each application; a query is planned by the first that knows its tables.
    private let sessions: [PlanningSession]
    private let catalog: TableCatalog
    private let environment: Environment

    package init(sessions: [PlanningSession], catalog: TableCatalog, environment: Environment) {
        self.sessions = sessions.isEmpty ? [PlanningSession(connectors: [])] : sessions
        self.catalog = catalog
        self.environment = environment
    }

    package func prepare(_ sql: String) throws -> any PreparedQuery {
        var first: SQLScriptError?
        for session in sessions {
            do throws(SQLScriptError) {
                let planned = try session.planQuery(sql)
                return TableQuery(
                    plan: planned.plan, fields: planned.fields, tables: planned.tables, catalog: catalog,
                    environment: environment)
            } catch {
                if first == nil { first = error }
            }
        }
        throw ScriptFailure(
            script: ScriptText(file: "query", text: sql), errors: first ?? SQLScriptError(errors: [])
        ).first
    }
}

/// A planned SELECT over result tables.
private struct TableQuery: PreparedQuery {
    let plan: PhysicalPlan
    let fields: [Field]
    let tables: [String]
    let catalog: TableCatalog
    let environment: Environment

    func run() throws -> [Batch] {
        let collected = BatchCollector()
        let registry = ConnectorRegistry(catalog: catalog)
        let wiring = JobWiring(
            makeSource: { scan, parallelism in
                try registry.makeSource(
                    scan, parallelism: parallelism, baseDirectory: ".", timeZone: plan.timeZone,
                    environment: environment)
            },
            makeSink: { _, _ in collected }, rejects: NoRejects(), environment: environment)
        try Job(plan: plan, settings: JobSettings(parallelism: 1), wiring: wiring).runToEnd()
        return collected.batches
    }
}

/// Result tables hold no bad records.
private struct NoRejects: RejectRecorder {
    func reject(_ record: RejectedRecord, table: String) {}
}

/// Keeps the batches of a query.
private final class BatchCollector: Sink {
    private let held: Mutex<[Batch]> = Mutex([])

    var batches: [Batch] { held.withLock { $0 } }
    var guarantee: String { "kept for one answer" }
    func write(_ batch: Batch) throws { held.withLock { $0.append(batch) } }
    func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    func committed(epoch: UInt64) throws {}
    func restore(_ changes: [StateChange]) throws {}
    func finish() throws {}
}
