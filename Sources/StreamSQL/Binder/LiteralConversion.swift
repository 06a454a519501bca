import Columnar

/// Casts of constants that are made while planning; what is not done here is left to the engine.
enum LiteralConversion {
    /// The value in another type, or nil when the engine shall do it (or fail).
    static func convert(_ value: LiteralValue, from: LogicalType, to: LogicalType) -> LiteralValue? {
        if value == .null { return .null }
        switch value {
        case .int64(let number) where from.isInteger: return integer(number, to: to)
        case .int128(let nanoseconds) where from.isWideTimestamp: return time(nanoseconds, from: from, to: to)
        case .int128(let unscaled): return decimal(unscaled, from: from, to: to)
        case .text(let bytes) where from.isText: return text(bytes, from: from, to: to)
        case .float64(let number):
            if to == .double { return .float64(number) }
            if to == .float { return .float64(Double(Float(number))) }
            return nil
        case .int64(let number):
            switch (from, to) {
            case (.timestamp(let old), .timestamp(let new)) where new >= old: return time(number, to)
            case (.timestampLTZ(let old), .timestampLTZ(let new)) where new >= old: return time(number, to)
            case (.time(let old), .time(let new)) where new >= old: return .int64(number)
            case (.date, .timestamp):
                let (product, overflow) = number.multipliedReportingOverflow(by: 86_400_000_000)
                return overflow ? nil : time(product, to)
            default: return nil
            }
        default: return nil
        }
    }

    /// Microseconds as a value of a timestamp type that has room for them.
    private static func time(_ microseconds: Int64, _ type: LogicalType) -> LiteralValue {
        type.isWideTimestamp ? .int128(WideTime.join(microseconds)) : .int64(microseconds)
    }

    private static func time(_ nanoseconds: Int128, from: LogicalType, to: LogicalType) -> LiteralValue? {
        switch (from, to) {
        case (.timestamp(let old), .timestamp(let new)) where new >= old: .int128(nanoseconds)
        case (.timestampLTZ(let old), .timestampLTZ(let new)) where new >= old: .int128(nanoseconds)
        default: nil
        }
    }

    private static func integer(_ number: Int64, to: LogicalType) -> LiteralValue? {
        switch to {
        case .tinyint: return .int64(Int64(Int8(truncatingIfNeeded: number)))
        case .smallint: return .int64(Int64(Int16(truncatingIfNeeded: number)))
        case .integer: return .int64(Int64(Int32(truncatingIfNeeded: number)))
        case .bigint: return .int64(number)
        case .float: return .float64(Double(Float(number)))
        case .double: return .float64(Double(number))
        case .decimal(let precision, let scale):
            guard let factor = powerOfTen(scale) else { return nil }
            let (product, overflow) = Int128(number).multipliedReportingOverflow(by: factor)
            return overflow || !fits(product, precision: precision) ? nil : .int128(product)
        default: return nil
        }
    }

    private static func decimal(_ unscaled: Int128, from: LogicalType, to: LogicalType) -> LiteralValue? {
        guard case .decimal(_, let scale) = from else { return nil }
        switch to {
        case .decimal(let precision, let newScale):
            guard newScale >= scale, let factor = powerOfTen(newScale - scale) else { return nil }
            let (product, overflow) = unscaled.multipliedReportingOverflow(by: factor)
            return overflow || !fits(product, precision: precision) ? nil : .int128(product)
        case .double:
            return Double(decimalText(unscaled, scale: scale)).map { .float64($0) }
        case .float:
            return Float(decimalText(unscaled, scale: scale)).map { .float64(Double($0)) }
        default: return nil
        }
    }

    private static func text(_ bytes: [UInt8], from: LogicalType, to: LogicalType) -> LiteralValue? {
        switch to {
        case .char(let length), .varchar(let length):
            guard let old = from.textLength else { return nil }
            if case .char = to { return old == length ? .text(bytes) : nil }
            return old <= length ? .text(bytes) : nil
        case .date: return TemporalText.date(bytes).map { .int64($0) }
        case .time: return TemporalText.time(bytes).map { .int64($0) }
        case .timestamp(let precision):
            return TemporalText.literal(bytes, precision: precision)
        default: return nil
        }
    }

    /// Ten to a power that an Int128 holds.
    static func powerOfTen(_ exponent: Int) -> Int128? {
        guard (0...38).contains(exponent) else { return nil }
        var result: Int128 = 1
        for _ in 0..<exponent { result &*= 10 }
        return result
    }

    static func fits(_ unscaled: Int128, precision: Int) -> Bool {
        guard let limit = powerOfTen(min(precision, 38)) else { return false }
        return unscaled > -limit && unscaled < limit
    }

    /// A decimal in digits with its point.
    static func decimalText(_ unscaled: Int128, scale: Int) -> String {
        var digits = String(unscaled.magnitude)
        if scale > 0 {
            if digits.utf8.count <= scale {
                digits = String(repeating: "0", count: scale + 1 - digits.utf8.count) + digits
            }
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
        }
        return unscaled < 0 ? "-" + digits : digits
    }
}
