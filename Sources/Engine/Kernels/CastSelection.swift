import Columnar
import Diagnostics
import StreamSQL

/// Chooses the kernel of a cast.
enum CastSelection {
    /// True when a value of the source type may have no counterpart, so that CAST fails.
    static func canFail(from: LogicalType, to: LogicalType) -> Bool {
        guard from.isText, from.kind == .text else { return false }
        switch to {
        case .char, .varchar, .binary, .varbinary, .null: return false
        default: return true
        }
    }

    /// The kernel of a cast; nil when the values stay as they are.
    static func kernel(
        from: LogicalType, to: LogicalType, isTry: Bool, zone: TimeZoneRules
    ) throws(MillraceError) -> Kernel? {
        if from == to { return nil }
        if from == .null { return { call in call.makeNullResult() } }
        if from.isText || from.isBinary {
            if to.isText || to.isBinary { return TextCasts.resize(from: from, to: to) }
            if from.isText, let kernel = TextCasts.parse(to: to, isTry: isTry, zone: zone) { return kernel }
        }
        if to.isText, let kernel = TextCasts.write(from: from, to: to, zone: zone) { return kernel }
        if from.isNumber, to.isNumber, let kernel = NumberCasts.kernel(from: from, to: to) { return kernel }
        if let kernel = TimeCasts.kernel(from: from, to: to, zone: zone) { return kernel }
        throw MillraceError(.user, code: "unsupported_cast", "CAST from \(from) to \(to) is not supported")
    }
}

extension LogicalType {
    /// CHAR and VARCHAR.
    var isText: Bool {
        switch self {
        case .char, .varchar: true
        default: false
        }
    }

    var isBinary: Bool {
        switch self {
        case .binary, .varbinary: true
        default: false
        }
    }

    /// Numbers and BOOLEAN, which casts treat as one.
    var isNumber: Bool {
        switch self {
        case .boolean, .tinyint, .smallint, .integer, .bigint, .float, .double, .decimal: true
        default: false
        }
    }

    var isInterval: Bool { self == .intervalMonths || self == .intervalMilliseconds }

    var isInteger: Bool {
        switch self {
        case .tinyint, .smallint, .integer, .bigint: true
        default: false
        }
    }

    /// The number cut to the width of this integer type.
    @inline(__always)
    func wrapped(_ value: Int64) -> Int64 {
        switch self {
        case .tinyint: Int64(Int8(truncatingIfNeeded: value))
        case .smallint: Int64(Int16(truncatingIfNeeded: value))
        case .integer, .intervalMonths, .date: Int64(Int32(truncatingIfNeeded: value))
        default: value
        }
    }
}
