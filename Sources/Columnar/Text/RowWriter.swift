/// Writes the rows of batches as lines of CSV or of JSON objects.
package struct RowWriter: Sendable {
    /// The form of a line.
    package enum Form: Sendable {
        /// Values between commas, no header; NULL is an empty field, an empty text `""`.
        case csv
        /// One JSON object a line.
        case ndjson
    }

    /// How a column's values stand in JSON.
    private enum JSONShape: Sendable {
        case bare, floating, quoted
        case nested(NestedText)
    }

    private let form: Form
    private let text: ValueText
    private let isText: [Bool]
    private let valueForms: [ValueText.Form]
    private let shapes: [JSONShape]
    /// `"name":` of each field, with the brace or comma in front.
    private let keys: [[UInt8]]

    package init(fields: [Field], form: Form, zone: TimeZoneRules = .utc) {
        self.form = form
        text = ValueText(zone: zone)
        isText = fields.map { $0.type.kind == .text }
        valueForms = fields.map { ValueText.Form($0.type.logical) }
        shapes = fields.map { Self.shape(of: $0.type.logical) }
        keys = fields.enumerated().map { index, field in
            var key: [UInt8] = [index == 0 ? 0x7B : 0x2C, 0x22]
            JSONText.appendEscaped(field.name.utf8, to: &key)
            return key + [0x22, 0x3A]
        }
    }

    private static func shape(of type: LogicalType) -> JSONShape {
        switch type {
        case .boolean, .tinyint, .smallint, .integer, .bigint, .decimal, .null: .bare
        case .float, .double: .floating
        case .array, .map, .multiset, .row: .nested(NestedText(type))
        default: .quoted
        }
    }

    /// Appends one row and a line feed.
    package func append(_ batch: Batch, _ row: Int, to bytes: inout [UInt8]) {
        switch form {
        case .csv: appendFields(batch, row, to: &bytes)
        case .ndjson: appendObject(batch, row, to: &bytes)
        }
        bytes.append(0x0A)
    }

    private func appendFields(_ batch: Batch, _ row: Int, to bytes: inout [UInt8]) {
        for index in isText.indices {
            if index > 0 { bytes.append(0x2C) }
            let start = bytes.count
            let column = batch.columns[index]
            text.append(column, row, as: valueForms[index], to: &bytes)
            guard isText[index], column.isValid(row) else { continue }
            if bytes.count == start || bytes[start...].contains(where: Self.needsQuotes) {
                Self.quote(&bytes, from: start)
            }
        }
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == 0x2C || byte == 0x22 || byte == 0x0D || byte == 0x0A
    }

    /// Puts double quotes around the bytes from `start` on, inner ones doubled.
    private static func quote(_ bytes: inout [UInt8], from start: Int) {
        let field = Array(bytes[start...])
        bytes.removeSubrange(start...)
        bytes.append(0x22)
        for byte in field {
            if byte == 0x22 { bytes.append(0x22) }
            bytes.append(byte)
        }
        bytes.append(0x22)
    }

    private func appendObject(_ batch: Batch, _ row: Int, to bytes: inout [UInt8]) {
        if keys.isEmpty { bytes.append(0x7B) }
        for index in keys.indices {
            bytes.append(contentsOf: keys[index])
            appendJSON(batch.columns[index], row, index, to: &bytes)
        }
        bytes.append(0x7D)
    }

    private func appendJSON(_ column: Column, _ row: Int, _ index: Int, to bytes: inout [UInt8]) {
        guard column.isValid(row) else { return bytes.append(contentsOf: JSONText.null) }
        let form = valueForms[index]
        switch shapes[index] {
        case .bare: text.append(column, row, as: form, to: &bytes)
        case .nested(let nested): nested.append(column.item(row), .strictJSON, text, to: &bytes)
        case .floating:
            // JSON has no spelling for NaN and the infinities.
            if column.float64[row].isFinite {
                text.append(column, row, as: form, to: &bytes)
            } else {
                bytes.append(0x22)
                text.append(column, row, as: form, to: &bytes)
                bytes.append(0x22)
            }
        case .quoted:
            var value: [UInt8] = []
            text.append(column, row, as: form, to: &value)
            bytes.append(0x22)
            JSONText.appendEscaped(value, to: &bytes)
            bytes.append(0x22)
        }
    }
}
