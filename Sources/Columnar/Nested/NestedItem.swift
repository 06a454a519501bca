import CPlatform

/// One element, field, key or column value: a scalar in two words, or the address and length of bytes.
///
/// It says neither its type nor its kind; whoever made it knows. An item of bytes points into the value or column it was
/// read from, which must outlive it.
package struct NestedItem {
    package var isNull: Bool
    /// BOOLEAN as 0 or 1, an integer, the bits of a float, the low half of a decimal, or the address of the bytes.
    package var low: UInt64
    /// The high half of a decimal, or how many bytes there are.
    package var high: UInt64

    package static let null = NestedItem(isNull: true, low: 0, high: 0)

    @inline(__always)
    package init(isNull: Bool, low: UInt64, high: UInt64) {
        self.isNull = isNull
        self.low = low
        self.high = high
    }

    @inline(__always) package init(_ value: Bool) { self.init(isNull: false, low: value ? 1 : 0, high: 0) }
    @inline(__always)
    package init(_ value: Int64) { self.init(isNull: false, low: UInt64(bitPattern: value), high: 0) }

    /// All NaNs are one value.
    @inline(__always)
    package init(_ value: Double) {
        self.init(isNull: false, low: value.isNaN ? Double.nan.bitPattern : value.bitPattern, high: 0)
    }

    @inline(__always)
    package init(_ value: Int128) {
        self.init(
            isNull: false, low: UInt64(truncatingIfNeeded: value), high: UInt64(truncatingIfNeeded: value >> 64))
    }

    @inline(__always)
    package init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        self.init(isNull: false, low: UInt64(UInt(bitPattern: bytes)), high: UInt64(UInt(bitPattern: max(0, count))))
    }

    @inline(__always) package var bool: Bool { low != 0 }
    @inline(__always) package var int64: Int64 { Int64(bitPattern: low) }
    @inline(__always) package var float64: Double { Double(bitPattern: low) }
    @inline(__always) package var int128: Int128 {
        Int128(truncatingIfNeeded: high) << 64 | Int128(truncatingIfNeeded: low)
    }

    /// The bytes of an item of the kind text.
    @inline(__always) package var bytes: UnsafeBufferPointer<UInt8> {
        guard !isNull, let start = UnsafePointer<UInt8>(bitPattern: UInt(truncatingIfNeeded: low)) else {
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        return UnsafeBufferPointer(start: start, count: Int(truncatingIfNeeded: high))
    }

    /// True when both are NULL, or values of one kind that are equal.
    package static func equal(_ a: NestedItem, _ b: NestedItem, _ kind: PhysicalKind) -> Bool {
        if a.isNull || b.isNull { return a.isNull && b.isNull }
        guard kind == .text else { return a.low == b.low && a.high == b.high }
        guard a.high == b.high else { return false }
        guard a.high > 0, let first = a.bytes.baseAddress, let second = b.bytes.baseAddress else { return true }
        return memcmp(first, second, a.bytes.count) == 0
    }

    /// Below, at or above zero as `a` comes before, with or behind `b`: NULL first, numbers by value with NaN last,
    /// everything else bytewise. A total order, by which the entries of maps lie.
    package static func compare(_ a: NestedItem, _ b: NestedItem, _ kind: PhysicalKind) -> Int {
        if a.isNull || b.isNull { return (a.isNull ? 0 : 1) - (b.isNull ? 0 : 1) }
        switch kind {
        case .bits: return order(a.low, b.low)
        case .int64: return order(a.int64, b.int64)
        case .int128: return order(a.int128, b.int128)
        case .float64:
            let (first, second) = (a.float64, b.float64)
            if first.isNaN || second.isNaN { return (first.isNaN ? 1 : 0) - (second.isNaN ? 1 : 0) }
            if first != second { return first < second ? -1 : 1 }
            // -0.0 comes before 0.0.
            return order(b.low >> 63, a.low >> 63)
        case .text:
            let (first, second) = (a.bytes, b.bytes)
            if let left = first.baseAddress, let right = second.baseAddress {
                let result = memcmp(left, right, min(first.count, second.count))
                if result != 0 { return Int(result) }
            }
            return order(first.count, second.count)
        }
    }

    @inline(__always)
    private static func order<Value: Comparable>(_ a: Value, _ b: Value) -> Int { a < b ? -1 : a == b ? 0 : 1 }
}
