import ConnectorContract
package import Diagnostics
import Engine
import Scripts
import StreamSQL
import Tables

/// `millrace bench nexmark`: the queries of Nexmark over generated events, each in a process of its own, so that the
/// memory of one says nothing of another.
package struct NexmarkBenchmark: Sendable {
    package static let queries = (0...22).map { "q\($0)" }
    /// What the queries without state read, parts of a bid beside the type of the event; for the bare scan.
    private static let scanned: [String: [String]] = [
        "q0": ["auction", "bidder", "price", "dateTime", "extra"],
        "q1": ["auction", "bidder", "price", "dateTime", "extra"],
        "q2": ["auction", "price"],
        "q13": ["auction", "bidder", "price", "dateTime"],
        "q14": ["auction", "bidder", "price", "dateTime", "extra"],
        "q21": ["auction", "bidder", "price", "channel", "url"],
        "q22": ["auction", "bidder", "price", "channel", "url"],
    ]

    package var events: Int
    package var parallelism: Int
    /// Where events are kept between runs; a folder in memory gives the steadiest figures.
    package var directory: String
    /// The folder with events.sql and queries/.
    package var application: String
    /// Time between epochs in milliseconds; nil for none.
    package var epochMilliseconds: Int?
    /// Whether the bare scan of the same fields is timed before a query without state.
    package var scans = false
    package var environment: Environment

    package init(
        events: Int, parallelism: Int, directory: String, application: String, epochMilliseconds: Int?,
        environment: Environment = Environment()
    ) {
        self.events = events
        self.parallelism = parallelism
        self.directory = directory
        self.application = application
        self.epochMilliseconds = epochMilliseconds
        self.environment = environment
    }

    private var data: String { "\(directory)/nexmark-\(events)" }

    /// Writes the events and the side table where they are not there yet.
    package func prepare(progress: (String) -> Void) throws {
        guard try environment.files.status(data + "/complete") == nil else { return }
        try environment.files.createDirectory(data + "/events")
        // Ten thousand events a second of event time, dealt to one file for each of two readers.
        let generation = NexmarkGeneration(
            events: events, outputs: "\(data)/events/part-0.ndjson,\(data)/events/part-1.ndjson", seed: nil,
            delayMicroseconds: 100, baseMilliseconds: nil)
        _ = try generation.run(progress: progress)
        let side = Array((0..<10_000).map { "\($0),\($0)\n" }.joined().utf8)
        try side.withUnsafeBytes { try environment.files.open(data + "/side.csv", .create).write($0, at: 0) }
        _ = try environment.files.open(data + "/complete", .create)
    }

    /// The figure of a query in a file such as `{"q0": 849979, …}`; nil when it has none.
    package static func baseline(_ file: String, _ query: String) throws -> Double? {
        let text = try ScriptText(file: file, variables: [:], files: SystemFileSystem()).text
        guard let key = text.firstRange(of: "\"\(query)\"") else { return nil }
        let rest = text[key.upperBound...].drop { $0 == ":" || $0 == " " }
        return Double(rest.prefix { $0.isNumber || $0 == "." })
    }

    /// Runs one query and gives one line of JSON. `baseline` is the other engine's events per second.
    package func run(_ query: String, baseline: Double?) throws -> String {
        let scan = try scans ? bareScan(query) : nil
        let epochs = try epochMilliseconds.map { _ in try EpochFolder(in: data, name: query, environment: environment) }
        defer { epochs?.remove() }
        let before = ProcessUsage.now
        let started = environment.clock.monotonicNanoseconds()
        let figures = try runJob(query, epochs)
        let seconds = Double(environment.clock.monotonicNanoseconds() &- started) / 1e9
        let usage = ProcessUsage.now
        let rate = Double(events) / seconds
        var report = BenchmarkReport()
        report.add("benchmark", "nexmark")
        report.add("query", query)
        report.add("events", events)
        report.add("parallelism", parallelism)
        report.add("seconds", seconds, places: 3)
        report.add("rows_per_s", Int(rate))
        report.add("cpu_seconds", usage.cpuSeconds - before.cpuSeconds, places: 3)
        report.add("peak_rss_bytes", usage.peakBytes)
        report.add("rows_out", Int(figures.rowsOut))
        report.add("late_rows", figures.lateRows)
        report.add("epochs", Int(figures.lastEpoch?.number ?? 0))
        if let baseline {
            report.add("baseline_rows_per_s", Int(baseline))
            report.add("ratio", rate / baseline, places: 2)
        }
        if let scan {
            report.add("scan_seconds", scan, places: 3)
            report.add("ratio_to_scan", seconds / scan, places: 2)
        }
        return report.line
    }

    /// Seconds that the parser alone takes for what a query without state reads; nil for other queries.
    private func bareScan(_ query: String) throws -> Double? {
        guard let names = Self.scanned[query] else { return nil }
        let paths = try environment.files.list(data + "/events").map { "\(data)/events/\($0)" }
        return try BareScan(
            paths: paths, fields: [["event_type"]] + names.map { ["bid", $0] }, threads: parallelism,
            files: environment.files
        ).run(clock: environment.clock)
    }

    private func runJob(_ query: String, _ epochs: EpochFolder?) throws -> JobFigures {
        let registry = ConnectorRegistry(catalog: TableCatalog(random: environment.random))
        var session = PlanningSession(
            connectors: registry.descriptions, tableFunctions: registry.tableFunctions)
        let output = "\(data)/out-\(query)"
        try BenchmarkJob.remove(output, environment)
        let variables = ["EVENTS": data + "/events", "SIDE": data + "/side.csv", "OUT": output]
        var plan: PhysicalPlan?
        for file in ["\(application)/events.sql", "\(application)/queries/\(query).sql"] {
            let script = try ScriptText(file: file, variables: variables, files: environment.files)
            for case .job(let job, _) in try ScriptPlanning.plan(script, session: &session).steps { plan = job }
        }
        guard let plan else {
            throw MillraceError(.user, code: "no_job", "the script of \(query) has no INSERT")
        }
        let wiring = JobWiring(
            makeSource: { [environment] scan, parallelism in
                try registry.makeSource(
                    scan, parallelism: parallelism, baseDirectory: ".", timeZone: plan.timeZone,
                    environment: environment)
            },
            makeSink: { [environment] sink, _ in
                guard case .table(let table) = sink.target else {
                    throw MillraceError(.user, code: "no_table", "the script of \(query) has a SELECT")
                }
                return try registry.makeSink(
                    table, baseDirectory: ".", timeZone: plan.timeZone, environment: environment)
            },
            rejects: RejectLog(directory: nil, files: environment.files),
            store: try epochs.map { try BenchmarkJob.store(query, in: $0.path, environment) }, environment: environment)
        let settings = JobSettings(parallelism: parallelism, epochMilliseconds: epochMilliseconds ?? 1_000)
        let job = try Job(plan: plan, settings: settings, wiring: wiring)
        try job.start()
        try job.waitUntilOver()
        return job.report
    }
}
