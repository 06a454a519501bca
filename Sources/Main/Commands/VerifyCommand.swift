import ArgumentParser
import Scripts
import Server

/// `millrace verify DIR`
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every stored batch of a queue whose server is stopped, and repair what is damaged.",
        discussion: """
            Reads all segments once and checks each batch against its checksum. Exits with 0 when all is well, 1 when \
            something is damaged; damage is named by topic, partition, offsets and file.

            --repair cuts damaged stretches out, so that what lies behind them can be read again. Their bytes are kept in \
            the folder `quarantine`, their offsets stay unused, nothing that is whole is touched.

              millrace verify millrace-data
              millrace verify millrace-data --repair
            """)

    @Argument(help: "The data directory of the server, or its queue directory.")
    var directory: String

    @Flag(help: "Cut out what is damaged.")
    var repair = false

    mutating func run() throws {
        var shown = -1
        let result = try QueueVerification.run(directory, repairs: repair) { done, total in
            let percent = total == 0 ? 100 : done * 100 / total
            // Each percent at a terminal, each tenth elsewhere.
            guard Machine.errorIsTerminal ? percent != shown : percent / 10 != shown / 10 || shown < 0 else { return }
            shown = percent
            let bar = String(repeating: "█", count: percent / 4) + String(repeating: "░", count: 25 - percent / 4)
            Progress.show(Machine.errorIsTerminal ? "\(bar) \(percent) %" : "\(percent) % checked")
        }
        Progress.finish()
        TopicsCommand.show(result.lines)
        if !result.isClean { throw ExitCode(1) }
    }
}
