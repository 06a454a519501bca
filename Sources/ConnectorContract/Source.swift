package import Columnar

/// Where the rows of one scan come from. Made once per job; its readers run side by side, each on its own thread.
package protocol Source: AnyObject, Sendable {
    /// True when the rows end some day.
    var isBounded: Bool { get }

    /// Opens `parallelism` readers. `positions` is what the readers returned at the epoch that is restored
    /// (from any number of readers: a source must be able to deal them out anew), empty for a fresh start.
    func open(parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder) throws -> [any SourceReader]

    /// Differs when a reading from the start may give other rows than before; nil where nobody can tell. Cheap.
    func stamp() throws -> UInt64?

    /// Finds rows by these columns of the scan, in this order; nil unless they are the key by which the table finds rows.
    func rows(byKey columns: [Int]) -> (any KeyedRows)?
}

/// One of the readers of a source; all calls come from one thread.
package protocol SourceReader: AnyObject {
    /// The next rows. Waits for them up to `waitMilliseconds`, never longer.
    func poll(waitMilliseconds: Int) throws -> SourcePoll

    /// The splits of this reader that may still deliver rows, also those not yet begun. A watermark is held back
    /// by every open split, so that no row of a later split counts as late; idle ones do not hold it back.
    var openSplits: [SplitStatus] { get }

    /// Where this reader stands: all rows delivered so far are before it, all others behind. Called between polls.
    func position() throws -> [UInt8]

    /// An epoch that holds the last ``position()`` is durable: others outside may be told. Nothing may depend on it.
    func committed()

    /// Event time has come so far in a split of this reader, in microseconds: readers of one source may choose by it
    /// what they read next, so that none runs ahead of the others. Called after each batch where there are watermarks.
    func reached(_ time: Int64, split: Int)

    /// Figures for the console.
    var progress: SourceProgress { get }
}

extension SourceReader {
    package func committed() {}
    package func reached(_ time: Int64, split: Int) {}
}

/// What a poll brought.
package enum SourcePoll {
    /// Rows of one split, in the order of the split.
    case batch(Batch, split: Int)
    /// Nothing now; more may come.
    case idle
    /// Nothing any more.
    case finished
}

/// One part of a source, read in order: a file, a range of a file, a partition.
package struct SplitStatus: Sendable, Equatable {
    package var id: Int
    /// True when it has delivered all there is for now, for longer than the idle timeout.
    package var isIdle: Bool
    /// Where others read it too, or will: how far event time has come in it, in microseconds.
    package var reached: Int64?

    package init(id: Int, isIdle: Bool, reached: Int64? = nil) {
        self.id = id
        self.isIdle = isIdle
        self.reached = reached
    }
}

/// How far a reader has come.
package struct SourceProgress: Sendable, Equatable {
    /// Files or partitions being read.
    package var splits = 0
    package var rowsRead: UInt64 = 0
    package var bytesRead: UInt64 = 0
    /// Bytes that are there to read and have not been read.
    package var lagBytes: UInt64 = 0
    package var rowsRejected: UInt64 = 0
    /// Wall time of the newest row read, milliseconds since 1970; nil before the first.
    package var lastRowAtMilliseconds: Int64?
    /// What keeps it from reading for now, in words for people; nil while nothing does.
    package var problem: String?

    package init() {}
}
