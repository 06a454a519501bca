/// Why a generator could not start or go on.
package struct WorkloadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Who can do something about it.
    package enum Cause: Sendable {
        /// An option has a value that makes no sense.
        case option
        /// The operating system refused a file operation.
        case file
        /// A bound of the generator was reached.
        case limit
    }

    package let cause: Cause
    package let message: String

    package init(_ cause: Cause, _ message: String) {
        self.cause = cause
        self.message = message
    }

    package var description: String { message }
}
