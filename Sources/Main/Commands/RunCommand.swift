import ArgumentParser
import Diagnostics
import Glibc
import Scripts
import Server

/// `millrace run FILE.sql`
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the statements of a SQL file.",
        discussion: """
            Every INSERT or STATEMENT SET is a job; a top-level SELECT prints its rows. Ends when all bounded jobs ended. \
            Relative paths in the SQL are relative to the working directory.
            """)

    @Argument(help: "The SQL file.")
    var file: String

    @Option(help: "How rows are printed: \(OutputForm.allCases.map(\.rawValue).joined(separator: ", ")).")
    var output: OutputForm = .table

    @Option(help: "Threads that run the job; the number of cores by default.")
    var parallelism: Int?

    @Option(name: .customLong("set"), help: "A session option, as SET would give it; may be repeated.")
    var settings: [Setting] = []

    @Flag(help: "Leave out the summary on standard error.")
    var quiet = false

    @Option(help: .hidden)
    var rehearse: UInt64?

    mutating func run() throws {
        guard (1...Machine.parallelismMax).contains(parallelism ?? 1) else {
            throw ValidationError("--parallelism takes 1 to \(Machine.parallelismMax), not \(parallelism ?? 1)")
        }
        var runner = ScriptRunner(
            form: output, parallelism: parallelism ?? Machine.cores, options: settings.map { ($0.key, $0.value) },
            print: { StandardOutput.write($0) }, warn: { StandardError.write($0 + "\n") })
        runner.rehearsalSeed = rehearse
        let script = try ScriptText(file: file, variables: Machine.environment, files: runner.environment.files)
        let summary = try runner.run(script)
        guard !quiet else { return }
        let rate = summary.seconds > 0 ? Double(summary.rowsIn) / summary.seconds : 0
        var line = "\(summary.rowsIn) rows in, \(summary.rowsOut) rows out, \(Figures.decimal(summary.seconds, 3)) s"
        line += ", \(Figures.grouped(UInt64(rate))) rows/s"
        if summary.rejected > 0 { line += ", \(summary.rejected) rejected" }
        if summary.lateRows > 0 { line += ", \(summary.lateRows) late" }
        if summary.refusedRows > 0 { line += ", \(summary.refusedRows) refused" }
        StandardError.write(line + "\n")
    }
}

extension OutputForm: ExpressibleByArgument {}

/// `key=value`
struct Setting: ExpressibleByArgument {
    var key: String
    var value: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else { return nil }
        key = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }
}
