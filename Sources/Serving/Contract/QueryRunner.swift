package import Columnar

/// The engine as the pages see it: SQL over result tables. `Server` brings the real one.
package protocol QueryRunner: Sendable {
    /// Binds and plans a SELECT; throws `MillraceError` with the place where it is wrong.
    func prepare(_ sql: String) throws -> any PreparedQuery
}

/// A planned SELECT that can be run again and again, by one thread at a time.
package protocol PreparedQuery: Sendable {
    var fields: [Field] { get }
    /// Names of the result tables it reads.
    var tables: [String] { get }
    /// The rows as they are now. Blocks; called on threads of its own, never on the cooperative pool.
    func run() throws -> [Batch]
}
