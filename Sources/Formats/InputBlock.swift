/// Bytes of input with spare room behind them, alive as long as any column points into them.
///
/// One thread fills it; once its columns are handed over it is only read.
package final class InputBlock: @unchecked Sendable {
    package let bytes: UnsafeMutablePointer<UInt8>
    package let capacity: Int
    /// Bytes filled.
    package var count: Int

    /// Readable bytes behind `capacity`, so that decoders may load whole words.
    package static let padding = 64

    package init(capacity: Int) {
        self.capacity = max(capacity, 0)
        let size = self.capacity + Self.padding
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        bytes = memory.bindMemory(to: UInt8.self, capacity: size)
        // The rest is written before it is read; the padding is read whatever it holds.
        (bytes + self.capacity).update(repeating: 0, count: Self.padding)
        count = 0
    }

    /// A block that holds a copy of the bytes.
    package convenience init(copying source: some Collection<UInt8>) {
        self.init(capacity: source.count)
        count = source.count
        _ = UnsafeMutableBufferPointer(start: bytes, count: count).initialize(fromContentsOf: source)
    }

    deinit { UnsafeMutableRawPointer(bytes).deallocate() }
}
