/// What becomes of rows that a table's columns do not allow, as the settings `table.exec.sink.…-enforcer` say.
package struct SinkEnforcement: Sendable, Hashable {
    /// A NULL for a column that is NOT NULL.
    package enum Nulls: String, Sendable, Hashable {
        /// The job fails.
        case error = "ERROR"
        /// The row is left out, and counted.
        case drop = "DROP"
    }

    /// A text or bytes of another length than the column's type has.
    package enum Lengths: String, Sendable, Hashable {
        case ignore = "IGNORE"
        /// What is too long is cut; CHAR and BINARY are filled up.
        case fit = "TRIM_PAD"
        /// The job fails.
        case error = "ERROR"
    }

    package var nulls: Nulls
    package var lengths: Lengths

    package init(nulls: Nulls = .error, lengths: Lengths = .ignore) {
        self.nulls = nulls
        self.lengths = lengths
    }
}
