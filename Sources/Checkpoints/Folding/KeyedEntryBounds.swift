/// Where one entry of a keyed state lies in a buffer.
struct KeyedEntryBounds {
    var key: Range<Int>
    var isRemoval: Bool
    /// The first byte after the entry.
    var end: Int

    /// Nil when the buffer ends before the entry does.
    init?(in buffer: UnsafeRawBufferPointer, at offset: Int) {
        guard offset >= 0, buffer.count - offset >= 8 else { return nil }
        let keyCount = Int(UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        let keyStart = offset + 4
        guard buffer.count - keyStart - 4 >= keyCount else { return nil }
        let valueLengthAt = keyStart + keyCount
        let valueCount = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: valueLengthAt, as: UInt32.self))
        key = keyStart..<valueLengthAt
        isRemoval = valueCount == .max
        let valueStart = valueLengthAt + 4
        let valueBytes = isRemoval ? 0 : Int(valueCount)
        guard buffer.count - valueStart >= valueBytes else { return nil }
        end = valueStart + valueBytes
    }
}
