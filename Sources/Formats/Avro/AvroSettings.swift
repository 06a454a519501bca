import Diagnostics

/// The options of Avro, checked.
struct AvroSettings {
    /// TIMESTAMP is written as an instant.
    var isLegacy = true
    /// How blocks of files are packed that are written. Those that are read tell it themselves.
    var codec = AvroCodec.snappy

    init(_ reader: FormatOptionReader) throws(MillraceError) {
        if let text = reader.text("encoding"), text.lowercased() != "binary" {
            throw reader.invalid("encoding", text, "binary only")
        }
        if let text = reader.text("codec") {
            guard let named = AvroCodec(rawValue: text.lowercased()) else {
                throw reader.invalid("codec", text, AvroCodec.allCases.map(\.rawValue).joined(separator: ", "))
            }
            codec = named
        }
        if reader.text("timestamp_mapping.legacy") != nil { isLegacy = try reader.flag("timestamp_mapping.legacy") }
    }
}
