import ArgumentParser
import Scripts
import Server

/// `millrace explain FILE.sql`
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show how the statements of a SQL file would run.")

    @Argument(help: "The SQL file.")
    var file: String

    mutating func run() throws {
        StandardOutput.write(Array((try PlanExplanation.explain(file: file, variables: Machine.environment)).utf8))
    }
}
