package import Diagnostics
package import StreamSQL

/// Where the statements of a shell go when this process does not run them itself.
package protocol StatementService: Sendable {
    /// Runs one statement, written without its semicolon.
    func run(_ statement: String) throws(MillraceError) -> StatementResult
    /// The names that can be written, as far as they are known.
    var vocabulary: SessionVocabulary { get }
}
