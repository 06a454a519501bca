import ArgumentParser
import Server

/// The `millrace` command.
@main
struct Millrace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "millrace",
        abstract: "Real-time analytics in one binary: from log lines to live numbers with continuous SQL.",
        discussion: """
            Try it:  millrace demo
            Run SQL: millrace run query.sql --output table, or interactively: millrace sql
            Serve:   millrace up Apps/recharge-monitor --data ./data --listen 127.0.0.1:8080
            """,
        version: Build.version,
        subcommands: [
            RunCommand.self, SQLCommand.self, UpCommand.self, DemoCommand.self, GenerateCommand.self,
            ExplainCommand.self, CheckCommand.self, SavepointCommand.self, JobsCommand.self, BenchCommand.self,
            TopicsCommand.self,
            ProduceCommand.self, ConsumeCommand.self, VerifyCommand.self, UsersCommand.self,
        ])

    static func main() async {
        guard ProcessSetup.prepare() else { Self.exit(withError: ExitCode(2)) }
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Self.exit(withError: Failure.explained(error))
        }
    }
}
