import Diagnostics
import Engine
import Scripts
import Workloads

/// What an error means for whoever started the process.
package struct ErrorOutcome: Sendable {
    package var text: String
    /// 1: the user's mistake. 2: ours or the machine's.
    package var exitCode: Int32

    /// nil for errors of the argument parser, which explains itself.
    package init?(_ error: any Error) {
        switch error {
        case let failure as ScriptFailure:
            text = failure.description
            exitCode = 1
        case let error as MillraceError:
            text = error.description
            exitCode = error.kind == .user ? 1 : 2
        case let error as FileSystemError:
            text = "error: \(error)"
            exitCode = 2
        case let error as WorkloadError:
            text = "error: \(error.description)"
            exitCode = error.cause == .option ? 1 : 2
        case let error as EvaluationError:
            text = error.millraceError.description
            exitCode = 1
        default:
            let name = String(reflecting: type(of: error))
            if name.hasPrefix("ArgumentParser.") { return nil }
            text = "error: \(error)"
            exitCode = 2
        }
    }
}
