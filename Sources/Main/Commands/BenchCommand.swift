import ArgumentParser
import Diagnostics
import Scripts
import Server

/// `millrace bench`
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure this machine; prints a line of JSON for each run.",
        discussion: """
            Data is generated once and kept in --dir; in memory the figures are steadiest.
            """,
        subcommands: [
            BenchRechargeCommand.self, BenchNexmarkCommand.self, BenchStateCommand.self, BenchLatencyCommand.self,
        ])
}

/// What all benchmarks take.
struct BenchOptions: ParsableArguments {
    @Option(help: "Threads; the number of cores by default.")
    var parallelism: Int?

    @Option(help: "Where the data is kept between runs.")
    var dir = "/dev/shm/millrace-bench"
}

/// `millrace bench recharge`
struct BenchRechargeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recharge",
        abstract: "All queries of the recharge monitor over generated log files, and the bare scan of the same fields.")

    @Option(help: "Lines of input.")
    var events = 5_000_000

    @Option(help: "The application's SQL file.")
    var sql = "Apps/recharge-monitor/sql/recharge.sql"

    @OptionGroup var options: BenchOptions

    mutating func run() throws {
        let bench = RechargeBenchmark(
            events: events, parallelism: options.parallelism ?? Machine.cores, directory: options.dir, sqlFile: sql)
        let line = try bench.run(progress: { Progress.show($0) })
        Progress.finish()
        StandardOutput.write(Array((line + "\n").utf8))
    }
}

/// `millrace bench nexmark`
struct BenchNexmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nexmark",
        abstract: "The queries of Nexmark into a sink that keeps nothing, each in a process of its own.",
        discussion: """
            With --baseline FILE, a JSON object from query to events per second, each line also has that figure and \
            the ratio to it.
            """)

    @Option(help: "Events of input: 92 % bids, 6 % auctions, 2 % persons.")
    var events = 10_000_000

    @Option(help: "One query, q0 to q22; may be repeated. All of them without it.")
    var query: [String] = []

    @Option(help: "Milliseconds between epochs; 0 for none.")
    var epoch = 1_000

    @Option(help: "A file with another engine's events per second.")
    var baseline: String?

    @Flag(help: "Time the bare JSON scan of the same fields before each query without state.")
    var scan = false

    @Option(help: "The folder with events.sql and queries/.")
    var app = "Apps/nexmark"

    @OptionGroup var options: BenchOptions

    mutating func validate() throws {
        for name in query where !NexmarkBenchmark.queries.contains(name) {
            throw ValidationError("there is no query '\(name)': q0 to q22 there are")
        }
        guard (0...3_600_000).contains(epoch) else { throw ValidationError("--epoch takes 0 to 3600000 milliseconds") }
        guard events > 0 else { throw ValidationError("--events takes 1 or more") }
    }

    mutating func run() throws {
        var bench = NexmarkBenchmark(
            events: events, parallelism: options.parallelism ?? Machine.cores, directory: options.dir,
            application: app, epochMilliseconds: epoch == 0 ? nil : epoch)
        bench.scans = scan
        try bench.prepare(progress: { Progress.show($0) })
        Progress.finish()
        if query.count == 1 {
            let figure = try baseline.map { try NexmarkBenchmark.baseline($0, query[0]) } ?? nil
            StandardOutput.write(Array((try bench.run(query[0], baseline: figure) + "\n").utf8))
            return
        }
        var worst: Int32 = 0
        for name in query.isEmpty ? NexmarkBenchmark.queries : query {
            worst = max(worst, try OwnProcess.run(arguments(for: name)))
        }
        if worst != 0 { throw ExitCode(worst) }
    }

    private func arguments(for name: String) -> [String] {
        var arguments = [
            "bench", "nexmark", "--query", name, "--events", "\(events)", "--epoch", "\(epoch)", "--app", app,
            "--dir", options.dir,
        ]
        if let threads = options.parallelism { arguments += ["--parallelism", "\(threads)"] }
        if let baseline { arguments += ["--baseline", baseline] }
        if scan { arguments.append("--scan") }
        return arguments
    }
}
