/// Appends fixed-width little-endian numbers and length-prefixed bytes.
package struct ByteWriter: Sendable {
    // Written for each value of each group of an epoch, so it must be inlined into other targets.
    @usableFromInline var storage: [UInt8] = []

    @inlinable package var bytes: [UInt8] { storage }

    @inlinable package init(reserving count: Int = 0) { storage.reserveCapacity(count) }

    @inlinable package mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { storage.append(contentsOf: $0) }
    }

    @inlinable package mutating func write(bytes slice: UnsafeRawBufferPointer) {
        write(UInt32(truncatingIfNeeded: slice.count))
        storage.append(contentsOf: slice)
    }

    /// Appends without a length.
    @inlinable package mutating func writeRaw(_ slice: UnsafeRawBufferPointer) { storage.append(contentsOf: slice) }

    @inlinable package mutating func write(_ array: [UInt8]) { array.withUnsafeBytes { write(bytes: $0) } }

    /// Forgets what was written and keeps the memory.
    @inlinable package mutating func removeAll() { storage.removeAll(keepingCapacity: true) }

    package mutating func write(_ text: String) { write(Array(text.utf8)) }

    /// Appends what `body` writes, with its length in front: one byte, or 255 and 32 bits from 255 bytes on.
    package mutating func writeCounted(_ body: (inout ByteWriter) -> Void) {
        let start = storage.count
        storage.append(0)
        body(&self)
        let count = storage.count - start - 1
        guard count >= 255 else {
            storage[start] = UInt8(truncatingIfNeeded: count)
            return
        }
        storage[start] = 255
        let length = withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).littleEndian) { Array($0) }
        storage.insert(contentsOf: length, at: start + 1)
    }
}

/// The bytes ended early, or held what cannot be.
@usableFromInline
package struct DamagedBytesError: Error, Sendable, CustomStringConvertible {
    package var what: String
    package var offset: Int

    @usableFromInline
    package init(what: String, offset: Int) {
        self.what = what
        self.offset = offset
    }

    @usableFromInline
    package var description: String { "damaged bytes: \(what) at \(offset)" }
}

/// Reads what ``ByteWriter`` wrote; throws on every shortfall instead of trapping.
package struct ByteReader {
    @usableFromInline package let buffer: UnsafeRawBufferPointer
    @usableFromInline var place = 0
    @inlinable package var offset: Int { place }

    @inlinable package init(_ buffer: UnsafeRawBufferPointer) { self.buffer = buffer }

    @inlinable package var remaining: Int { buffer.count - place }

    @inlinable package mutating func read<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(DamagedBytesError) -> Number {
        let size = MemoryLayout<Number>.size
        guard remaining >= size else { throw DamagedBytesError(what: "number cut short", offset: offset) }
        let value = buffer.loadUnaligned(fromByteOffset: offset, as: Number.self)
        place += size
        return Number(littleEndian: value)
    }

    @inlinable package mutating func readRaw(_ count: Int) throws(DamagedBytesError) -> UnsafeRawBufferPointer {
        guard count >= 0, remaining >= count else { throw DamagedBytesError(what: "bytes cut short", offset: offset) }
        defer { place += count }
        return UnsafeRawBufferPointer(rebasing: buffer[place..<(place + count)])
    }

    package mutating func readBytes() throws(DamagedBytesError) -> [UInt8] {
        let count = try read(UInt32.self)
        return Array(try readRaw(Int(count)))
    }

    /// What ``ByteWriter/writeCounted(_:)`` wrote, without its length.
    package mutating func readCounted() throws(DamagedBytesError) -> UnsafeRawBufferPointer {
        let short = try read(UInt8.self)
        return try readRaw(short < 255 ? Int(short) : Int(try read(UInt32.self)))
    }

    package mutating func readString() throws(DamagedBytesError) -> String {
        String(decoding: try readBytes(), as: UTF8.self)
    }
}
