import ArgumentParser
import Diagnostics
import Scripts
import Server

/// `millrace generate APP --out DIR`
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write deterministic data as the real sources would write it.",
        discussion: """
            recharge-monitor: with --count the lines are written as fast as possible; without it they are written as \
            their time comes, until the command is stopped. nexmark: --events lines of JSON into the file or files of \
            --out, as fast as possible. live-show: the records of two topics, one JSON object a line, and the tables beside \
            them, with the options of recharge-monitor that fit. The same seed, options and start give the same bytes.
            """)

    @Argument(
        help: "The application: \(RechargeGeneration.name), \(LiveShowGeneration.name) or \(NexmarkGeneration.name).")
    var application: String

    @Option(help: "The folder to write to; for nexmark a file, or several by commas that take turns.")
    var out: String

    @Option(help: "nexmark: events in all.")
    var events = 1_000

    @Option(name: .customLong("delay-us"), help: "nexmark: event time between two events, microseconds.")
    var delayMicroseconds = 100.0

    @Option(help: "Nodes that write logs.")
    var nodes = 23

    @Option(help: "Lines for each second of the data's own time, on average.")
    var rate = 2_000.0

    @Option(help: "live-show: viewers, numbered from 2000 on.")
    var users = 2_001

    @Option(help: "live-show: seconds before the start whose records are written at once.")
    var history = 0

    @Option(help: "Lines in all; endless without it.")
    var count: Int?

    @Option(help: "What makes one run differ from another; 1, and 42 for nexmark.")
    var seed: UInt64?

    @Option(help: "Rotate a file when it reaches this size, such as 64MiB.")
    var rotate: ByteSize?

    @Option(help: "Also write the exact expected metrics to this file.")
    var oracle: String?

    @Option(
        name: [.customLong("start"), .customLong("base-ms")],
        help: """
            First moment of the data, milliseconds since 1970; now when paced, otherwise 2026-10-31 in Shanghai, and \
            2015-07-14 for nexmark.
            """)
    var start: Int64?

    @Option(help: "Bad lines in a million.")
    var malformed = 0

    @Flag(help: "Write as time goes by, also with --count.")
    var paced = false

    @Flag(help: "The same rate at all times, instead of the curve of a day.")
    var steady = false

    @Flag(help: "Go on beside files that are there, instead of replacing them.")
    var keep = false

    mutating func run() throws {
        if application == NexmarkGeneration.name {
            let generation = NexmarkGeneration(
                events: events, outputs: out, seed: seed, delayMicroseconds: delayMicroseconds, baseMilliseconds: start)
            let summary = try generation.run(progress: { Progress.show($0) })
            Progress.finish()
            return StandardError.write(summary + "\n")
        }
        if application == LiveShowGeneration.name {
            let generation = LiveShowGeneration(
                directory: out, rate: rate, count: count, seed: seed ?? 1, users: users, rotateBytes: rotate?.bytes,
                start: start, historySeconds: history, isPaced: paced || count == nil, keepsFiles: keep)
            let summary = try generation.run(progress: { Progress.show($0) })
            Progress.finish()
            return StandardError.write(summary + "\n")
        }
        guard application == RechargeGeneration.name else {
            throw MillraceError(
                .user, code: "unknown_application", "there is nothing to generate for '\(application)'",
                hint: "there are \(RechargeGeneration.name), \(LiveShowGeneration.name) and \(NexmarkGeneration.name)")
        }
        let generation = RechargeGeneration(
            directory: out, nodes: nodes, rate: rate, count: count, seed: seed ?? 1, rotateBytes: rotate?.bytes,
            oracle: oracle, start: start, malformedPerMillion: malformed, isPaced: paced || count == nil,
            isSteady: steady, keepsFiles: keep)
        let summary = try generation.run(progress: { Progress.show($0) })
        Progress.finish()
        StandardError.write(summary + "\n")
    }
}

/// A number of bytes, with an optional KiB, MiB or GiB.
struct ByteSize: ExpressibleByArgument {
    var bytes: Int

    init?(argument: String) {
        let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1)]
        for (unit, factor) in units where argument.hasSuffix(unit) {
            guard let number = Int(argument.dropLast(unit.count)), number > 0, number <= Int.max / factor else {
                continue
            }
            bytes = number * factor
            return
        }
        return nil
    }
}

/// Long work shown on standard error: one redrawn line at a terminal, a line now and then when piped.
enum Progress {
    static func show(_ line: String) {
        if Machine.errorIsTerminal {
            StandardError.write("\r\u{1B}[K" + line)
        } else {
            StandardError.write(line + "\n")
        }
    }

    static func finish() { if Machine.errorIsTerminal { StandardError.write("\r\u{1B}[K") } }
}
