/// Reads numbers in the byte order of the wire, one after another, from bytes that nobody vouches for.
///
/// Every read that does not fit throws; nothing traps and nothing is allocated by a length before the bytes are seen
/// to be there. The buffer must outlive the reader.
package struct WireReader {
    private let bytes: UnsafeRawBufferPointer
    package private(set) var offset = 0

    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    package var remaining: Int { bytes.count - offset }

    /// A big-endian integer.
    package mutating func read<Value: FixedWidthInteger>(
        _ type: Value.Type = Value.self
    ) throws(WireError) -> Value {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw WireError("the bytes end in the middle of a number", at: offset) }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
        offset += size
        return Value(bigEndian: value)
    }

    /// An unsigned number of up to five bytes, seven bits in each, the lowest first.
    package mutating func readUnsignedVarint() throws(WireError) -> UInt32 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 28, by: 7) {
            let byte: UInt8 = try read()
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                guard value <= UInt64(UInt32.max) else { break }
                return UInt32(truncatingIfNeeded: value)
            }
        }
        throw WireError("a number of too many bits", at: offset)
    }

    /// A signed number as ``readUnsignedVarint()``, zig-zag coded.
    package mutating func readVarint() throws(WireError) -> Int32 {
        let raw = try readUnsignedVarint()
        return Int32(bitPattern: raw >> 1) ^ -Int32(bitPattern: raw & 1)
    }

    /// A signed number of up to ten bytes, zig-zag coded.
    package mutating func readVarlong() throws(WireError) -> Int64 {
        var raw: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let byte: UInt8 = try read()
            guard shift < 63 || byte <= 1 else { break }
            raw |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1) }
        }
        throw WireError("a number of too many bits", at: offset)
    }

    /// The next `count` bytes, still in place.
    package mutating func readRaw(_ count: Int) throws(WireError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else { throw WireError("the bytes end too early", at: offset) }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
    }

    package mutating func skip(_ count: Int) throws(WireError) { _ = try readRaw(count) }
}
