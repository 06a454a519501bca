/// Chunks of memory that records of a table lie in; freed as a whole.
///
/// Belongs to one ``RowStore``, under the lock of its table.
struct RowArena: ~Copyable {
    private var chunks: [UnsafeMutableRawBufferPointer] = []
    private var used = 0
    /// Bytes handed out, dead ones included.
    private(set) var handedOut = 0
    /// Bytes of records that are no longer wanted.
    var dead = 0

    private static let smallestChunk = 4 * 1_024
    private static let largestChunk = 1 << 20

    init() {}

    deinit { for chunk in chunks { chunk.deallocate() } }

    /// Room for a record, uninitialised.
    mutating func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        let last = chunks.last
        if let last, let base = last.baseAddress, last.count - used >= count {
            defer { used += count }
            handedOut += count
            return base + used
        }
        let size = max(count, min(Self.smallestChunk << min(chunks.count, 8), Self.largestChunk))
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 16)
        chunks.append(chunk)
        used = count
        handedOut += count
        // An allocation of at least one byte has an address.
        return chunk.baseAddress.unsafelyUnwrapped
    }

    /// True when it pays to copy what lives and let the rest go.
    var isMostlyDead: Bool { dead > 64 * 1_024 && dead > handedOut / 2 }
}
