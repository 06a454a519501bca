/// The bytes of a state change that folds by key: a sequence of (key, value) and (key, removed).
///
/// Layout of an entry: u32 key length, key, u32 value length (`UInt32.max` = removed), value.
package struct KeyedEntries: Sendable {
    @usableFromInline var writer = ByteWriter()
    @usableFromInline var entries = 0
    package var count: Int { entries }

    package init() {}

    package var bytes: [UInt8] { writer.bytes }
    package var isEmpty: Bool { count == 0 }

    package mutating func put(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        writer.write(bytes: key)
        writer.write(bytes: value)
        entries += 1
    }

    /// Adds an entry whose key and value were written by ByteWriters of the caller's, which keep their memory.
    @inlinable package mutating func put(key: ByteWriter, value: ByteWriter) {
        key.bytes.withUnsafeBytes { writer.write(bytes: $0) }
        value.bytes.withUnsafeBytes { writer.write(bytes: $0) }
        entries += 1
    }

    package mutating func put(key: [UInt8], value: [UInt8]) {
        writer.write(key)
        writer.write(value)
        entries += 1
    }

    package mutating func remove(key: [UInt8]) {
        writer.write(key)
        writer.write(UInt32.max)
        entries += 1
    }

    /// Calls `body` for each entry in order; the value is nil where the key was removed.
    package static func forEach(
        in bytes: UnsafeRawBufferPointer,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws -> Void
    ) throws {
        var reader = ByteReader(bytes)
        while reader.remaining > 0 {
            let keyCount = try reader.read(UInt32.self)
            let key = try reader.readRaw(Int(keyCount))
            let valueCount = try reader.read(UInt32.self)
            if valueCount == .max {
                try body(key, nil)
            } else {
                try body(key, try reader.readRaw(Int(valueCount)))
            }
        }
    }
}
