package import Diagnostics

/// Whole batches as they are stored, and where the partition stands.
package struct FetchedBatches: Sendable {
    /// Batches one after another; the first holds the offset that was asked for, perhaps in its middle. Empty at the
    /// end of what may be read.
    package var bytes: [UInt8] = []
    /// The same where it was asked to stay in its file: then `bytes` is empty.
    package var run: StoredRun?
    /// The offset behind the last batch in `bytes`; what to ask for next.
    package var nextOffset: Int64
    package var highWatermark: Int64
    package var lastStableOffset: Int64
    package var logStart: Int64
    /// For readers of committed records: the transactions whose records in `bytes` they must skip.
    package var abortedTransactions: [AbortedTransaction] = []

    /// Bytes of all batches, wherever they are.
    package var byteCount: Int { run?.byteCount ?? bytes.count }
}

/// Whole batches one after another in a file, checked there. What is committed is never written over, so they stay what
/// they are as long as the file is open, also when the log has removed it.
package struct StoredRun: Sendable {
    package var file: any File
    package var position: Int
    package var byteCount: Int
}

/// Which records a reader sees.
package enum Isolation: Sendable {
    case readUncommitted
    case readCommitted
}

/// An offset with the time of its record and the epoch it was written in.
package struct OffsetAndTime: Sendable, Equatable {
    package var offset: Int64
    package var milliseconds: Int64
    package var leaderEpoch: Int32
}
