import Columnar
import Diagnostics
import Formats

/// Feeds bytes to the decoder of a format in several ways, and compares what comes out.
package struct DecoderDriver {
    private let format: String
    private let options: [String: String]

    /// A column of each type the formats read.
    private static let fields: [Field] = [
        Field("name", DataType(.string)), Field("code", DataType(.char(4))), Field("raw", DataType(.bytes)),
        Field("flag", DataType(.boolean)), Field("tiny", DataType(.tinyint)), Field("small", DataType(.smallint)),
        Field("count", DataType(.integer)), Field("total", DataType(.bigint)), Field("ratio", DataType(.float)),
        Field("rate", DataType(.double)), Field("fee", DataType(.decimal(precision: 20, scale: 4))),
        Field("day", DataType(.date)), Field("at", DataType(.time(precision: 3))),
        Field("ts", DataType(.timestamp(precision: 6))), Field("ltz", DataType(.timestampLTZ(precision: 3))),
    ]

    package init(format: String, options: [String: String]) {
        self.format = format
        self.options = options
    }

    /// Decodes the input at once and in two parts; the rows must be the same, and everything must be readable.
    package func run(_ input: UnsafeRawBufferPointer) {
        guard let whole = decode(input, cut: nil) else { return }
        guard let half = decode(input, cut: input.count / 2) else { finding("refused its options the second time") }
        guard whole == half else { finding("the place of a cut shows:\n  \(whole)\n  \(half)") }
    }

    /// Decodes lines one after the other and each by a decoder of its own, which has learnt nothing from those before;
    /// for formats whose lines stand by themselves. Looks at the first of many lines only.
    package func runLines(_ input: UnsafeRawBufferPointer) {
        var ends = input.indices.filter { input[$0] == UInt8(ascii: "\n") }.prefix(40).map { $0 + 1 }
        if ends.count < 40, ends.last ?? 0 < input.count { ends.append(input.count) }
        guard let last = ends.last,
            let together = decode(UnsafeRawBufferPointer(rebasing: input[..<last]), cut: nil)
        else { return }
        var alone = Output()
        var start = 0
        for end in ends {
            guard let line = decode(UnsafeRawBufferPointer(rebasing: input[start..<end]), cut: nil) else {
                finding("refused its options for one line")
            }
            alone.rows += line.rows
            alone.rejects += line.rejects
            start = end
        }
        guard together == alone else { finding("lines before it show:\n  \(together)\n  \(alone)") }
    }

    /// What came out of a decoder. Rows and rejects of one call have no order between them.
    private struct Output: Equatable {
        var rows: [String] = []
        var rejects: [String] = []
    }

    /// The rows and rejects; nil when the options are refused or the format gives up on the input.
    private func decode(_ input: UnsafeRawBufferPointer, cut: Int?) -> Output? {
        do {
            let decoder = try FormatCatalog.makeDecoder(
                format: format, fields: Self.fields, schema: Self.fields, options: options, timeZone: "UTC",
                longestLine: 256)
            let block = InputBlock(copying: input)
            var seen = Output()
            var position = 0
            if let cut, let end = endOfLine(in: input, before: cut) {
                position = try drain(decoder, block, from: 0, to: end, isFinal: false, into: &seen)
            }
            let end = try drain(decoder, block, from: position, to: block.count, isFinal: true, into: &seen)
            guard end == block.count else { finding("stopped at byte \(end) of \(block.count)") }
            return seen
        } catch {
            return nil
        }
    }

    private func endOfLine(in input: UnsafeRawBufferPointer, before cut: Int) -> Int? {
        input[..<cut].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    }

    private func drain(
        _ decoder: any LineDecoder, _ block: InputBlock, from start: Int, to end: Int, isFinal: Bool,
        into seen: inout Output
    ) throws -> Int {
        var position = start
        while position < end {
            let lines = try decoder.decode(block, from: position, to: end, isFinal: isFinal)
            guard lines.consumed >= position, lines.consumed <= end else {
                finding("consumed up to \(lines.consumed) of \(position)..<\(end)")
            }
            guard (lines.batch?.rowCount ?? 0) + lines.rejected.count <= lines.lines else {
                finding("more rows and rejects than lines")
            }
            for reject in lines.rejected {
                guard reject.offset >= 0, reject.length >= 0, reject.offset + reject.length <= block.count else {
                    finding("a reject outside the input: \(reject)")
                }
                seen.rejects.append(reject.reason)
            }
            if let batch = lines.batch { seen.rows += rows(of: batch) }
            if lines.consumed == position { break }
            position = lines.consumed
        }
        return position
    }

    private func rows(of batch: Batch) -> [String] {
        (0..<batch.rowCount).map { row in
            batch.kind(row).shortForm + batch.columns.map { value(of: $0, row) }.joined(separator: "|")
        }
    }

    private func value(of column: Column, _ row: Int) -> String {
        guard column.isValid(row) else { return "" }
        switch column.kind {
        case .bits: return column.bit(row) ? "true" : "false"
        case .int64: return String(column.int64[row])
        case .float64: return String(column.float64[row])
        case .int128: return String(column.int128[row])
        case .text: return column.string(row)
        }
    }
}
