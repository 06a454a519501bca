import Columnar
import Diagnostics
import Formats

/// Rows and rejects of a text, read through a decoder.
struct Decoded: Equatable {
    var rows: [[String?]] = []
    var kinds: [RowKind] = []
    var rejected: [RejectedLine] = []
    var batches = 0
}

/// Runs a decoder over text cut in blocks, as a reader would.
struct DecoderHarness {
    var format = "json"
    var fields: [Field]
    var schema: [Field]?
    var options: [String: String] = [:]
    var longestLine = Limits.recordBytes

    func make() throws -> any LineDecoder {
        try FormatCatalog.makeDecoder(
            format: format, fields: fields, schema: schema ?? fields, options: options, timeZone: "UTC",
            longestLine: longestLine)
    }

    func decode(_ text: String) throws -> Decoded { try decode(Array(text.utf8)) }

    func decode(_ bytes: [UInt8]) throws -> Decoded {
        let decoder = try make()
        let block = InputBlock(copying: bytes)
        return try decode(block, to: block.count, with: decoder)
    }

    func decode(_ block: InputBlock, to end: Int, with decoder: any LineDecoder) throws -> Decoded {
        var result = Decoded()
        var position = 0
        while position < end {
            let lines = try decoder.decode(block, from: position, to: end)
            guard lines.consumed > position else { break }
            position = lines.consumed
            result.rejected += lines.rejected
            if let batch = lines.batch {
                result.batches += 1
                result.kinds += (0..<batch.rowCount).map { batch.kind($0) }
                result.rows += (0..<batch.rowCount).map { row in batch.columns.map { Self.text($0, row) } }
            }
        }
        return result
    }

    /// A value as people would write it.
    static func text(_ column: Column, _ row: Int) -> String? {
        guard column.isValid(row) else { return nil }
        switch column.kind {
        case .bits: return column.bit(row) ? "true" : "false"
        case .int64: return String(column.int64[row])
        case .float64: return "\(column.float64[row])"
        case .int128: return "\(column.int128[row])"
        case .text: return column.string(row)
        }
    }
}

extension Field {
    /// A nullable column.
    static func of(_ name: String, _ type: LogicalType) -> Field { Field(name, DataType(type)) }
}
