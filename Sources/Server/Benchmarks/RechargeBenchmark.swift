import CPlatform
import Columnar
import ConnectorContract
import Connectors
package import Diagnostics
import Engine
import Formats
import Scripts
import StreamSQL
import Tables

/// `millrace bench recharge`: all queries of the application over generated files in one pass, and beside it the bare
/// scan of the same fields by the same number of threads.
package struct RechargeBenchmark: Sendable {
    /// The fields the application reads.
    private static let fields = [
        "orderId", "serviceName", "bussinessRst", "chargefee", "interFacRst", "logOutTime", "provinceCode",
        "receiveNotifyTime", "requestId",
    ]

    package var events: Int
    package var parallelism: Int
    /// Where the generated files are kept between runs; a folder in memory gives the steadiest figures.
    package var directory: String
    /// The application's SQL file.
    package var sqlFile: String
    package var environment: Environment

    package init(
        events: Int, parallelism: Int, directory: String, sqlFile: String, environment: Environment = Environment()
    ) {
        self.events = events
        self.parallelism = parallelism
        self.directory = directory
        self.sqlFile = sqlFile
        self.environment = environment
    }

    /// Runs once and gives one line of JSON.
    package func run(progress: (String) -> Void) throws -> String {
        let logs = "\(directory)/recharge-\(events)"
        try generateIfMissing(logs, progress: progress)
        let paths = try logFiles(logs)
        let bytes = try paths.reduce(0) { try $0 + (environment.files.status($1)?.sizeBytes ?? 0) }
        progress("bare scan")
        let scan = try BareScan(
            paths: paths, fields: Self.fields.map { [$0] }, threads: parallelism, files: environment.files
        ).run(clock: environment.clock)
        progress("queries")
        let started = environment.clock.monotonicNanoseconds()
        let cpuBefore = ProcessUsage.now.cpuSeconds
        let figures = try runQueries(logs)
        let seconds = Double(environment.clock.monotonicNanoseconds() &- started) / 1e9
        let usage = ProcessUsage.now
        var report = BenchmarkReport()
        report.add("benchmark", "recharge")
        report.add("events", Int(figures.rowsIn))
        report.add("bytes", Int(bytes))
        report.add("parallelism", parallelism)
        report.add("seconds", seconds, places: 3)
        report.add("rows_per_s", Int(Double(figures.rowsIn) / seconds))
        report.add("gigabytes_per_s", Double(bytes) / seconds / 1e9, places: 3)
        report.add("cpu_seconds", usage.cpuSeconds - cpuBefore, places: 3)
        report.add("peak_rss_bytes", usage.peakBytes)
        report.add("scan_seconds", scan, places: 3)
        report.add("scan_rows_per_s", Int(Double(figures.rowsIn) / scan))
        report.add("ratio_to_scan", seconds / scan, places: 2)
        return report.line
    }

    private func generateIfMissing(_ logs: String, progress: (String) -> Void) throws {
        guard try environment.files.status(logs + "/complete") == nil else { return }
        let generation = RechargeGeneration(
            directory: logs, rate: 20_000, count: events, oracle: logs + "/oracle.json", isPaced: false)
        _ = try generation.run(progress: progress)
        _ = try environment.files.open(logs + "/complete", .create)
    }

    private func logFiles(_ logs: String) throws -> [String] {
        try environment.files.list(logs).filter { $0.hasPrefix("node-") }.flatMap { node in
            try environment.files.list("\(logs)/\(node)").map { "\(logs)/\(node)/\($0)" }
        }
    }

    /// A script of another revision may name its table in other words: what is left as it was would be waited for without
    /// end.
    private func checkReads(_ plan: PhysicalPlan, _ logs: String) throws {
        let tables = plan.nodes.compactMap { node -> CatalogTable? in
            guard case .scan(let scan) = node.operation else { return nil }
            return scan.table
        }
        let hint =
            "it runs the script of Apps/recharge-monitor of its own revision, whose table reads the topic JsonData"
        if let endless = tables.first(where: { $0.connector != nil && !$0.isBounded }) {
            throw MillraceError(
                .user, code: "unknown_table",
                "the benchmark does not know how to put its files in the place of table '\(endless.name)'"
                    + " ('\(endless.connector ?? "")'), which never ends", hint: hint, file: sqlFile)
        }
        guard tables.contains(where: { $0.options["path"]?.hasPrefix(logs) ?? false }) else {
            throw MillraceError(
                .user, code: "unknown_table", "no table of the script reads the files of the benchmark", hint: hint,
                file: sqlFile)
        }
    }

    /// The application's script as it stands, but its table reads the bounded files in place of the topic.
    private func runQueries(_ logs: String) throws -> JobFigures {
        let catalog = TableCatalog(random: environment.random)
        let registry = ConnectorRegistry(catalog: catalog)
        var session = PlanningSession(
            connectors: registry.descriptions, tableFunctions: registry.tableFunctions)
        var script = try ScriptText(file: sqlFile, variables: ["MILLRACE_LOGS": logs], files: environment.files)
        script.text.replace(
            "'connector' = 'kafka'", with: "'connector' = 'filesystem', 'path' = '\(logs)/node-*/recharge.log*'")
        for option in ["'topic' = 'JsonData',", "'scan.startup.mode' = 'earliest-offset',"] {
            script.text.replace(option, with: "")
        }
        let plan = try ScriptPlanning.plan(script, session: &session)
        let base = sqlFile.split(separator: "/").dropLast(2).joined(separator: "/")
        let folder = (sqlFile.hasPrefix("/") ? "/" : "") + (base.isEmpty ? "." : base)
        for table in session.tables {
            _ = try catalog.declare(
                ConnectorRegistry.describe(table, baseDirectory: folder, timeZone: session.timeZone))
        }
        guard case .job(let physical, _)? = plan.steps.first(where: { if case .job = $0 { true } else { false } })
        else {
            throw MillraceError(.user, code: "no_job", "the script has no INSERT", file: sqlFile)
        }
        try checkReads(physical, logs)
        let wiring = JobWiring(
            makeSource: { [environment] scan, parallelism in
                try registry.makeSource(
                    scan, parallelism: parallelism, baseDirectory: folder, timeZone: physical.timeZone,
                    environment: environment)
            },
            makeSink: { [environment] sink, _ in
                guard case .table(let table) = sink.target else {
                    throw MillraceError(.user, code: "no_table", "the script has a SELECT", file: sqlFile)
                }
                return try registry.makeSink(
                    table, baseDirectory: folder, timeZone: physical.timeZone, environment: environment)
            }, rejects: RejectLog(directory: nil, files: environment.files), environment: environment)
        let job = try Job(plan: physical, settings: JobSettings(parallelism: parallelism), wiring: wiring)
        try job.start()
        try job.waitUntilOver()
        return job.report
    }
}
