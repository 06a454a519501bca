import CommitLog
import Diagnostics
import KafkaProtocol
import NIOCore

/// The frame of a response whose records, or most of them, stand in the files of the log: they go from there to the
/// socket, which saves three copies of each.
package struct AnswerWithRuns: Sendable {
    /// The frame without its length and without the runs.
    private let frame: [UInt8]
    /// A run, the open file it is in, and where in `frame` it belongs.
    private struct Part {
        var place: Int
        var run: StoredRun
        var descriptor: CInt
    }

    /// In the order of their places.
    private let parts: [Part]

    /// Nil when the runs are not those that the gaps were left for, or not in files of the operating system.
    init?(frame: [UInt8], gaps: [MessageCoder.Gap], runs: [StoredRun]) {
        let parts = zip(gaps, runs).compactMap { gap, run in
            gap.byteCount == run.byteCount
                ? run.file.descriptor.map { Part(place: gap.place, run: run, descriptor: $0) } : nil
        }
        guard gaps.count == runs.count, parts.count == runs.count else { return nil }
        self.frame = frame
        self.parts = parts
    }

    /// What the client is sent, without the length in front.
    var byteCount: Int { parts.reduce(frame.count) { $0 + $1.run.byteCount } }

    /// Hands the parts to `write` in their order, each with what must stay alive until it is written.
    func forEachPart(_ allocator: ByteBufferAllocator, _ write: (IOData, OpenRun?) -> Void) {
        var buffer = allocator.buffer(capacity: 4 + frame.count)
        buffer.writeInteger(Int32(truncatingIfNeeded: byteCount))
        var done = 0
        for part in parts {
            buffer.writeBytes(frame[done..<part.place])
            done = part.place
            let open = OpenRun(part.run, part.descriptor)
            write(.byteBuffer(buffer), nil)
            write(.fileRegion(open.region), open)
            buffer = allocator.buffer(capacity: frame.count - done)
        }
        buffer.writeBytes(frame[done...])
        if buffer.readableBytes > 0 { write(.byteBuffer(buffer), nil) }
    }
}

/// A run as the socket takes it. The file stays the log's, and open as long as this lives.
final class OpenRun {
    let region: FileRegion
    private let file: StoredRun

    init(_ run: StoredRun, _ descriptor: CInt) {
        file = run
        region = FileRegion(
            fileHandle: NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor), readerIndex: run.position,
            endIndex: run.position + run.byteCount)
    }

    // The handle must not close what it does not own.
    deinit { _ = try? region.fileHandle.takeDescriptorOwnership() }
}
