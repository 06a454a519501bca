import ArgumentParser
import Scripts
import Server

/// `millrace jobs …`
struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "List and describe the jobs of a running server; stop one, copy its state.",
        discussion: """
            The same as SHOW JOBS, DESCRIBE JOB, EXPLAIN ANALYZE JOB and STOP JOB in `millrace sql --server`:

              millrace jobs list
              millrace jobs describe sales-totals      also what became of the state that it began with
              millrace jobs analyze sales-totals       its plan with what each operator did
              millrace jobs stop sales-totals --savepoint
            """,
        subcommands: [List.self, Describe.self, Analyze.self, Stop.self, Savepoint.self], defaultSubcommand: List.self)

    /// Runs one statement at a server and prints its answer.
    private static func run(_ statement: String, _ server: String) throws {
        try ShellStart(
            statements: statement, file: nil, form: .table, parallelism: 1,
            service: try ServerStatements(address: server)
        ).run()
    }

    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

    struct Address: ParsableArguments {
        @Option(help: "The server.")
        var server = "http://127.0.0.1:8080"
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All jobs.")

        @OptionGroup var address: Address

        mutating func run() throws { try JobsCommand.run("SHOW JOBS", address.server) }
    }

    struct Describe: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One job, and the state that it began with.")

        @Argument(help: "The job's id.")
        var job: String

        @OptionGroup var address: Address

        mutating func run() throws { try JobsCommand.run("DESCRIBE JOB \(JobsCommand.quoted(job))", address.server) }
    }

    struct Analyze: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The plan of a job with rows, batches, state and time of each operator.")

        @Argument(help: "The job's id.")
        var job: String

        @OptionGroup var address: Address

        mutating func run() throws {
            try JobsCommand.run("EXPLAIN ANALYZE JOB \(JobsCommand.quoted(job))", address.server)
        }
    }

    struct Stop: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a job behind one more epoch.",
            discussion: "The server goes on; the job runs again when the server is started anew.")

        @Argument(help: "The job's id.")
        var job: String

        @Flag(help: "Copy its state, too.")
        var savepoint = false

        @OptionGroup var address: Address

        mutating func run() throws {
            let ending = savepoint ? " WITH SAVEPOINT" : ""
            try JobsCommand.run("STOP JOB \(JobsCommand.quoted(job))\(ending)", address.server)
        }
    }

    struct Savepoint: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the newest stored epoch of a job while it runs.")

        @Argument(help: "The job's id.")
        var job: String

        @OptionGroup var address: Address

        mutating func run() throws {
            let path = try ServerStatements(address: address.server).savepoint(of: job)
            StandardOutput.write(Array((path + "\n").utf8))
        }
    }
}
