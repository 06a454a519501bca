import KafkaProtocol
import NIOCore

/// Cuts what comes over a connection into frames: four bytes of length, then so many bytes.
struct FrameReader {
    private var buffer = ByteBuffer()
    var limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func append(_ more: inout ByteBuffer) {
        if buffer.readableBytes == 0 { buffer = more } else { buffer.writeBuffer(&more) }
    }

    /// Bytes that wait for the rest of their frame.
    var waitingBytes: Int { buffer.readableBytes }

    /// The next whole frame, without its length; nil when there is none yet. A length that is no length, or beyond the
    /// limit, is an error before anything is kept for it.
    mutating func next() throws(WireError) -> [UInt8]? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: Int32.self) else { return nil }
        guard length >= 0, Int(length) <= limit else { throw WireError("a frame of \(length) bytes", at: 0) }
        guard buffer.readableBytes >= 4 + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        let frame = buffer.readBytes(length: Int(length))
        buffer.discardReadBytes()
        return frame
    }
}
