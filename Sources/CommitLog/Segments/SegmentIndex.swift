/// The sparse index of one segment, by offset and by time, as far as it is in memory.
///
/// Entries that a checkpoint has written to the index file may be dropped from memory and are read back on demand.
struct SegmentIndex: Sendable {
    /// Entries on disk; nil while they are not in memory.
    var stored: [IndexEntry]?
    /// Bytes of the index file that hold them.
    var storedBytes: Int
    /// Entries that are only in memory.
    private(set) var recent: [IndexEntry] = []
    private var lastPosition: Int?
    private var maxTimestamp: Int64

    /// `maxTimestamp` and `bytes` are those of the segment so far.
    init(storedBytes: Int, bytes: Int, maxTimestamp: Int64) {
        self.storedBytes = storedBytes
        stored = storedBytes == 0 ? [] : nil
        // The first batch after a restart gets an entry of its own: where the last one was is not known.
        lastPosition = nil
        self.maxTimestamp = bytes == 0 ? -1 : maxTimestamp
    }

    /// Notes a batch that follows the last one noted.
    mutating func note(baseOffset: Int64, position: Int, batchMaxTimestamp: Int64, intervalBytes: Int) {
        if lastPosition.map({ position - $0 >= intervalBytes }) ?? true {
            recent.append(
                IndexEntry(
                    baseOffset: baseOffset, position: UInt32(truncatingIfNeeded: position),
                    earlierMaxTimestamp: maxTimestamp))
            lastPosition = position
        }
        maxTimestamp = max(maxTimestamp, batchMaxTimestamp)
    }

    /// Where to begin looking for an offset. Nil while the stored entries are needed and not in memory.
    func position(ofOffset offset: Int64) -> Int? {
        search { $0.baseOffset <= offset }
    }

    /// Where to begin looking for the first record that is not older than `timestamp`; nil as above.
    func position(ofTimestamp timestamp: Int64) -> Int? {
        search { $0.earlierMaxTimestamp < timestamp }
    }

    /// The position of the last entry that is `early`, which the first ones are; 0 when none is.
    private func search(_ early: (IndexEntry) -> Bool) -> Int? {
        if let first = recent.first, early(first) { return Self.last(recent, early) }
        guard let stored else { return nil }
        return Self.last(stored, early)
    }

    private static func last(_ entries: [IndexEntry], _ early: (IndexEntry) -> Bool) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if early(entries[middle]) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : Int(entries[low - 1].position)
    }

    /// Takes over that the first `count` recent entries are now on disk, which ends at `storedBytes`.
    mutating func didStore(_ count: Int, storedBytes: Int) {
        stored?.append(contentsOf: recent.prefix(count))
        recent.removeFirst(min(count, recent.count))
        self.storedBytes = storedBytes
    }

    mutating func drop() {
        if storedBytes > 0 { stored = nil }
    }
}
