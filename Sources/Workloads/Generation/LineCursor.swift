/// Writes the bytes of one line into memory its owner has made room in.
///
/// Unchecked on purpose: the owner reserves `longestLine` bytes and every field a caller writes has a bound.
struct LineCursor {
    /// No generated line is longer, the deliberately oversized ones apart.
    static let longestLine = 2_048

    private(set) var position: UnsafeMutablePointer<UInt8>
    private let digits: UnsafePointer<UInt8>

    /// A cursor at `position`; `digits` are the two hundred characters of "00" to "99".
    init(_ position: UnsafeMutablePointer<UInt8>, digits: UnsafePointer<UInt8>) {
        self.position = position
        self.digits = digits
    }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        position.update(from: text.utf8Start, count: length)
        position += length
    }

    @inline(__always)
    mutating func put(byte: UInt8) {
        position.pointee = byte
        position += 1
    }

    /// Eight characters packed into a word, the first in the lowest byte.
    @inline(__always)
    mutating func put(packed: UInt64) {
        UnsafeMutableRawPointer(position).storeBytes(of: packed.littleEndian, as: UInt64.self)
        position += 8
    }

    /// Two digits of a number below 100.
    @inline(__always)
    mutating func put2(_ value: UInt32) {
        let pair = UnsafeRawPointer(digits).loadUnaligned(fromByteOffset: Int(value) &* 2, as: UInt16.self)
        UnsafeMutableRawPointer(position).storeBytes(of: pair, as: UInt16.self)
        position += 2
    }

    /// Three digits of a number below 1,000.
    @inline(__always)
    mutating func put3(_ value: UInt32) {
        put(byte: UInt8(truncatingIfNeeded: 48 &+ value / 100))
        put2(value % 100)
    }

    /// Eight digits of a number below 100,000,000.
    @inline(__always)
    mutating func put8(_ value: UInt32) {
        let high = value / 10_000
        let low = value % 10_000
        put2(high / 100)
        put2(high % 100)
        put2(low / 100)
        put2(low % 100)
    }

    /// A number below 1,000,000 without leading zeros.
    @inline(__always)
    mutating func put(number value: UInt32) {
        if value >= 100_000 { put(byte: UInt8(truncatingIfNeeded: 48 &+ value / 100_000 % 10)) }
        if value >= 10_000 { put(byte: UInt8(truncatingIfNeeded: 48 &+ value / 10_000 % 10)) }
        if value >= 1_000 { put(byte: UInt8(truncatingIfNeeded: 48 &+ value / 1_000 % 10)) }
        if value >= 100 { put(byte: UInt8(truncatingIfNeeded: 48 &+ value / 100 % 10)) }
        if value >= 10 { put(byte: UInt8(truncatingIfNeeded: 48 &+ value / 10 % 10)) }
        put(byte: UInt8(truncatingIfNeeded: 48 &+ value % 10))
    }
}
