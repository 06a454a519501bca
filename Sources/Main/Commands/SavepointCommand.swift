import ArgumentParser
import Scripts
import Server

/// `millrace savepoint APP TARGET --data DIR`
struct SavepointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "savepoint",
        abstract: "Copy the state of an application's jobs, while they run or after they stopped.",
        discussion: """
            The copy holds the newest stored epoch of each job, whole and relocatable. A job begins with it when its SQL \
            says SET 'execution.state-recovery.path' = 'TARGET/JOB' and it has no state of its own yet.
            """)

    @Argument(help: "Name of the application.")
    var application: String

    @Argument(help: "Directory for the savepoints, one folder for each job.")
    var target: String

    @Option(help: "Data directory of the server.")
    var data = "millrace-data"

    mutating func run() throws {
        for line in try SavepointWriter.write(data: data, application: application, to: target) {
            StandardOutput.write(Array((line + "\n").utf8))
        }
    }
}
