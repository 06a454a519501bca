import Columnar
import Diagnostics
import Formats
import Testing

/// What encoders write, the decoders of the same format read back.
struct RowEncoderTests {
    private static let fields: [Field] = [
        .of("s", .string), .of("b", .bytes), .of("n", .bigint), .of("x", .double), .of("f", .boolean),
        .of("p", .decimal(precision: 12, scale: 3)), .of("d", .date), .of("t", .time(precision: 3)),
        .of("ts", .timestamp(precision: 6)), .of("z", .timestampLTZ(precision: 3)),
    ]

    private static let input = """
        {"s":"plain","b":"eHl6","n":-7,"x":1.5,"f":true,"p":-0.125,"d":"2026-01-05","t":"08:00:00.5",\
        "ts":"1969-12-31 23:59:59.000001","z":"2026-01-05 08:00:00.12Z"}
        {"s":"a \\"q\\", b\\\\\\n\\u0001中😀","b":"eA==","n":9223372036854775807,"x":1e300,"f":false,"p":1000,\
        "d":"0001-01-01","t":"00:00:00","ts":"2026-01-05 08:00:00","z":"1970-01-01 00:00:00Z"}
        {"s":";|'","b":"","n":0,"x":-0.0}
        {}
        """

    private func batch(_ format: String, _ text: [UInt8], _ options: [String: String] = [:]) throws -> Batch {
        let decoder = try FormatCatalog.makeDecoder(
            format: format, fields: Self.fields, schema: Self.fields, options: options, timeZone: "UTC")
        let block = InputBlock(copying: text)
        let lines = try decoder.decode(block, from: 0, to: block.count)
        #expect(lines.rejected.isEmpty)
        return try #require(lines.batch)
    }

    private func encoded(_ batch: Batch, _ format: String, _ options: [String: String] = [:]) throws -> [UInt8] {
        let encoder = try FormatCatalog.makeEncoder(format: format, fields: Self.fields, options: options)
        var bytes: [UInt8] = []
        for row in 0..<batch.rowCount { try encoder.append(batch, row, to: &bytes) }
        return bytes
    }

    private func rows(_ batch: Batch) -> [[String?]] {
        (0..<batch.rowCount).map { row in batch.columns.map { DecoderHarness.text($0, row) } }
    }

    @Test(arguments: [
        ("json", [:]), ("json", ["json.timestamp-format.standard": "ISO-8601"]),
        ("json", ["json.encode.ignore-null-fields": "true"]), ("csv", ["csv.null-literal": "NULL"]),
        ("csv", ["csv.null-literal": "-", "csv.field-delimiter": ";", "csv.quote-character": "'"]),
        ("debezium-json", [:]), ("canal-json", [:]), ("maxwell-json", [:]), ("ogg-json", [:]),
    ])
    func whatIsWrittenIsReadBack(format: String, options: [String: String]) throws {
        let first = try batch("json", Array(Self.input.utf8))
        let second = try batch(format, try encoded(first, format, options), options)
        #expect(rows(second) == rows(first))
    }

    /// Many rows at once, over the border of what is written in one go, are the rows one after the other.
    @Test(arguments: [
        [:], ["csv.null-literal": "NULL"], ["csv.field-delimiter": ";", "csv.quote-character": "'"],
        ["csv.escape-character": "\\"],
    ])
    func rowsAtOnceAreTheSameBytes(options: [String: String]) throws {
        let kept = Self.fields.indices.filter { Self.fields[$0].type.logical != .bytes }
        let fields = kept.map { Self.fields[$0] }
        let text = Array(repeating: Self.input, count: 160).joined(separator: "\n")
        let whole = try batch("json", Array(text.utf8))
        let part = Batch(columns: kept.map { whole.columns[$0] }, rowCount: whole.rowCount)
        let encoder = try FormatCatalog.makeEncoder(format: "csv", fields: fields, options: options)
        var single: [UInt8] = []
        for row in 0..<part.rowCount { try encoder.append(part, row, to: &single) }
        var many: [UInt8] = Array("before".utf8)
        try encoder.append(part, rows: 0..<3, to: &many)
        try encoder.append(part, rows: 3..<part.rowCount, to: &many)
        #expect(part.rowCount == 640)
        #expect(many == Array("before".utf8) + single)
    }

    @Test func changesAreReadBackAsChanges() throws {
        let first = try batch("json", Array(Self.input.utf8))
        first.kinds = [RowKind.insert, .updateBefore, .updateAfter, .delete].map(\.rawValue)
        let second = try batch("maxwell-json", try encoded(first, "maxwell-json"))
        #expect((0..<4).map { second.kind($0) } == [.insert, .delete, .insert, .delete])
    }

    @Test func theTextIsThatOfFlink() throws {
        let first = try batch("json", Array(Self.input.utf8))
        let text = String(decoding: try encoded(first, "json"), as: UTF8.self).split(separator: "\n")
        #expect(
            text[0]
                == #"{"s":"plain","b":"eHl6","n":-7,"x":1.5,"f":true,"p":-0.125,"d":"2026-01-05","t":"08:00:00.5","#
                + #""ts":"1969-12-31 23:59:59.000001","z":"2026-01-05 08:00:00.12Z"}"#)
    }

    @Test func whatCannotBeWrittenIsRefused() throws {
        #expect(throws: MillraceError.self) {
            try FormatCatalog.makeEncoder(format: "raw", fields: Self.fields, options: [:])
        }
        #expect(throws: MillraceError.self) {
            try FormatCatalog.makeEncoder(format: "nothing", fields: Self.fields, options: [:])
        }
        let first = try batch("json", Array(#"{"s":"a,b"}"#.utf8))
        #expect(throws: MillraceError.self) { try encoded(first, "csv", ["csv.disable-quote-character": "true"]) }
    }
}
