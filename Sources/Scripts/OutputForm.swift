/// How `millrace run` prints the rows of a SELECT.
package enum OutputForm: String, Sendable, CaseIterable {
    /// Drawn columns, with a header.
    case table
    /// The final rows, without a header.
    case csv
    /// The final rows as one JSON object a line.
    case ndjson
    /// Each change with its kind, as it comes.
    case changelog
}
