package import Columnar

/// Cells of batches as JSON.
///
/// Numbers are numbers, except DECIMAL and integers beyond 2^53, which are strings so that no browser rounds them.
/// Dates and times are strings; TIMESTAMP_LTZ is shown in UTC. Byte strings are hexadecimal. Nested values are arrays and
/// objects, with all numbers in them as numbers.
extension JSONWriter {
    /// The largest integer that a double holds exactly, with all below it.
    private static let exactInteger: Int64 = 1 << 53

    /// A row as an array of its cells.
    package mutating func row(_ columns: [Column], _ row: Int) {
        beginArray()
        for column in columns { cell(column, row) }
        endArray()
    }

    package mutating func cell(_ column: Column, _ row: Int) {
        guard column.isValid(row) else { return null() }
        switch column.type.logical {
        case .null: null()
        case .boolean: bool(column.bit(row))
        case .tinyint, .smallint, .integer, .bigint, .intervalMonths, .intervalMilliseconds:
            let value = column.int64[row]
            if value.magnitude > UInt64(Self.exactInteger) { string(String(value)) } else { integer(value) }
        case .float: float(Float(column.float64[row]))
        case .double: double(column.float64[row])
        case .decimal(_, let scale): string(Self.decimal(column.int128[row], scale: scale))
        case .date: string(CivilTime.date(days: column.int64[row]))
        case .time(let precision):
            let milliseconds = min(max(column.int64[row], 0), 86_399_999)
            string(CivilTime.time(microseconds: milliseconds * 1_000, precision: precision))
        case .timestamp where column.type.logical.isWideTimestamp,
            .timestampLTZ where column.type.logical.isWideTimestamp:
            var text: [UInt8] = []
            ValueText().append(column, row, to: &text)
            string(String(decoding: text, as: UTF8.self))
        case .timestamp(let precision), .timestampLTZ(let precision):
            string(CivilTime.timestamp(microseconds: column.int64[row], precision: precision))
        case .char, .varchar:
            let place = UnsafePointer(column.text + row)
            string(utf8: UnsafeBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count))
        case .array, .map, .multiset, .row:
            var json: [UInt8] = []
            NestedText(column.type.logical).append(column.item(row), .strictJSON, ValueText(), to: &json)
            raw(json)
        case .binary, .varbinary:
            let place = UnsafePointer(column.text + row)
            hexadecimal(UnsafeBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count))
        }
    }

    /// The column list of an answer: names and types.
    package mutating func columns(_ fields: [Field]) {
        beginArray()
        for field in fields {
            beginObject()
            key("name")
            string(field.name)
            key("type")
            string(field.type.logical.description)
            endObject()
        }
        endArray()
    }

    private mutating func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>) {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes { text += [Self.digit(byte >> 4), Self.digit(byte & 15)] }
        string(String(decoding: text, as: UTF8.self))
    }

    /// An unscaled decimal with its point.
    static func decimal(_ value: Int128, scale: Int) -> String {
        let digits = String(value.magnitude)
        guard scale > 0 else { return (value < 0 ? "-" : "") + digits }
        let padded = String(repeating: "0", count: max(0, scale + 1 - digits.utf8.count)) + digits
        return (value < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
    }
}
