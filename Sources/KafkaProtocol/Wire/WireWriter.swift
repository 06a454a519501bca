/// Writes numbers in the byte order of the wire.
package struct WireWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    package mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func writeUnsignedVarint(_ value: UInt32) { writeGroups(UInt64(value)) }

    package mutating func writeVarint(_ value: Int32) {
        writeGroups(UInt64(UInt32(bitPattern: (value << 1) ^ (value >> 31))))
    }

    package mutating func writeVarlong(_ value: Int64) { writeGroups(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    package mutating func writeRaw(_ raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }

    package mutating func writeRaw(_ raw: [UInt8]) { bytes.append(contentsOf: raw) }

    /// Puts a number over what was written at `offset` before; the place must exist.
    package mutating func overwrite<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        let end = offset + MemoryLayout<Value>.size
        precondition(offset >= 0 && end <= bytes.count, "overwriting what was not written")
        withUnsafeBytes(of: value.bigEndian) { bytes.replaceSubrange(offset..<end, with: $0) }
    }

    private mutating func writeGroups(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
