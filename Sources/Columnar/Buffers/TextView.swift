public import CPlatform

/// A text or byte string in 16 bytes: its length, and either its bytes (up to 12) or its first 4 and an address.
///
/// Words are compared whole, so unused inline bytes are zero. A view does not own the bytes it points to: the
/// column that holds it does (``Column/owners``).
@frozen
public struct TextView {
    /// Length in the low half; bytes 0 to 3 in the high half.
    public var head: UInt64
    /// Bytes 4 to 11, or the address of byte 0.
    public var tail: UInt64

    @inlinable public static var inlineLimit: Int { 12 }

    @inlinable
    public init() {
        head = 0
        tail = 0
    }

    /// A view of `count` bytes at `bytes`, which must outlive it when `count` exceeds 12.
    @inlinable
    public init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        var first: UInt32 = 0
        var rest: UInt64 = 0
        if count > 12 {
            first = UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self)
            rest = UInt64(UInt(bitPattern: bytes))
        } else if count >= 8 {
            first = UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self)
            // The last 8 bytes end at byte 11 at most: shift out those that belong to `first`.
            let last = UnsafeRawPointer(bytes + (count &- 8)).loadUnaligned(as: UInt64.self)
            rest = last >> UInt64(8 &* (12 &- count))
        } else if count >= 4 {
            first = UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self)
            let last = UnsafeRawPointer(bytes + (count &- 4)).loadUnaligned(as: UInt32.self)
            rest = (UInt64(last) << 32) >> UInt64(8 &* (12 &- count))
            rest = count == 4 ? 0 : rest
        } else {
            var index = count
            while index > 0 {
                index &-= 1
                first = (first << 8) | UInt32(bytes[index])
            }
        }
        head = UInt64(UInt32(truncatingIfNeeded: count)) | (UInt64(first) << 32)
        tail = rest
    }

    /// Length in bytes.
    @inlinable public var count: Int { Int(UInt32(truncatingIfNeeded: head)) }
    @inlinable public var isInline: Bool { count <= 12 }

    /// The address of the bytes of the view stored at `place`; valid while that place and the view's owner live.
    @inlinable
    public static func bytes(at place: UnsafePointer<TextView>) -> UnsafePointer<UInt8> {
        let view = place.pointee
        if view.count <= 12 { return UnsafeRawPointer(place).assumingMemoryBound(to: UInt8.self) + 4 }
        return UnsafePointer<UInt8>(bitPattern: UInt(view.tail)).unsafelyUnwrapped
    }

    /// True when both places hold the same bytes.
    @inlinable
    public static func equal(_ a: UnsafePointer<TextView>, _ b: UnsafePointer<TextView>) -> Bool {
        let x = a.pointee
        let y = b.pointee
        if x.head != y.head { return false }
        if x.tail == y.tail { return true }
        let count = x.count
        if count <= 12 { return false }
        return memcmp(
            UnsafeRawPointer(bitPattern: UInt(x.tail)).unsafelyUnwrapped,
            UnsafeRawPointer(bitPattern: UInt(y.tail)).unsafelyUnwrapped, count) == 0
    }

    /// Bytewise order: negative, zero or positive.
    @inlinable
    public static func compare(_ a: UnsafePointer<TextView>, _ b: UnsafePointer<TextView>) -> Int {
        let x = UInt32(truncatingIfNeeded: a.pointee.head >> 32).byteSwapped
        let y = UInt32(truncatingIfNeeded: b.pointee.head >> 32).byteSwapped
        if x != y { return x < y ? -1 : 1 }
        let n = a.pointee.count
        let m = b.pointee.count
        let order = memcmp(bytes(at: a), bytes(at: b), n < m ? n : m)
        return order != 0 ? Int(order) : n &- m
    }

    /// Seeded 64-bit hash of the bytes.
    @inlinable
    public static func hash(at place: UnsafePointer<TextView>, seed: UInt64) -> UInt64 {
        let view = place.pointee
        if view.count <= 12 {
            return millrace_mix(
                view.head ^ 0x9E37_79B9_7F4A_7C15, millrace_mix(view.tail ^ seed, 0xD6E8_FEB8_6659_FD93) ^ view.head)
        }
        return millrace_hash_bytes(bytes(at: place), view.count, seed)
    }
}
