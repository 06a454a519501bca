import CPlatform

/// Growing memory for the bytes that text views point to. Bytes never move once added.
///
/// One thread adds; any thread may read what was there when the owning column was handed over.
package final class ByteHeap: @unchecked Sendable {
    private var chunks: [UnsafeMutableRawBufferPointer] = []
    private var used = 0
    private let chunkBytes: Int
    /// Bytes taken from the system.
    package private(set) var allocatedBytes = 0

    /// Spare readable bytes behind each chunk, so that readers may load whole words.
    package static let padding = 64

    /// The memory belongs to state that keeps all it ever took in: who shows its bytes may go on doing so, and needs
    /// no copy of them.
    package let isLasting: Bool

    package init(chunkBytes: Int = 16 * 1_024, isLasting: Bool = false) {
        self.chunkBytes = chunkBytes
        self.isLasting = isLasting
    }

    deinit { for chunk in chunks { millrace_piece_free(chunk.baseAddress, chunk.count) } }

    /// `count` fresh bytes, uninitialised, that stay where they are.
    package func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if chunks.isEmpty || used &+ count > chunks[chunks.count - 1].count &- Self.padding {
            let size = max(count, min(chunkBytes << min(chunks.count, 6), 1 << 20)) &+ Self.padding
            chunks.append(UnsafeMutableRawBufferPointer(start: millrace_piece_new(size), count: size))
            allocatedBytes += size
            used = 0
        }
        let place = chunks[chunks.count - 1].baseAddress! + used
        used &+= count
        return place.assumingMemoryBound(to: UInt8.self)
    }

    /// A view of a copy of the bytes.
    package func add(_ bytes: UnsafePointer<UInt8>, count: Int) -> TextView {
        if count <= TextView.inlineLimit { return TextView(bytes, count: count) }
        let place = allocate(count)
        place.update(from: bytes, count: count)
        return TextView(place, count: count)
    }

    /// A view of a copy of the text's UTF-8.
    package func add(_ text: String) -> TextView {
        var text = text
        return text.withUTF8 { buffer in
            guard let base = buffer.baseAddress else { return TextView() }
            return add(base, count: buffer.count)
        }
    }
}
