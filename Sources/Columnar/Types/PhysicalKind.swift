/// How the values of a column lie in memory. Five shapes keep the number of kernels small.
package enum PhysicalKind: UInt8, Sendable, Hashable {
    /// BOOLEAN: one bit per row, 64 rows a word.
    case bits
    /// Integers, dates (days), times (ms), timestamps up to precision 6 (microseconds), intervals: `Int64`.
    /// Narrower integers are kept sign-extended; arithmetic wraps at their own width.
    case int64
    /// FLOAT (rounded after each operation) and DOUBLE: `Double`.
    case float64
    /// DECIMAL: unscaled `Int128`. Timestamps of more than six digits: nanoseconds.
    case int128
    /// Texts and byte strings: 16-byte ``TextView``. Nested values too, in the binary form of their format.
    case text
}

extension LogicalType {
    /// The shape of this type's columns.
    package var kind: PhysicalKind {
        switch self {
        case .boolean: .bits
        case .timestamp(let precision) where precision > Self.microsecondPrecision,
            .timestampLTZ(let precision) where precision > Self.microsecondPrecision:
            .int128
        case .tinyint, .smallint, .integer, .bigint, .date, .time, .timestamp, .timestampLTZ, .intervalMonths,
            .intervalMilliseconds, .null:
            .int64
        case .float, .double: .float64
        case .decimal: .int128
        case .char, .varchar, .binary, .varbinary, .array, .map, .multiset, .row: .text
        }
    }
}

extension LogicalType {
    /// The last precision of timestamps whose values are microseconds; beyond it they are nanoseconds, for which
    /// `Int64` has room for 600 years only.
    package static let microsecondPrecision = 6

    /// TIMESTAMP and TIMESTAMP_LTZ whose values are `Int128` nanoseconds.
    package var isWideTimestamp: Bool {
        switch self {
        case .timestamp, .timestampLTZ: kind == .int128
        default: false
        }
    }
}

extension PhysicalKind {
    /// Bytes of one value; 0 for bits.
    package var byteWidth: Int {
        switch self {
        case .bits: 0
        case .int64, .float64: 8
        case .int128, .text: 16
        }
    }
}
