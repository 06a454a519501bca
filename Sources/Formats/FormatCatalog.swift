package import Columnar
package import Diagnostics

/// The formats there are, with their options, and the decoders for them.
package enum FormatCatalog {
    package static let names = ["json", "csv", "raw"]

    /// The options of a format, named without its prefix; nil when there is no such format.
    package static func options(of format: String) -> [FormatOption]? {
        switch format {
        case "json": jsonOptions
        case "csv": csvOptions
        case "raw": rawOptions
        default: nil
        }
    }

    /// A decoder that delivers `fields`, in this order, of records whose columns are `schema`.
    /// `options` is the WITH clause: names with the format's prefix, others are left alone.
    package static func makeDecoder(
        format: String, fields: [Field], schema: [Field], options: [String: String], timeZone: String,
        longestLine: Int = Limits.recordBytes
    ) throws(MillraceError) -> any LineDecoder {
        let reader = FormatOptionReader(format: format, options: options)
        switch format {
        case "json":
            var settings = JSONSettings()
            settings.ignoresErrors = try reader.flag("ignore-parse-errors")
            settings.failsOnMissing = try reader.flag("fail-on-missing-field")
            settings.isISO = try reader.choice("timestamp-format.standard", ["SQL", "ISO-8601"]) == "ISO-8601"
            guard !(settings.ignoresErrors && settings.failsOnMissing) else {
                throw MillraceError(
                    .user, code: "bad_option",
                    "json.fail-on-missing-field and json.ignore-parse-errors cannot both be true")
            }
            return try JSONDecoder(fields: fields, settings: settings, longestLine: longestLine)
        case "csv":
            return try CSVDecoder(
                fields: fields, schema: schema, settings: try CSVSettings(reader), longestLine: longestLine)
        case "raw":
            return try RawDecoder(
                fields: fields, schema: schema, charset: reader.text("charset"), longestLine: longestLine)
        default:
            throw MillraceError(
                .user, code: "unknown_format", "there is no format '\(format)'",
                hint: "formats are \(names.joined(separator: ", "))")
        }
    }

    private static let jsonOptions = [
        FormatOption.flag("fail-on-missing-field", "a missing field rejects the line instead of being NULL"),
        FormatOption.flag("ignore-parse-errors", "bad fields become NULL, bad lines are skipped"),
        FormatOption("timestamp-format.standard", values: ["SQL", "ISO-8601"], "how timestamps are written"),
        FormatOption(
            "map-null-key.mode", values: ["FAIL", "DROP", "LITERAL"], "when writing: what a NULL key of a map becomes"),
        FormatOption("map-null-key.literal", "when writing: the text that stands for a NULL key"),
        FormatOption.flag("encode.decimal-as-plain-number", "when writing: decimals without exponent"),
        FormatOption.flag("encode.ignore-null-fields", "when writing: NULL fields are left out"),
        FormatOption.flag("decode.json-parser.enabled", "accepted; there is one parser"),
    ]

    private static let csvOptions = [
        FormatOption("field-delimiter", "the character between fields, a comma by default"),
        FormatOption.flag("disable-quote-character", "quotes are ordinary characters"),
        FormatOption("quote-character", "the character around fields, a double quote by default"),
        FormatOption.flag("allow-comments", "lines that begin with # are skipped"),
        FormatOption.flag("ignore-parse-errors", "bad fields become NULL, bad lines are skipped"),
        FormatOption("array-element-delimiter", "the text between elements of an array, a semicolon by default"),
        FormatOption("escape-character", "the character that takes the meaning from the next one"),
        FormatOption("null-literal", "the text that stands for NULL"),
    ]

    private static let rawOptions = [
        FormatOption("charset", "the character set of the bytes, UTF-8 by default"),
        FormatOption("endianness", values: ["big-endian", "little-endian"], "accepted; texts have none"),
    ]
}
