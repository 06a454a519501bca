package import Diagnostics

/// A row whose value does not exist: a cast that does not fit, a division by zero.
package struct EvaluationError: Error, Sendable, CustomStringConvertible {
    /// Row in the batch that was evaluated.
    package var row: Int
    package var message: String

    package init(row: Int, _ message: String) {
        self.row = row
        self.message = message
    }

    package var description: String { message }

    /// The error as people see it.
    package var millraceError: MillraceError {
        MillraceError(
            .user, code: "evaluation_failed", message,
            hint: "TRY_CAST gives NULL instead; a WHERE or CASE can keep such rows away")
    }
}
