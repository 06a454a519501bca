/// Appends fixed-width little-endian numbers and length-prefixed bytes.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init(reserving count: Int = 0) { bytes.reserveCapacity(count) }

    package mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func write(bytes slice: UnsafeRawBufferPointer) {
        write(UInt32(truncatingIfNeeded: slice.count))
        bytes.append(contentsOf: slice)
    }

    /// Appends without a length.
    package mutating func writeRaw(_ slice: UnsafeRawBufferPointer) { bytes.append(contentsOf: slice) }

    package mutating func write(_ array: [UInt8]) { array.withUnsafeBytes { write(bytes: $0) } }

    package mutating func write(_ text: String) { write(Array(text.utf8)) }
}

/// The bytes ended early, or held what cannot be.
package struct DamagedBytesError: Error, Sendable, CustomStringConvertible {
    package var what: String
    package var offset: Int

    package init(what: String, offset: Int) {
        self.what = what
        self.offset = offset
    }

    package var description: String { "damaged bytes: \(what) at \(offset)" }
}

/// Reads what ``ByteWriter`` wrote; throws on every shortfall instead of trapping.
package struct ByteReader {
    package let buffer: UnsafeRawBufferPointer
    package private(set) var offset = 0

    package init(_ buffer: UnsafeRawBufferPointer) { self.buffer = buffer }

    package var remaining: Int { buffer.count - offset }

    package mutating func read<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(DamagedBytesError) -> Number {
        let size = MemoryLayout<Number>.size
        guard remaining >= size else { throw DamagedBytesError(what: "number cut short", offset: offset) }
        let value = buffer.loadUnaligned(fromByteOffset: offset, as: Number.self)
        offset += size
        return Number(littleEndian: value)
    }

    package mutating func readRaw(_ count: Int) throws(DamagedBytesError) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else { throw DamagedBytesError(what: "bytes cut short", offset: offset) }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: buffer[offset..<(offset + count)])
    }

    package mutating func readBytes() throws(DamagedBytesError) -> [UInt8] {
        let count = try read(UInt32.self)
        return Array(try readRaw(Int(count)))
    }

    package mutating func readString() throws(DamagedBytesError) -> String {
        String(decoding: try readBytes(), as: UTF8.self)
    }
}
