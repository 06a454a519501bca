import Columnar
import Diagnostics
import Digests

/// The options of the `json` format that tell how rows are written.
struct JSONEncoderSettings: Sendable {
    var isISO = false
    /// NULL fields are left out.
    var leavesNullsOut = false
    /// What becomes of an entry of a map whose key is NULL.
    var nullKeys = NullKeys.fail

    enum NullKeys: Sendable {
        case fail, drop
        /// The text stands for the key.
        case literal([UInt8])
    }

    init(_ reader: FormatOptionReader) throws(MillraceError) {
        isISO = try reader.choice("timestamp-format.standard", ["SQL", "ISO-8601"]) == "ISO-8601"
        leavesNullsOut = try reader.flag("encode.ignore-null-fields")
        _ = try reader.flag("encode.decimal-as-plain-number")
        switch try reader.choice("map-null-key.mode", ["FAIL", "DROP", "LITERAL"]) {
        case "DROP": nullKeys = .drop
        case "LITERAL": nullKeys = .literal(Array((reader.text("map-null-key.literal") ?? "null").utf8))
        default: nullKeys = .fail
        }
    }
}

/// One JSON object a line.
struct JSONRowEncoder: RowEncoder {
    /// How a column's values stand in JSON.
    private enum Shape: Sendable {
        case bare, floating, time, text, bytes
        case nested(JSONNestedWriter)
    }

    private let text: RecordText
    private let shapes: [Shape]
    private let forms: [ValueText.Form]
    /// `"name":` of each field.
    private let keys: [[UInt8]]
    private let leavesNullsOut: Bool

    var takesChanges: Bool { false }

    init(fields: [Field], settings: JSONEncoderSettings) {
        text = RecordText(isISO: settings.isISO)
        leavesNullsOut = settings.leavesNullsOut
        forms = fields.map { RecordText.form($0.type.logical) }
        shapes = fields.map { field in
            switch field.type.logical {
            case .boolean, .tinyint, .smallint, .integer, .bigint, .decimal, .null, .intervalMonths,
                .intervalMilliseconds:
                .bare
            case .float, .double: .floating
            case .char, .varchar: .text
            case .binary, .varbinary: .bytes
            case .array, .map, .multiset, .row: .nested(JSONNestedWriter(field, settings))
            case .date, .time, .timestamp, .timestampLTZ: .time
            }
        }
        keys = fields.map { field in
            var key: [UInt8] = [0x22]
            JSONText.appendEscaped(Array(field.name.utf8)[...], to: &key)
            return key + [0x22, 0x3A]
        }
    }

    func append(_ batch: Batch, _ row: Int, to bytes: inout [UInt8]) throws(MillraceError) {
        try appendObject(batch, row, to: &bytes)
        bytes.append(0x0A)
    }

    /// The object without a line end.
    func appendObject(_ batch: Batch, _ row: Int, to bytes: inout [UInt8]) throws(MillraceError) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (index, column) in batch.columns.enumerated() where index < keys.count {
            let isValid = column.isValid(row)
            if !isValid, leavesNullsOut { continue }
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            bytes.append(contentsOf: keys[index])
            if isValid {
                try appendValue(column, row, index, to: &bytes)
            } else {
                bytes.append(contentsOf: Self.null)
            }
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static let null = Array("null".utf8)

    private func appendValue(
        _ column: Column, _ row: Int, _ index: Int, to bytes: inout [UInt8]
    ) throws(MillraceError) {
        switch shapes[index] {
        case .nested(let nested): try nested.append(column.item(row), to: &bytes)
        case .bare: text.append(column, row, as: forms[index], to: &bytes)
        case .floating:
            // JSON has no spelling for NaN and the infinities.
            let isQuoted = !column.float64[row].isFinite
            if isQuoted { bytes.append(0x22) }
            text.append(column, row, as: forms[index], to: &bytes)
            if isQuoted { bytes.append(0x22) }
        case .time:
            bytes.append(0x22)
            text.append(column, row, as: forms[index], to: &bytes)
            bytes.append(0x22)
        case .text:
            bytes.append(0x22)
            JSONText.appendEscaped(RecordText.bytes(column, row), to: &bytes)
            bytes.append(0x22)
        case .bytes:
            bytes.append(0x22)
            Base64.append(RecordText.bytes(column, row), to: &bytes)
            bytes.append(0x22)
        }
    }
}

/// Changes in the layout of a change-log format: a row that adds is an insert, one that takes away a delete.
struct ChangelogEncoder: RowEncoder {
    private let rows: JSONRowEncoder
    private let insert: (before: [UInt8], after: [UInt8])
    private let delete: (before: [UInt8], after: [UInt8])

    var takesChanges: Bool { true }

    init(format: String, rows: JSONRowEncoder) {
        self.rows = rows
        let parts: (String, String, String, String)
        switch format {
        case "canal-json":
            parts = (#"{"data":["#, #"],"type":"INSERT"}"#, #"{"data":["#, #"],"type":"DELETE"}"#)
        case "maxwell-json":
            parts = (#"{"data":"#, #","type":"insert"}"#, #"{"data":"#, #","type":"delete"}"#)
        default:
            let (name, inserted, deleted) = format == "ogg-json" ? ("op_type", "I", "D") : ("op", "c", "d")
            parts = (
                #"{"before":null,"after":"#, #","\#(name)":"\#(inserted)"}"#, #"{"before":"#,
                #","after":null,"\#(name)":"\#(deleted)"}"#
            )
        }
        insert = (Array(parts.0.utf8), Array((parts.1 + "\n").utf8))
        delete = (Array(parts.2.utf8), Array((parts.3 + "\n").utf8))
    }

    func append(_ batch: Batch, _ row: Int, to bytes: inout [UInt8]) throws(MillraceError) {
        let frame = batch.kind(row).isAddition ? insert : delete
        bytes.append(contentsOf: frame.before)
        try rows.appendObject(batch, row, to: &bytes)
        bytes.append(contentsOf: frame.after)
    }
}
