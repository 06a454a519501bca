import ArgumentParser
import Glibc
import Server

/// Turns errors into text on standard error and the exit code: 1 for the user's mistakes, 2 for ours and the machine's.
enum Failure {
    static func explained(_ error: any Error) -> any Error {
        guard let outcome = ErrorOutcome(error) else { return error }
        StandardError.write(outcome.text + "\n")
        return ExitCode(outcome.exitCode)
    }
}
