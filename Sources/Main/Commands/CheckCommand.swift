import ArgumentParser
import Scripts
import Server

/// `millrace check DIR`
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate an application folder without running it.",
        discussion: """
            Checks millrace.yaml, every SQL file and every dashboard with its queries. Columns of JSON tables are \
            compared with the first records of their files, where there are files already, and with the newest records of \
            their topics where --data names the folder of a server, whether it runs or not.
            """)

    @Option(help: "Folder of `millrace up --data` whose topics are looked at.")
    var data: String?

    @Argument(help: "Application folders.")
    var directories: [String]

    mutating func run() throws {
        for directory in directories {
            let line = try ApplicationCheck.check(
                directory, variables: Machine.environment, dataDirectory: data,
                warn: { StandardError.write("warning: \($0)\n") })
            StandardOutput.write(Array((line + "\n").utf8))
        }
    }
}
