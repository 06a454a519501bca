/// The options of the `json` format.
package struct JSONSettings: Sendable {
    /// A field that cannot be read becomes NULL, a line that cannot be read is left out.
    package var ignoresErrors = false
    /// A missing field rejects the line instead of being NULL.
    package var failsOnMissing = false
    /// Timestamps are ISO-8601 rather than SQL.
    package var isISO = false

    package init() {}
}
