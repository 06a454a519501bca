import Glibc

/// One field of a record as it stands in the input.
struct CSVField {
    /// Without the quotes around it.
    var start: Int
    var end: Int
    /// True when it holds doubled quotes or escapes that must be resolved.
    var needsResolving: Bool
}

/// How a record ended.
enum CSVRecordEnd: Equatable {
    /// Cut into fields; the next record begins at `next`.
    case complete(next: Int)
    /// The text ends inside it.
    case unfinished
    /// It has more fields than there is room for; it ends before `next`.
    case tooManyFields(next: Int)
    /// Something stands behind a closing quote.
    case malformed
}

/// Cuts the bytes of one record into fields. Borders only; values are left where they are.
struct CSVRecordCutter {
    let settings: CSVSettings
    /// Room for the fields of a record.
    let fields: UnsafeMutablePointer<CSVField>
    let fieldLimit: Int
    private(set) var count = 0

    init(settings: CSVSettings, fields: UnsafeMutablePointer<CSVField>, fieldLimit: Int) {
        self.settings = settings
        self.fields = fields
        self.fieldLimit = fieldLimit
    }

    /// Cuts the record that begins at `start`; `end` is the end of the text, and of the record when `isFinal`.
    mutating func cut(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int, isFinal: Bool) -> CSVRecordEnd {
        count = 0
        var position = start
        var overflows = false
        while true {
            var field = CSVField(start: position, end: position, needsResolving: false)
            if let quote = settings.quote, position < end, bytes[position] == quote {
                guard let close = endOfQuoted(bytes, from: position + 1, to: end, quote: quote, field: &field) else {
                    return .unfinished
                }
                position = close
                if position == end, !isFinal { return .unfinished }
                // Blanks behind the closing quote are allowed.
                while position < end, bytes[position] == 32 || bytes[position] == 9,
                    bytes[position] != settings.delimiter
                {
                    position += 1
                }
            } else {
                position = endOfPlain(bytes, from: position, to: end, field: &field)
                if position == end, !isFinal { return .unfinished }
            }
            if count < fieldLimit {
                fields[count] = field
                count += 1
            } else {
                overflows = true
            }
            var next = position
            if position < end {
                let byte = bytes[position]
                if byte == settings.delimiter {
                    position += 1
                    continue
                }
                if byte == 13, position + 1 < end, bytes[position + 1] == 10 {
                    next = position + 2
                } else if byte == 10 || (byte == 13 && position + 1 == end) {
                    next = position + 1
                } else {
                    return .malformed
                }
            }
            return overflows ? .tooManyFields(next: next) : .complete(next: next)
        }
    }

    /// The place behind the closing quote; nil when there is none.
    private func endOfQuoted(
        _ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int, quote: UInt8, field: inout CSVField
    ) -> Int? {
        var position = start
        field.start = start
        while position < end {
            let byte = bytes[position]
            if let escape = settings.escape, byte == escape {
                field.needsResolving = true
                position += 2
            } else if byte != quote {
                position += 1
            } else if position + 1 < end, bytes[position + 1] == quote {
                field.needsResolving = true
                position += 2
            } else {
                field.end = position
                return position + 1
            }
        }
        return nil
    }

    /// The place of the delimiter or line end behind an unquoted field.
    private func endOfPlain(_ bytes: UnsafePointer<UInt8>, from start: Int, to end: Int, field: inout CSVField) -> Int {
        let delimiter = settings.delimiter
        let escape = settings.escape
        var position = start
        while position < end {
            let byte = bytes[position]
            if byte == delimiter || byte == 10 { break }
            if byte == 13, position + 1 == end || bytes[position + 1] == 10 { break }
            if let escape, byte == escape, position + 1 < end {
                field.needsResolving = true
                position += 1
            }
            position += 1
        }
        field.end = min(position, end)
        return field.end
    }

    /// Writes the text behind doubled quotes and escapes to `out` (room for the field); returns its length.
    func resolve(_ field: CSVField, _ bytes: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>) -> Int {
        var position = field.start
        var length = 0
        while position < field.end {
            var byte = bytes[position]
            if let escape = settings.escape, byte == escape, position + 1 < field.end {
                position += 1
                byte = Self.escaped(bytes[position])
            } else if let quote = settings.quote, byte == quote, position + 1 < field.end, bytes[position + 1] == quote
            {
                position += 1
            }
            out[length] = byte
            length += 1
            position += 1
        }
        return length
    }

    private static func escaped(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "r"): 13
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "0"): 0
        default: byte
        }
    }
}
