package import Columnar
package import Diagnostics

/// Turns rows into the bytes of records, line ends included. Used by one thread.
package protocol RowEncoder: Sendable {
    /// True when rows that take back others can be written too.
    var takesChanges: Bool { get }

    /// False when records may hold the byte of a line end without meaning one: what cuts lines can't part them.
    var fitsLines: Bool { get }

    /// True when the row has no bytes, which is something else than a record of none: where a record may lack its value it does.
    func isAbsent(_ batch: Batch, _ row: Int) -> Bool

    /// Appends the record of one row.
    func append(_ batch: Batch, _ row: Int, to bytes: inout [UInt8]) throws(MillraceError)

    /// Appends the records of some rows.
    func append(_ batch: Batch, rows: Range<Int>, to bytes: inout [UInt8]) throws(MillraceError)

    /// What stands around the records in a file; nil for files of nothing but records.
    var framing: FileFraming? { get }
}

extension RowEncoder {
    package var framing: FileFraming? { nil }

    package var fitsLines: Bool { true }

    package func isAbsent(_ batch: Batch, _ row: Int) -> Bool { false }

    package func append(_ batch: Batch, rows: Range<Int>, to bytes: inout [UInt8]) throws(MillraceError) {
        for row in rows { try append(batch, row, to: &bytes) }
    }
}

/// The bytes around records in files of a format. `mark` is 16 bytes, the same all through a file.
package struct FileFraming: Sendable {
    /// What a file begins with.
    package var header: @Sendable (_ mark: [UInt8]) -> [UInt8]
    /// Some records with what belongs around them.
    package var block: @Sendable (_ records: [UInt8], _ count: Int, _ mark: [UInt8]) throws(MillraceError) -> [UInt8]
}

extension FormatCatalog {
    /// An encoder of rows with these columns. `options` is the WITH clause.
    package static func makeEncoder(
        format: String, fields: [Field], options: [String: String]
    ) throws(MillraceError) -> any RowEncoder {
        let reader = FormatOptionReader(format: format, options: options)
        switch format {
        case "json": return JSONRowEncoder(fields: fields, settings: try JSONEncoderSettings(reader))
        case "csv": return try CSVRowEncoder(fields: fields, settings: try CSVSettings(reader))
        case "raw":
            return try RawRowEncoder(
                fields: fields, charset: reader.text("charset"),
                isLittleEndian: try reader.choice("endianness", ["big-endian", "little-endian"]) == "little-endian")
        case "avro": return try AvroRowEncoder(fields: fields, settings: try AvroSettings(reader))
        case "debezium-json", "canal-json", "maxwell-json", "ogg-json":
            if try reader.flag("schema-include") {
                throw reader.invalid("schema-include", "true", "false when the table is written")
            }
            return ChangelogEncoder(
                format: format, rows: JSONRowEncoder(fields: fields, settings: try JSONEncoderSettings(reader)))
        default:
            throw MillraceError(.user, code: "unknown_format", "format '\(format)' cannot be written")
        }
    }
}

/// The texts of values in records, as Flink's formats write them.
struct RecordText: Sendable {
    /// True: a `T` between date and time.
    var isISO = false

    private static let text = ValueText()

    /// The form of a type's values in records: intervals are numbers of months or milliseconds, as they are read.
    static func form(_ type: LogicalType) -> ValueText.Form {
        switch type {
        case .intervalMonths, .intervalMilliseconds: .integer
        default: ValueText.Form(type)
        }
    }

    /// Appends the value of a column that is not text. Times have no trailing zeros of a fraction; instants are those of UTC
    /// and end in `Z`.
    func append(_ column: Column, _ row: Int, as form: ValueText.Form, to bytes: inout [UInt8]) {
        append(column.item(row), as: form, to: &bytes)
    }

    /// As for the value of a column.
    func append(_ item: NestedItem, as form: ValueText.Form, to bytes: inout [UInt8]) {
        let start = bytes.count
        Self.text.append(item, as: form, to: &bytes)
        switch form {
        case .timestamp(let precision), .instant(let precision):
            Self.trimFraction(&bytes, digits: precision)
            if isISO, bytes.count > start + 10, let blank = bytes[start...].firstIndex(of: 0x20) { bytes[blank] = 0x54 }
            if case .instant = form { bytes.append(UInt8(ascii: "Z")) }
        case .wideTimestamp(let precision, let isInstant):
            Self.trimFraction(&bytes, digits: precision)
            if isISO, bytes.count > start + 10, let blank = bytes[start...].firstIndex(of: 0x20) { bytes[blank] = 0x54 }
            if isInstant { bytes.append(UInt8(ascii: "Z")) }
        case .time(let precision): Self.trimFraction(&bytes, digits: precision)
        default: break
        }
    }

    private static func trimFraction(_ bytes: inout [UInt8], digits: Int) {
        guard digits > 0 else { return }
        while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    }

    static func bytes(_ column: Column, _ row: Int) -> UnsafeBufferPointer<UInt8> {
        let place = UnsafePointer(column.text + row)
        return UnsafeBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count)
    }
}
