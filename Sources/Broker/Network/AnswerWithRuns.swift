import CommitLog
import Diagnostics
import KafkaProtocol
import NIOCore

/// The frame of a response whose records, or most of them, stand in the files of the log: they go from there to the
/// socket, which saves three copies of each.
package struct AnswerWithRuns: Sendable {
    /// The frame without its length and without the runs.
    private let frame: [UInt8]
    /// Runs and where in `frame` each belongs, in order.
    private let runs: [(place: Int, run: StoredRun)]

    /// Nil when the runs are not those that the gaps were left for, or not in files of the operating system.
    init?(frame: [UInt8], gaps: [MessageCoder.Gap], runs: [StoredRun]) {
        guard gaps.map(\.byteCount) == runs.map(\.byteCount), runs.allSatisfy({ $0.file.descriptor != nil }) else {
            return nil
        }
        self.frame = frame
        self.runs = zip(gaps, runs).map { ($0.place, $1) }
    }

    /// What the client is sent, without the length in front.
    var byteCount: Int { runs.reduce(frame.count) { $0 + $1.run.byteCount } }

    /// Hands the parts to `write` in their order, each with what must stay alive until it is written.
    func forEachPart(_ allocator: ByteBufferAllocator, _ write: (IOData, OpenRun?) -> Void) {
        var buffer = allocator.buffer(capacity: 4 + frame.count)
        buffer.writeInteger(Int32(truncatingIfNeeded: byteCount))
        var done = 0
        for (place, run) in runs {
            buffer.writeBytes(frame[done..<place])
            done = place
            guard let open = OpenRun(run) else { continue }
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

    init?(_ run: StoredRun) {
        guard let descriptor = run.file.descriptor else { return nil }
        file = run
        region = FileRegion(
            fileHandle: NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor), readerIndex: run.position,
            endIndex: run.position + run.byteCount)
    }

    // The handle must not close what it does not own.
    deinit { _ = try? region.fileHandle.takeDescriptorOwnership() }
}
