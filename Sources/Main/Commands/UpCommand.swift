import ArgumentParser
import Glibc
import Scripts
import Server

/// `millrace up DIR…`
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Serve application folders until stopped.",
        discussion: """
            An application folder holds millrace.yaml, sql/ and dashboards/. State is kept in --data: after a stop, a crash \
            or kill -9 the jobs go on where they were, with nothing lost and nothing counted twice.
            """)

    @Argument(help: "Application folders; none are needed with --kafka.")
    var directories: [String] = []

    @Option(help: "Savepoints that jobs without state of their own begin with: one, or a folder of them.")
    var restoreFrom: String?

    @OptionGroup var queue: QueueOptions
    @OptionGroup var serving: ServingOptions

    mutating func validate() throws {
        guard !directories.isEmpty || queue.kafka != nil else {
            throw ValidationError(
                "name an application folder, such as Apps/recharge-monitor, or an address with --kafka")
        }
    }

    mutating func run() async throws {
        var settings = try serving.settings(directories, data: "millrace-data")
        settings.queue = try queue.settings()
        settings.restoreFrom = restoreFrom
        let server = try MillraceServer(settings)
        let problems = server.problems
        for problem in problems { StandardError.write("\(problem)\n") }
        if !problems.isEmpty { StandardError.write("going on without the panels above\n") }
        try await server.run(onListening: { address in
            StandardError.write("millrace is listening on \(address)\n")
        })
    }
}

/// `millrace demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Serve the applications in Apps/ with generated data.",
        discussion: "Prints the addresses to open and a line of figures each second. State and logs are kept in --data."
    )

    @Option(help: "Stop after so many seconds.")
    var seconds: Int?

    @Option(help: "The folder that holds the applications.")
    var apps = "Apps"

    @OptionGroup var serving: ServingOptions

    mutating func run() async throws {
        var settings = try serving.settings(try Machine.applicationFolders(in: apps), data: "demo-data")
        settings.seconds = seconds
        let demo = try Demo(settings)
        try await demo.run(
            onListening: { address in StandardError.write("open \(address)\n") },
            print: { StandardOutput.write(Array(($0 + "\n").utf8)) })
    }
}

/// What `up` and `demo` have in common.
struct ServingOptions: ParsableArguments {
    @Option(help: "The folder for all state: millrace-data, or demo-data in the demo, unless given.")
    var data: String?

    @Option(help: "The address to listen on.")
    var listen = "127.0.0.1:8080"

    @Option(help: "Threads for the jobs; the number of cores by default.")
    var parallelism: Int?

    @Option(help: "Milliseconds between epochs.")
    var epoch = 1_000

    @Flag(help: "Allow an address that other machines can reach, without encryption.")
    var insecureListen = false

    func settings(_ directories: [String], data fallback: String) throws -> ServeSettings {
        guard (10...3_600_000).contains(epoch) else {
            throw ValidationError("--epoch takes 10 to 3600000 milliseconds, not \(epoch)")
        }
        guard (1...Machine.parallelismMax).contains(parallelism ?? 1) else {
            throw ValidationError("--parallelism takes 1 to \(Machine.parallelismMax), not \(parallelism ?? 1)")
        }
        let (host, port) = try ServeSettings.address(listen)
        var settings = ServeSettings(
            directories: directories, dataDirectory: data ?? fallback, host: host, port: port,
            parallelism: parallelism ?? Machine.cores, variables: Machine.environment)
        settings.epochMilliseconds = epoch
        settings.allowsInsecureListen = insecureListen
        return settings
    }
}
