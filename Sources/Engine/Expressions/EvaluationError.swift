package import Diagnostics

/// A row whose value does not exist: a cast that does not fit, a division by zero.
package struct EvaluationError: Error, Sendable, CustomStringConvertible {
    /// Row in the batch that was evaluated.
    package var row: Int
    package var message: String
    /// What to write to keep such values from failing the job.
    package var hint: String

    package init(row: Int, _ message: String, hint: String = "a WHERE or CASE can keep such rows away") {
        self.row = row
        self.message = message
        self.hint = hint
    }

    /// A whole number or DECIMAL divided by 0.
    static func divisionByZero(row: Int, _ dividend: String? = nil) -> EvaluationError {
        EvaluationError(
            row: row, "division by zero" + (dividend.map { ": \($0) by 0" } ?? ""),
            hint: "NULLIF(divisor, 0) gives NULL instead; a WHERE or CASE can keep such rows away")
    }

    package var description: String { message }

    /// The error as people see it.
    package var millraceError: MillraceError {
        MillraceError(.user, code: "evaluation_failed", message, hint: hint)
    }
}
