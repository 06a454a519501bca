import ArgumentParser
import Diagnostics
import Scripts
import Server

/// `millrace bench latency`
struct BenchLatencyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract:
            "Events appended to a file at a steady rate: how long until the row they change has left an aggregate.")

    @Option(help: "Events a second.")
    var rate = 100_000

    @Option(help: "Seconds; the first two are not counted.")
    var seconds = 30

    @Option(help: "Keys of the aggregate.")
    var keys = 100_000

    @Option(help: "Milliseconds between epochs; 0 for none.")
    var epoch = 1_000

    @OptionGroup var options: BenchOptions

    mutating func validate() throws {
        guard (1...10_000_000).contains(rate) else {
            throw ValidationError("--rate takes 1 to 10000000 events a second")
        }
        guard (3...86_400).contains(seconds) else { throw ValidationError("--seconds takes 3 to 86400") }
        guard (1...100_000_000).contains(keys) else { throw ValidationError("--keys takes 1 to 100000000") }
        guard (0...3_600_000).contains(epoch) else { throw ValidationError("--epoch takes 0 to 3600000 milliseconds") }
    }

    mutating func run() throws {
        let bench = LatencyBenchmark(
            rate: rate, seconds: seconds, keys: keys, parallelism: options.parallelism ?? Machine.cores,
            directory: options.dir, epochMilliseconds: epoch == 0 ? nil : epoch)
        StandardOutput.write(Array((try bench.run() + "\n").utf8))
    }
}

/// `millrace bench state`
struct BenchStateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state",
        abstract: "An aggregate of millions of keys that all change: what epochs cost, and how long restoring takes.")

    @Option(help: "Events of input.")
    var events = 15_000_000

    @Option(help: "Keys; each occurs before any occurs again.")
    var keys = 5_000_000

    @Option(help: "Milliseconds between epochs; 0 for none.")
    var epoch = 1_000

    @OptionGroup var options: BenchOptions

    mutating func validate() throws {
        guard (1...1_000_000_000).contains(events) else { throw ValidationError("--events takes 1 to 1000000000") }
        guard (1...100_000_000).contains(keys) else { throw ValidationError("--keys takes 1 to 100000000") }
        guard (0...3_600_000).contains(epoch) else { throw ValidationError("--epoch takes 0 to 3600000 milliseconds") }
    }

    mutating func run() throws {
        let bench = StateBenchmark(
            events: events, keys: keys, parallelism: options.parallelism ?? Machine.cores, directory: options.dir,
            epochMilliseconds: epoch == 0 ? nil : epoch)
        try bench.prepare()
        StandardOutput.write(Array((try bench.run() + "\n").utf8))
    }
}
