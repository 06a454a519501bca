import Columnar
import Diagnostics
import Digests

/// Fields between delimiters, quoted where they hold something that would end them.
struct CSVRowEncoder: RowEncoder {
    private let settings: CSVSettings
    private let text = RecordText()
    private let forms: [ValueText.Form]
    /// Beside the forms: how a field of several values is written.
    private let collections: [CSVCollectionWriter?]
    /// Where all columns are plain ones.
    private let runs: CSVRunWriter?

    var takesChanges: Bool { false }

    /// Throws for types that have no place in a field.
    init(fields: [Field], settings: CSVSettings) throws(MillraceError) {
        self.settings = settings
        var collections: [CSVCollectionWriter?] = []
        for field in fields { collections.append(try CSVCollectionWriter(field, settings)) }
        self.collections = collections
        forms = fields.map { RecordText.form($0.type.logical) }
        runs = CSVRunWriter(forms: forms, settings: settings)
    }

    func append(_ batch: Batch, rows: Range<Int>, to bytes: inout [UInt8]) throws(MillraceError) {
        guard let runs else {
            for row in rows { try append(batch, row, to: &bytes) }
            return
        }
        var row = rows.lowerBound
        while row < rows.upperBound {
            let end = min(row + CSVRunWriter.runRows, rows.upperBound)
            runs.append(batch, row..<end, to: &bytes)
            row = end
        }
    }

    func append(_ batch: Batch, _ row: Int, to bytes: inout [UInt8]) throws(MillraceError) {
        for (index, column) in batch.columns.enumerated() where index < forms.count {
            if index > 0 { bytes.append(settings.delimiter) }
            guard column.isValid(row) else {
                bytes.append(contentsOf: settings.nullLiteral ?? [])
                continue
            }
            switch forms[index] {
            case .bytes: Base64.append(RecordText.bytes(column, row), to: &bytes)
            case .boolean, .integer, .float, .double, .decimal, .date, .months, .milliseconds, .time, .timestamp,
                .instant, .wideTimestamp:
                text.append(column, row, as: forms[index], to: &bytes)
            default:
                let start = bytes.count
                if let collection = collections[index] {
                    collection.append(column.item(row), to: &bytes)
                } else {
                    text.append(column, row, as: forms[index], to: &bytes)
                }
                try quoteWhereNeeded(&bytes, from: start)
            }
        }
        bytes.append(0x0A)
    }

    private func quoteWhereNeeded(_ bytes: inout [UInt8], from start: Int) throws(MillraceError) {
        let isPlain = bytes[start...].allSatisfy { byte in
            byte != settings.delimiter && byte != settings.quote && byte != settings.escape && byte != 10 && byte != 13
        }
        // A text that is spelled like NULL is told from it by its quotes alone where the reader looks at them.
        if isPlain { return }
        let field = Array(bytes[start...])
        bytes.removeSubrange(start...)
        guard let quote = settings.quote else {
            guard let escape = settings.escape, !field.contains(10), !field.contains(13) else {
                throw MillraceError(
                    .user, code: "bad_value", "a text holds the delimiter or a line end and may not be quoted",
                    hint: "leave out 'csv.disable-quote-character', or set 'csv.escape-character'")
            }
            for byte in field {
                if byte == settings.delimiter || byte == escape { bytes.append(escape) }
                bytes.append(byte)
            }
            return
        }
        bytes.append(quote)
        for byte in field {
            if byte == quote { bytes.append(quote) } else if byte == settings.escape { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}
