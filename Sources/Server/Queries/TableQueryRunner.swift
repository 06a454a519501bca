import Columnar
import ConnectorContract
package import Diagnostics
import Engine
import Scripts
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

    /// A query over tables in memory that takes longer is not one to ask while people wait.
    private static let limitMilliseconds = 10_000

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
        let job = try Job(plan: plan, settings: JobSettings(parallelism: 1), wiring: wiring)
        do {
            try job.runToEnd(limitMilliseconds: Self.limitMilliseconds)
        } catch let error as EvaluationError {
            throw error.millraceError
        }
        return collected.batches
    }
}

/// Result tables hold no bad records.
private struct NoRejects: RejectRecorder {
    func reject(_ record: RejectedRecord, table: String) {}
}

/// Keeps the batches of a query.
private final class BatchCollector: Sink {
    private static let rowsMax = 100_000
    private static let bytesMax = 64 << 20

    private let held: Mutex<[Batch]> = Mutex([])

    var batches: [Batch] { held.withLock { $0 } }
    var guarantee: String { "kept for one answer" }
    func write(_ batch: Batch) throws {
        let (rows, bytes) = held.withLock { held in
            held.append(batch)
            return held.reduce((0, 0)) { ($0.0 + $1.rowCount, $0.1 + $1.byteSize) }
        }
        guard rows <= Self.rowsMax, bytes <= Self.bytesMax else {
            throw MillraceError(
                .user, code: "answer_too_large",
                "the answer has more than \(Self.rowsMax) rows or \(Self.bytesMax >> 20) MiB",
                hint: "add a LIMIT, or aggregate")
        }
    }
    func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    func committed(epoch: UInt64) throws {}
    func restore(_ changes: [StateChange]) throws {}
    func finish() throws {}
}
