import Columnar
import Diagnostics
import StreamSQL

/// Chooses the kernel of a cast.
enum CastSelection {
    /// True when a value of the source type may have no counterpart, so that CAST fails.
    static func canFail(from: LogicalType, to: LogicalType) -> Bool {
        switch (from, to) {
        case (.array(let old), .array(let new)), (.multiset(let old), .multiset(let new)):
            return canFail(from: old.logical, to: new.logical)
        case (.map(let oldKey, let oldValue), .map(let newKey, let newValue)):
            return canFail(from: oldKey.logical, to: newKey.logical)
                || canFail(from: oldValue.logical, to: newValue.logical)
        case (.row(let old), .row(let new)):
            return zip(old, new).contains { canFail(from: $0.type.logical, to: $1.type.logical) }
        default: break
        }
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
        if from.isNested {
            if to.isNested { return try NestedCasts.kernel(from: from, to: to, isTry: isTry, zone: zone) }
            if to.isText { return NestedCasts.write(from: from, to: to, zone: zone) }
        }
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

    var isNested: Bool {
        switch self {
        case .array, .map, .multiset, .row: true
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
