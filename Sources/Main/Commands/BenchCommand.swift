import ArgumentParser
import Diagnostics
import Scripts
import Server

/// `millrace bench recharge`
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this machine; prints one line of JSON.",
        discussion: """
            recharge: all queries of the recharge monitor over generated log files in one pass, and beside it the bare \
            scan of the same fields. Data is generated once and kept in --dir.
            """)

    @Argument(help: "The benchmark: recharge.")
    var benchmark: String

    @Option(help: "Lines of input.")
    var events = 5_000_000

    @Option(help: "Threads; the number of cores by default.")
    var parallelism: Int?

    @Option(help: "Where the data is kept between runs.")
    var dir = "/dev/shm/millrace-bench"

    @Option(help: "The application's SQL file.")
    var sql = "Apps/recharge-monitor/sql/recharge.sql"

    mutating func run() throws {
        guard benchmark == "recharge" else {
            throw MillraceError(
                .user, code: "unknown_benchmark", "there is no benchmark '\(benchmark)'", hint: "there is recharge")
        }
        let bench = RechargeBenchmark(
            events: events, parallelism: parallelism ?? Machine.cores, directory: dir, sqlFile: sql)
        let line = try bench.run(progress: { Progress.show($0) })
        Progress.finish()
        StandardOutput.write(Array((line + "\n").utf8))
    }
}
