import ArgumentParser
import Scripts
import Server

/// Turns errors into text on standard error and the exit code: 1 for the user's mistakes, 2 for ours and the machine's.
enum Failure {
    static func explained(_ error: any Error) -> any Error {
        guard let outcome = ErrorOutcome(error) else { return explainedByParser(error) }
        StandardError.write(outcome.text + "\n")
        return ExitCode(outcome.exitCode)
    }

    /// The parser's own code for a wrong command line is 64; here all mistakes of the user give 1.
    private static func explainedByParser(_ error: any Error) -> any Error {
        guard Millrace.exitCode(for: error) == .validationFailure else { return error }
        StandardError.write(Millrace.fullMessage(for: error) + "\n")
        return ExitCode(1)
    }
}
