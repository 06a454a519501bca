/// A match under way, or one that is complete and waits for an earlier one to be decided.
struct PartialMatch: BitwiseCopyable {
    /// Of the automaton.
    var state: Int32
    /// The last row taken.
    var node: Int32
    /// Number of the first row in its partition: matches are ordered by it.
    var startOrdinal: Int64
    /// Time of the first row, microseconds.
    var startTime: Int64
}

/// What is known of the rows of one partition.
struct MatchPartition {
    /// In the order of their first rows.
    var open: [PartialMatch] = []
    /// Complete ones that an earlier open one still holds back.
    var complete: [PartialMatch] = []
    /// Rows matched so far.
    var ordinal: Int64 = 0
    /// Time of the last of them; rows up to it come too late.
    var lastTime = Int64.min
    /// Rows that wait for the watermark.
    var waitingRows: Int32 = 0
    /// Whether the store has an entry of it.
    var isSaved = false
    var isUnsaved = false

    /// Whether nothing is under way.
    var isIdle: Bool { open.isEmpty && complete.isEmpty }
}
