import CSimdjson
import Columnar
import Diagnostics

/// How the values of one column are made from text.
struct ColumnTarget {
    let field: Field
    /// The same for the C side; its name is nil, since the bytes of a `String` do not stay.
    let native: millrace_field

    init(_ field: Field, isISO: Bool) throws(MillraceError) {
        self.field = field
        var native = millrace_field()
        native.parent = -1
        native.iso = isISO ? 1 : 0
        switch field.type.logical {
        case .boolean: native.kind = UInt8(MILLRACE_BOOLEAN.rawValue)
        case .tinyint: native.kind = UInt8(MILLRACE_INT8.rawValue)
        case .smallint: native.kind = UInt8(MILLRACE_INT16.rawValue)
        case .integer, .intervalMonths: native.kind = UInt8(MILLRACE_INT32.rawValue)
        case .bigint, .intervalMilliseconds: native.kind = UInt8(MILLRACE_INT64.rawValue)
        case .float: native.kind = UInt8(MILLRACE_FLOAT32.rawValue)
        case .double: native.kind = UInt8(MILLRACE_FLOAT64.rawValue)
        case .decimal(let precision, let scale):
            native.kind = UInt8(MILLRACE_DECIMAL.rawValue)
            native.precision = UInt8(clamping: precision)
            native.scale = UInt8(clamping: scale)
        case .char, .varchar: native.kind = UInt8(MILLRACE_TEXT.rawValue)
        case .binary, .varbinary: native.kind = UInt8(MILLRACE_BYTES.rawValue)
        case .date: native.kind = UInt8(MILLRACE_DATE.rawValue)
        case .time(let precision):
            native.kind = UInt8(MILLRACE_TIME.rawValue)
            native.precision = UInt8(clamping: precision)
        case .timestamp(let precision):
            let kind = field.type.logical.isWideTimestamp ? MILLRACE_WIDE_TIMESTAMP : MILLRACE_TIMESTAMP
            native.kind = UInt8(kind.rawValue)
            native.precision = UInt8(clamping: precision)
        case .timestampLTZ(let precision):
            let kind = field.type.logical.isWideTimestamp ? MILLRACE_WIDE_TIMESTAMP_LTZ : MILLRACE_TIMESTAMP_LTZ
            native.kind = UInt8(kind.rawValue)
            native.precision = UInt8(clamping: precision)
        case .array, .map, .multiset, .row, .null:
            throw MillraceError(
                .user, code: "unsupported_type",
                "column '\(field.name)' has type \(field.type), which formats cannot read yet",
                hint: "declare it STRING to get its JSON text, or leave the column out")
        }
        self.native = native
    }

    var isText: Bool { native.kind == UInt8(MILLRACE_TEXT.rawValue) }
    var isBytes: Bool { native.kind == UInt8(MILLRACE_BYTES.rawValue) }

    /// What to say about a text that is no value of this column.
    func complaint(_ text: UnsafeBufferPointer<UInt8>) -> String { Self.complaint(field, text) }

    static func complaint(_ field: Field, _ text: UnsafeBufferPointer<UInt8>) -> String {
        let shown = UnsafeBufferPointer(rebasing: text.prefix(64))
        let more = text.count > 64 ? "…" : ""
        return "column '\(field.name)' wants \(field.type), got '\(String(decoding: shown, as: UTF8.self))\(more)'"
    }
}

/// How many rows to make room for, from the length of the lines seen so far.
struct RowEstimate {
    private var bytesPerLine = 96

    func capacity(bytes: Int) -> Int {
        let rows = bytes / bytesPerLine &* 9 / 8 &+ 64
        return min(Limits.batchRows, (rows &+ 63) & ~63)
    }

    mutating func learn(bytes: Int, lines: Int) {
        guard lines > 0 else { return }
        bytesPerLine = max(1, (bytesPerLine &* 3 &+ bytes / lines) / 4)
    }
}
