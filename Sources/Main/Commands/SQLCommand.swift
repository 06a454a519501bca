import ArgumentParser
import Diagnostics
import Scripts
import Server

/// `millrace sql`
struct SQLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "An interactive shell for SQL; runs a script when one is given or piped in.",
        discussion: """
            Statements end with a semicolon and may have several lines. Tab completes, \\h helps, \\q leaves. A running \
            query is drawn as it changes; Ctrl-C ends it.
            """)

    @Option(name: .customShort("e"), help: "Run these statements and end.")
    var statements: String?

    @Option(help: "Run the statements of a file and end.")
    var file: String?

    @Option(help: "Query the result tables of a running server, such as http://127.0.0.1:8080.")
    var server: String?

    @Option(
        help:
            "How the rows of a script are printed: \(OutputForm.allCases.map(\.rawValue).joined(separator: ", ")).")
    var output: OutputForm = .table

    @Option(help: "Threads that run a job; the number of cores by default.")
    var parallelism: Int?

    @Option(name: .customLong("set"), help: "A session option, as SET would give it; may be repeated.")
    var settings: [Setting] = []

    mutating func run() throws {
        guard (1...Machine.parallelismMax).contains(parallelism ?? 1) else {
            throw ValidationError("--parallelism takes 1 to \(Machine.parallelismMax), not \(parallelism ?? 1)")
        }
        guard statements == nil || file == nil else { throw ValidationError("-e and --file go not together") }
        if server != nil, output != .table, output != .csv {
            throw ValidationError("--server goes with --output table or csv")
        }
        let service = try server.map { try ServerStatements(address: $0) }
        try ShellStart(
            statements: statements, file: file, form: output, parallelism: parallelism ?? Machine.cores,
            options: settings.map { ($0.key, $0.value) }, service: service
        ).run()
    }
}
