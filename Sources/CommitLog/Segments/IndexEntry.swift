/// One batch of a segment that a search can begin at.
struct IndexEntry: Sendable, Equatable {
    static let byteCount = 20

    var baseOffset: Int64
    var position: UInt32
    /// The latest time of all batches in front of this one in the segment; it never falls from entry to entry.
    var earlierMaxTimestamp: Int64
}

/// Entries of an index as a block in its file: u32 count, u32 CRC-32C of the entries, then the entries.
///
/// An index is a shortcut, never the truth: what does not check out is built again from the segment.
enum IndexBlock {
    private static let headerBytes = 8

    static func encode(_ entries: [IndexEntry]) -> [UInt8] {
        var body = StateWriter()
        for entry in entries {
            body.write(entry.baseOffset)
            body.write(entry.position)
            body.write(entry.earlierMaxTimestamp)
        }
        var writer = StateWriter()
        writer.write(UInt32(truncatingIfNeeded: entries.count))
        writer.write(Checksum.of(body.bytes))
        writer.writeRaw(body.bytes)
        return writer.bytes
    }

    /// All entries of an index file; nil when anything in it is not as it was written.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> [IndexEntry]? {
        var reader = StateReader(bytes)
        var entries: [IndexEntry] = []
        do {
            while reader.remaining > 0 {
                let count = Int(try reader.read(UInt32.self))
                let sum = try reader.read(UInt32.self)
                // Zeros, which a file that was not synced may hold, would be an empty block.
                guard count > 0, count <= reader.remaining / IndexEntry.byteCount else { return nil }
                let end = reader.offset + count * IndexEntry.byteCount
                guard Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[reader.offset..<end])) == sum else {
                    return nil
                }
                for _ in 0..<count {
                    let entry = IndexEntry(
                        baseOffset: try reader.read(), position: try reader.read(),
                        earlierMaxTimestamp: try reader.read())
                    if let last = entries.last, last.baseOffset >= entry.baseOffset || last.position >= entry.position {
                        return nil
                    }
                    entries.append(entry)
                }
            }
        } catch {
            return nil
        }
        return entries
    }
}
