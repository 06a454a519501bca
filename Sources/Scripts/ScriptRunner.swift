import Columnar
import ConnectorContract
package import Diagnostics
import Engine
import Glibc
import StreamSQL
import Synchronization
import Tables

/// `millrace run`: plans a script, runs its jobs one after the other, and prints what SELECTs give.
package struct ScriptRunner: Sendable {
    /// What came of a run.
    package struct Summary: Sendable {
        package var rowsIn: UInt64 = 0
        package var rowsOut: UInt64 = 0
        package var rejected: UInt64 = 0
        package var lateRows = 0
        package var seconds: Double = 0
    }

    package var form: OutputForm
    package var parallelism: Int
    /// Applied like SET statements before the script.
    package var options: [(key: String, value: String)]
    package var baseDirectory: String
    package var environment: Environment
    /// Takes finished lines for standard output.
    package var print: @Sendable ([UInt8]) -> Void
    /// Takes lines for standard error.
    package var warn: @Sendable (String) -> Void

    package init(
        form: OutputForm, parallelism: Int, options: [(key: String, value: String)] = [], baseDirectory: String = ".",
        environment: Environment = Environment(), print: @escaping @Sendable ([UInt8]) -> Void,
        warn: @escaping @Sendable (String) -> Void
    ) {
        self.form = form
        self.parallelism = parallelism
        self.options = options
        self.baseDirectory = baseDirectory
        self.environment = environment
        self.print = print
        self.warn = warn
    }

    package func run(_ script: ScriptText) throws -> Summary {
        let catalog = TableCatalog(random: environment.random)
        let registry = ConnectorRegistry(catalog: catalog)
        var session = PlanningSession(connectors: registry.descriptions)
        for option in options {
            let text = "SET '\(Self.quoted(option.key))' = '\(Self.quoted(option.value))'"
            _ = try ScriptPlanning.plan(ScriptText(file: "--set", text: text), session: &session)
        }
        let plan = try ScriptPlanning.plan(script, session: &session)
        for warning in plan.warnings { warn(warning.render(file: script.file, text: script.text)) }
        var summary = Summary()
        let started = environment.clock.monotonicNanoseconds()
        for table in session.tables {
            _ = try catalog.declare(
                ConnectorRegistry.describe(table, baseDirectory: baseDirectory, timeZone: session.timeZone))
        }
        for step in plan.steps {
            switch step {
            case .message(let result): print(Self.text(of: result, form: form))
            case .explain(let text): print(Array((text + "\n").utf8))
            case .job(let physical, _): try run(physical, selecting: nil, registry, &summary)
            case .query(let physical, let fields): try run(physical, selecting: fields, registry, &summary)
            }
        }
        summary.seconds = Double(environment.clock.monotonicNanoseconds() &- started) / 1e9
        return summary
    }

    /// What SHOW and DESCRIBE answer: drawn for people, else one CSV line a row.
    private static func text(of result: StatementResult, form: OutputForm) -> [UInt8] {
        // A definition is text to read and copy.
        if form == .table, result.columns == ["result"] {
            return Array(result.rows.map { $0.joined() + "\n" }.joined().utf8)
        }
        guard form != .table else { return Array(TableDrawing.draw(header: result.columns, rows: result.rows).utf8) }
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
        _ plan: PhysicalPlan, selecting: [Field]?, _ registry: ConnectorRegistry, _ summary: inout Summary
    ) throws {
        let rejects = RejectWarnings(warn: warn)
        let wiring = JobWiring(
            makeSource: { [baseDirectory, environment] scan, parallelism in
                try registry.makeSource(
                    scan, parallelism: parallelism, baseDirectory: baseDirectory, timeZone: plan.timeZone,
                    environment: environment)
            },
            makeSink: { [self] sink, fields in
                switch sink.target {
                case .table(let table):
                    return try registry.makeSink(
                        table, baseDirectory: baseDirectory, timeZone: plan.timeZone, environment: environment)
                case .collect:
                    let isAppendOnly = plan.nodes.last?.changelog == .append
                    return CollectSink(
                        fields: selecting ?? fields, form: form, zone: try TimeZoneRules.named(plan.timeZone),
                        isAppendOnly: isAppendOnly, print: print)
                }
            }, rejects: rejects, environment: environment)
        let job = try Job(plan: plan, settings: JobSettings(parallelism: parallelism), wiring: wiring)
        try job.start()
        try job.waitUntilOver()
        let figures = job.report
        summary.rowsIn += figures.rowsIn
        summary.rowsOut += figures.rowsOut
        summary.lateRows += figures.lateRows
        summary.rejected += figures.sources.reduce(0) { $0 + $1.progress.rowsRejected }
    }
}
