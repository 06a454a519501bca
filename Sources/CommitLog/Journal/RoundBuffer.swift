/// The bytes of one round, built in place and used again for the next one.
final class RoundBuffer {
    private var memory: UnsafeMutableRawBufferPointer
    private var header: RoundHeader?
    private var filled = 0
    private var table: [UInt8] = []
    /// A buffer that one large round made longer than this is given back after it.
    private let keptBytes: Int

    init(keptBytes: Int) {
        self.keptBytes = keptBytes
        memory = .allocate(byteCount: RoundHeader.blockBytes, alignment: RoundHeader.blockBytes)
    }

    deinit { memory.deallocate() }

    /// Begins a round with its head and table; exactly `header.payloadBytes` must follow.
    func begin(_ header: RoundHeader, table: [UInt8]) {
        reserve(header.totalBytes)
        self.header = header
        self.table = table
        filled = 0
        append(header.encoded(isEnd: false))
        append(table)
    }

    private func reserve(_ count: Int) {
        guard memory.count < count || memory.count > 2 * max(keptBytes, count) else { return }
        memory.deallocate()
        memory = .allocate(byteCount: max(count, min(keptBytes, count * 2)), alignment: RoundHeader.blockBytes)
    }

    private func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    private func append(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= memory.count - filled, "a round that outgrows its head")
        UnsafeMutableRawBufferPointer(rebasing: memory[filled..<(filled + bytes.count)]).copyMemory(from: bytes)
        filled += bytes.count
    }

    /// Copies a batch into the payload and gives its place there, to be changed as the log needs it.
    func appendBatch(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
        let start = filled
        append(bytes)
        return UnsafeMutableRawBufferPointer(rebasing: memory[start..<filled])
    }

    /// A part of the payload.
    func payload(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        let start = header?.payloadStart ?? 0
        precondition(start + range.upperBound <= filled, "a part of the payload that was not written")
        return UnsafeRawBufferPointer(rebasing: memory[(start + range.lowerBound)..<(start + range.upperBound)])
    }

    /// Ends the round; the bytes are valid until the next one begins.
    func finish() -> UnsafeRawBufferPointer {
        guard let header else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        precondition(filled == header.payloadStart + header.payloadBytes, "a round of another length than announced")
        let end = header.totalBytes
        let tail = end - RoundHeader.byteCount - table.count
        UnsafeMutableRawBufferPointer(rebasing: memory[filled..<tail]).initializeMemory(as: UInt8.self, repeating: 0)
        filled = tail
        append(table)
        append(header.encoded(isEnd: true))
        return UnsafeRawBufferPointer(rebasing: memory[..<end])
    }
}
