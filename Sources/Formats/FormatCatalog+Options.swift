extension FormatCatalog {
    /// The options of a format, named without its prefix; nil when there is no such format.
    package static func options(of format: String) -> [FormatOption]? {
        switch format {
        case "json": jsonOptions
        case "csv": csvOptions
        case "raw": rawOptions
        case "nginx": nginxOptions
        case "regex": regexOptions
        case "avro": avroOptions
        case "debezium-json":
            changelogOptions + [.flag("schema-include", "records carry their schema beside 'payload'")]
        case "canal-json": changelogOptions + canalOptions
        case "maxwell-json", "ogg-json": changelogOptions
        default: nil
        }
    }

    /// True when the rows of a format may take back or replace others that came before.
    package static func isChangelog(_ format: String) -> Bool {
        ["debezium-json", "canal-json", "maxwell-json", "ogg-json"].contains(format)
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
        FormatOption.flag("write-bigdecimal-in-scientific-notation", "when writing: decimals may have an exponent"),
    ]

    private static let rawOptions = [
        FormatOption("charset", "the character set of the bytes, UTF-8 by default"),
        FormatOption(
            "endianness", values: ["big-endian", "little-endian"],
            "order of the bytes of a number; big-endian by default"),
    ]

    private static let nginxOptions = [
        FormatOption("log-format", "the text of a log_format of nginx; combined by default"),
        FormatOption.flag("ignore-parse-errors", "bad fields become NULL, bad lines are skipped"),
    ]

    private static let regexOptions = [
        FormatOption("pattern", "a regular expression that takes a line apart; a column takes the group of its name"),
        FormatOption("timestamp-format.standard", values: ["SQL", "ISO-8601"], "how timestamps are written"),
        FormatOption.flag("ignore-parse-errors", "bad fields become NULL, bad lines are skipped"),
    ]

    private static let avroOptions = [
        FormatOption(
            "codec", values: ["snappy", "null", "deflate", "zstandard"],
            "how blocks of files are packed that are written; snappy by default"),
        FormatOption("encoding", values: ["binary"], "how values are written"),
        FormatOption.flag("timestamp_mapping.legacy", "TIMESTAMP is written as an instant; true by default"),
    ]

    private static let changelogOptions = [
        FormatOption.flag("ignore-parse-errors", "bad fields become NULL, bad lines are skipped"),
        FormatOption("timestamp-format.standard", values: ["SQL", "ISO-8601"], "how timestamps are written"),
        FormatOption(
            "map-null-key.mode", values: ["FAIL", "DROP", "LITERAL"], "when writing: what a NULL key of a map becomes"),
        FormatOption("map-null-key.literal", "when writing: the text that stands for a NULL key"),
        FormatOption.flag("encode.decimal-as-plain-number", "when writing: decimals without exponent"),
        FormatOption.flag("encode.ignore-null-fields", "when writing: NULL fields are left out"),
    ]

    private static let canalOptions = [
        FormatOption("database.include", "a pattern: records of other databases are skipped"),
        FormatOption("table.include", "a pattern: records of other tables are skipped"),
    ]
}
