import Columnar
import ConnectorContract
import Connectors
import Diagnostics
import Engine
import StreamSQL
import Tables

/// Scripts that follow one another: tables, views, settings and the rows of result tables stay from one to the next.
/// Used by one thread.
final class ScriptSession {
    /// What becomes of the rows of SELECTs and of answers.
    struct Results {
        /// The sink of a SELECT, given its columns, the session's zone, and whether rows are only added.
        var makeSink: (_ fields: [Field], _ zone: TimeZoneRules, _ isAppendOnly: Bool) -> any Sink
        /// Waits until a started job is over.
        var wait: (_ job: Job, _ sink: (any Sink)?) throws -> Void
        /// Shows what SHOW, DESCRIBE and the like answer.
        var show: (StatementResult) -> Void
    }

    private let runner: ScriptRunner
    private let catalog: TableCatalog
    private let queue: ScriptQueue
    private let registry: ConnectorRegistry
    private(set) var planning: PlanningSession
    private var declared: [String: TableDescription] = [:]
    var results: Results
    private var running = ScriptText(file: "", text: "")
    private var scripts = 0

    init(_ runner: ScriptRunner) throws {
        self.runner = runner
        catalog = TableCatalog(random: runner.environment.random)
        queue = ScriptQueue(runner.environment)
        registry = ConnectorRegistry(catalog: catalog, queue: queue, patience: BrokerPatience(notice: runner.warn))
        planning = PlanningSession(
            connectors: registry.descriptions, tableFunctions: registry.tableFunctions)
        results = Self.printing(runner)
        for option in runner.options {
            let text = "SET '\(Self.quoted(option.key))' = '\(Self.quoted(option.value))'"
            _ = try ScriptPlanning.plan(ScriptText(file: "--set", text: text), session: &planning)
        }
    }

    /// Rows and answers as lines, in the runner's form.
    private static func printing(_ runner: ScriptRunner) -> Results {
        let (form, print) = (runner.form, runner.print)
        return Results(
            makeSink: { fields, zone, isAppendOnly in
                CollectSink(fields: fields, form: form, zone: zone, isAppendOnly: isAppendOnly, print: print)
            },
            wait: { job, _ in try job.waitUntilOver() }, show: { print(text(of: $0, form: form)) })
    }

    deinit { queue.close() }

    func run(_ script: ScriptText) throws -> ScriptRunner.Summary {
        running = script
        scripts += 1
        let environment = runner.environment
        let plan = try ScriptPlanning.plan(script, session: &planning)
        for warning in plan.warnings {
            runner.warn(warning.render(file: script.file, text: script.text, as: "warning"))
        }
        var summary = ScriptRunner.Summary()
        let started = environment.clock.monotonicNanoseconds()
        try declareTables()
        for step in plan.steps {
            switch step {
            case .message(let result): results.show(result)
            case .explain(let text): runner.print(Array((text + "\n").utf8))
            case .job(let physical, _): try located { try run(physical, selecting: nil, &summary) }
            case .query(let physical, let fields): try located { try run(physical, selecting: fields, &summary) }
            case .analyze(let physical): try located { try analyze(physical, &summary) }
            }
        }
        try declareTables()
        summary.seconds = Double(environment.clock.monotonicNanoseconds() &- started) / 1e9
        return summary
    }

    /// Shows errors of rows with their line. Behind the first script a place may be one of a view of an earlier one.
    private func located(_ body: () throws -> Void) throws {
        guard scripts == 1 else { return try body() }
        try RowPlaces(script: running).locating(body)
    }

    /// Makes the result tables that are new, and forgets those that were dropped or altered.
    private func declareTables() throws {
        var wanted: [String: TableDescription] = [:]
        for table in planning.tables {
            let description = ConnectorRegistry.describe(
                table, baseDirectory: runner.baseDirectory, timeZone: planning.timeZone)
            wanted[description.name] = description
        }
        for (name, old) in declared {
            if wanted[name]?.hasShape(of: old) != true { catalog.remove(name) }
        }
        for description in wanted.values { try catalog.declare(description) }
        declared = wanted
    }

    /// Makes the result tables that a job uses as they were where it is written: the script may drop one and make another of
    /// its name.
    private func declareTables(of plan: PhysicalPlan) throws {
        for node in plan.nodes {
            let used: CatalogTable
            switch node.operation {
            case .scan(let scan): used = scan.table
            case .sink(let sink):
                guard case .table(let table) = sink.target else { continue }
                used = table
            default: continue
            }
            guard used.connector == nil else { continue }
            let table = ConnectorRegistry.describe(
                used, baseDirectory: runner.baseDirectory, timeZone: planning.timeZone)
            if let old = declared[table.name], old.hasShape(of: table) { continue }
            catalog.remove(table.name)
            try catalog.declare(table)
            declared[table.name] = table
        }
    }

    /// What SHOW and DESCRIBE answer: drawn for people, else one CSV line a row.
    static func text(of result: StatementResult, form: OutputForm, terminalWidth: Int? = nil) -> [UInt8] {
        // A definition is text to read and copy.
        if form == .table, result.columns == ["result"] {
            return Array(result.rows.map { $0.joined() + "\n" }.joined().utf8)
        }
        guard form != .table else {
            return Array(
                TableDrawing.draw(header: result.columns, rows: result.rows, terminalWidth: terminalWidth).utf8)
        }
        let lines = result.rows.map { row in
            row.map { cell in
                let isPlain = !cell.isEmpty && !cell.contains { ",\"\r\n".contains($0) }
                return isPlain
                    ? cell
                    : "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                        + "\""
            }.joined(separator: ",") + "\n"
        }
        return Array(lines.joined().utf8)
    }

    private static func quoted(_ text: String) -> String {
        text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    }

    /// `selecting` are the columns of a SELECT as its author named them; those of the plan may be called otherwise.
    private func run(
        _ plan: PhysicalPlan, selecting: [Field]?, _ summary: inout ScriptRunner.Summary
    ) throws {
        try declareTables(of: plan)
        var shown: (any Sink)?
        if let fields = selecting {
            shown = results.makeSink(
                fields, try TimeZoneRules.named(plan.timeZone), plan.nodes.last?.changelog == .append)
        }
        if let seed = runner.rehearsalSeed {
            add(try rehearse(plan, shown, fields: selecting ?? [], seed: seed).report, to: &summary)
            return
        }
        let job = try makeJob(plan, shown)
        try job.start()
        try results.wait(job, shown)
        add(job.report, to: &summary)
    }

    /// Runs a plan for its figures; rows of a SELECT go nowhere.
    private func analyze(_ plan: PhysicalPlan, _ summary: inout ScriptRunner.Summary) throws {
        let job = try makeJob(plan, DiscardingSink())
        try job.start()
        try job.waitUntilOver()
        let figures = job.report
        runner.print(Array((PlanFigures.text(plan, figures) + "\n").utf8))
        add(figures, to: &summary)
    }

    private func makeJob(_ plan: PhysicalPlan, _ shown: (any Sink)?) throws -> Job {
        let wiring = makeWiring(plan, runner.environment) { shown }
        return try Job(plan: plan, settings: JobSettings(parallelism: runner.parallelism), wiring: wiring)
    }

    private func rehearse(_ plan: PhysicalPlan, _ shown: (any Sink)?, fields: [Field], seed: UInt64) throws -> Job {
        let store = RehearsalStore()
        var environment = runner.environment
        environment.files = ShortReads(environment.files)
        let wiring = makeWiring(plan, environment) {
            shown.map { RehearsedSink(fields: fields, shown: $0, store: store) }
        }
        let rehearsal = Rehearsal(seed: seed, plan: plan, wiring: wiring, store: store)
        let (job, restored) = try rehearsal.run()
        runner.warn("rehearsed: \(restored) restored")
        return job
    }

    /// `makeShown` gives the sink of a SELECT, for each start of the job.
    private func makeWiring(
        _ plan: PhysicalPlan, _ environment: Environment, makeShown: @escaping @Sendable () -> (any Sink)?
    ) -> JobWiring {
        let rejects = RejectWarnings(warn: runner.warn)
        let baseDirectory = runner.baseDirectory
        let places = OptionPlaces(script: running)
        return JobWiring(
            makeSource: { [registry] scan, parallelism in
                try places.locating(scan.table) {
                    try registry.makeSource(
                        scan, parallelism: parallelism, baseDirectory: baseDirectory, timeZone: plan.timeZone,
                        environment: environment)
                }
            },
            makeSink: { [registry] sink, _ in
                switch sink.target {
                case .table(let table):
                    return try places.locating(table) {
                        try registry.makeSink(
                            table, baseDirectory: baseDirectory, timeZone: plan.timeZone, environment: environment)
                    }
                case .collect:
                    guard let shown = makeShown() else {
                        throw MillraceError(.internalError, code: "no_result", "a job has rows that nobody asked for")
                    }
                    return shown
                }
            }, rejects: rejects, environment: environment)
    }

    private func add(_ figures: JobFigures, to summary: inout ScriptRunner.Summary) {
        summary.rowsIn += figures.rowsIn
        summary.rowsOut += figures.rowsOut
        summary.lateRows += figures.lateRows
        summary.refusedRows += figures.refusedRows
        summary.rejected += figures.sources.reduce(0) { $0 + $1.progress.rowsRejected }
    }
}

extension TableDescription {
    /// Whether the rows of the one could be those of the other.
    fileprivate func hasShape(of other: TableDescription) -> Bool {
        physicalFields == other.physicalFields && primaryKey == other.primaryKey && options == other.options
    }
}
