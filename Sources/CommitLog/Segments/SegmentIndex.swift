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

    /// The last batch that begins at `offset` or before it, of those that are indexed. Nil while the stored entries
    /// are needed and not in memory.
    func start(ofOffset offset: Int64) -> Start? {
        search { $0.baseOffset <= offset }
    }

    /// The last batch in front of which everything is older than `timestamp`; nil as above.
    func start(ofTimestamp timestamp: Int64) -> Start? {
        search { $0.earlierMaxTimestamp < timestamp }
    }

    /// The base offset of the batch at a position, where an entry tells it.
    func baseOffset(at position: Int) -> Int64? {
        for entries in [recent, stored ?? []] {
            let index = Self.firstIndex(entries) { Int($0.position) < position }
            if index < entries.count, Int(entries[index].position) == position { return entries[index].baseOffset }
        }
        return nil
    }

    /// Where a search begins: at an entry, or at the front of the segment.
    enum Start {
        case front
        case entry(IndexEntry)
    }

    /// The last entry that is `early`, which the first ones are.
    private func search(_ early: (IndexEntry) -> Bool) -> Start? {
        if let first = recent.first, early(first) { return Self.last(recent, early) }
        guard let stored else { return nil }
        return Self.last(stored, early)
    }

    private static func last(_ entries: [IndexEntry], _ early: (IndexEntry) -> Bool) -> Start {
        let index = firstIndex(entries, early)
        return index == 0 ? .front : .entry(entries[index - 1])
    }

    private static func firstIndex(_ entries: [IndexEntry], _ early: (IndexEntry) -> Bool) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if early(entries[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
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
