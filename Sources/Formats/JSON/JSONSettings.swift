import Diagnostics

/// The options of the `json` format.
package struct JSONSettings: Sendable {
    /// A field that cannot be read becomes NULL, a line that cannot be read is left out.
    package var ignoresErrors = false
    /// A missing field rejects the line instead of being NULL.
    package var failsOnMissing = false
    /// Timestamps are ISO-8601 rather than SQL.
    package var isISO = false

    package init() {}

    init(_ reader: FormatOptionReader) throws(MillraceError) {
        ignoresErrors = try reader.flag("ignore-parse-errors")
        failsOnMissing = try reader.flag("fail-on-missing-field")
        isISO = try reader.choice("timestamp-format.standard", ["SQL", "ISO-8601"]) == "ISO-8601"
        guard !(ignoresErrors && failsOnMissing) else {
            throw MillraceError(
                .user, code: "bad_option",
                "\(reader.format).fail-on-missing-field and \(reader.format).ignore-parse-errors cannot both be true")
        }
    }
}
