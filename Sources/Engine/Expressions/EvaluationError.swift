package import Diagnostics
package import StreamSQL

/// A row whose value does not exist: a cast that does not fit, a division by zero.
package struct EvaluationError: Error, Sendable, CustomStringConvertible {
    /// Row in the batch that was evaluated.
    package var row: Int
    package var message: String
    /// What to write to keep such values from failing the job.
    package var hint: String

    /// Line and column in the script; nil when the expression is not written there.
    package var place: SourceRange?

    package init(row: Int, _ message: String, hint: String = "a WHERE or CASE can keep such rows away") {
        self.row = row
        self.message = message
        self.hint = hint
    }

    /// The same error, with a place if it has none.
    func at(_ place: SourceRange?) -> EvaluationError {
        var error = self
        error.place = error.place ?? place
        return error
    }

    /// A whole number or DECIMAL divided by 0.
    static func divisionByZero(row: Int, _ dividend: String? = nil) -> EvaluationError {
        EvaluationError(
            row: row, "division by zero" + (dividend.map { ": \($0) by 0" } ?? ""),
            hint: "NULLIF(divisor, 0) gives NULL instead; a WHERE or CASE can keep such rows away")
    }

    package var description: String { place.map { "\(message), at \($0.line):\($0.column)" } ?? message }

    /// The error as people see it, with line and column but without a file, which whoever runs the script knows.
    package var millraceError: MillraceError {
        MillraceError(
            .user, code: "evaluation_failed", message, hint: hint, line: place.map { Int($0.line) },
            column: place.map { Int($0.column) })
    }
}
