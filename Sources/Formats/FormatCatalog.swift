package import Columnar
package import Diagnostics

/// The formats there are, with their options, and the decoders for them.
package enum FormatCatalog {
    package static let names = [
        "json", "csv", "raw", "avro", "nginx", "regex", "debezium-json", "canal-json", "maxwell-json", "ogg-json",
    ]

    /// A decoder that delivers `columns`, in this order, of records whose columns are `schema`. JSON takes fields of ROWs
    /// straight from the text; for other formats they are taken out of the whole ROW.
    /// `options` is the WITH clause: names with the format's prefix, others are left alone.
    package static func makeDecoder(
        format: String, columns: [ColumnRequest], schema: [Field], options: [String: String], timeZone: String,
        longestLine: Int = Limits.recordBytes
    ) throws(MillraceError) -> any LineDecoder {
        let make = { (columns: [ColumnRequest]) throws(MillraceError) in
            if isChangelog(format) {
                let reader = FormatOptionReader(format: format, options: options)
                return try changelogDecoder(reader, columns: columns, longestLine: longestLine)
            }
            return try makeDecoder(
                format: format, fields: columns.map(\.field), schema: schema, options: options, timeZone: timeZone,
                longestLine: longestLine)
        }
        if columns.allSatisfy(\.isWhole) { return try make(columns) }
        if format == "json", JSONFieldTree.canDeliver(columns) {
            let settings = try JSONSettings(FormatOptionReader(format: format, options: options))
            return try JSONDecoder(columns: columns, settings: settings, longestLine: longestLine)
        }
        return try FieldPathDecoder(columns, schema: schema, make: make)
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
            return try JSONDecoder(fields: fields, settings: try JSONSettings(reader), longestLine: longestLine)
        case "csv":
            return try CSVDecoder(
                fields: fields, schema: schema, settings: try CSVSettings(reader), longestLine: longestLine)
        case "raw":
            return try RawDecoder(
                fields: fields, schema: schema, charset: reader.text("charset"),
                isLittleEndian: try reader.choice("endianness", ["big-endian", "little-endian"]) == "little-endian",
                longestLine: longestLine)
        case "nginx":
            return try NginxDecoder(
                fields: fields, schema: schema, pattern: try LogPattern(reader.text("log-format") ?? "combined"),
                ignoresErrors: try reader.flag("ignore-parse-errors"), longestLine: longestLine)
        case "avro":
            return try AvroDecoder(fields: fields, schema: schema, isLegacy: try AvroSettings(reader).isLegacy)
        case "regex": return try regexDecoder(reader, fields: fields, schema: schema, longestLine: longestLine)
        case "debezium-json", "canal-json", "maxwell-json", "ogg-json":
            return try changelogDecoder(reader, columns: fields.map { ColumnRequest($0) }, longestLine: longestLine)
        default:
            throw MillraceError(
                .user, code: "unknown_format", "there is no format '\(format)'",
                hint: "formats are \(names.joined(separator: ", "))")
        }
    }

    private static func regexDecoder(
        _ reader: FormatOptionReader, fields: [Field], schema: [Field], longestLine: Int
    ) throws(MillraceError) -> any LineDecoder {
        guard let pattern = reader.text("pattern") else {
            throw MillraceError(
                .user, code: "missing_option", "format regex lacks the option 'regex.pattern'",
                hint: "add 'regex.pattern' = '…', with a group for each column")
        }
        let isISO = try reader.choice("timestamp-format.standard", ["SQL", "ISO-8601"]) == "ISO-8601"
        return try RegexDecoder(
            fields: fields, schema: schema, pattern: try LinePattern(pattern), isISO: isISO,
            ignoresErrors: try reader.flag("ignore-parse-errors"), longestLine: longestLine)
    }

    private static func changelogDecoder(
        _ reader: FormatOptionReader, columns: [ColumnRequest], longestLine: Int
    ) throws(MillraceError) -> any LineDecoder {
        let isWrapped = reader.format == "debezium-json" ? try reader.flag("schema-include") : false
        return try ChangelogJSONDecoder(
            columns: columns, envelope: try envelope(reader, isWrapped: isWrapped),
            facts: EnvelopeFact.all(of: reader.format, isWrapped: isWrapped), settings: try JSONSettings(reader),
            longestLine: longestLine)
    }

    private static func envelope(
        _ reader: FormatOptionReader, isWrapped: Bool
    ) throws(MillraceError) -> any ChangeEnvelope {
        switch reader.format {
        case "canal-json":
            var patterns: [NamePattern?] = []
            for name in ["database.include", "table.include"] {
                if let text = reader.text(name) { patterns.append(try NamePattern(text)) } else { patterns.append(nil) }
            }
            return CanalEnvelope(database: patterns[0], table: patterns[1])
        case "maxwell-json": return MaxwellEnvelope()
        case "ogg-json": return BeforeAfterEnvelope.ogg
        default: return BeforeAfterEnvelope.debezium(includesSchema: isWrapped)
        }
    }
}
