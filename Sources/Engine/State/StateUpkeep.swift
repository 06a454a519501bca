import ConnectorContract

/// When a state that is stored as a list of changes is better written anew.
///
/// Changes are appended and never compared while the job is hot. Once they outweigh what is alive, the state is written
/// whole and what was stored before goes: each byte written costs half a byte more at most, and stored are never more
/// than three times what is alive and ``leastBytes`` for each instance.
struct StateUpkeep {
    /// Changes of so many bytes are no reason yet.
    static let leastBytes = 16 << 20

    private let leastBytes: Int
    /// Bytes of changes stored since the state was last written whole, with those of that time.
    private var stored = 0
    /// Bytes and rows of the last changes, for what a row takes.
    private var lastBytes = 0
    private var lastRows = 0

    private static let tellingRows = 1_024

    /// Another one for each instance and start: tells apart what they wrote.
    let ownNumber: UInt64

    init(leastBytes: Int = Self.leastBytes, ownNumber: UInt64 = 0) {
        self.leastBytes = leastBytes
        self.ownNumber = ownNumber
    }

    /// The state was restored from so many bytes, which are shared by some instances.
    mutating func restored(_ changes: [StateChange], named name: String, _ ownership: Ownership) {
        let bytes = changes.reduce(0) { $0 + ($1.name == name ? $1.bytes.count : 0) }
        stored = bytes / max(1, ownership.count)
    }

    /// Marks changes of some rows, or the whole of a state that holds `liveRows`, for the store.
    mutating func mark(
        _ changes: [StateChange], name: String, fold: StateChange.Fold, rows: Int, liveRows: Int, isWhole: Bool
    )
        -> [StateChange]
    {
        let bytes = changes.reduce(0) { $0 + $1.byteCount }
        // A block of a few rows has more heads than rows: what a row takes is learnt from full ones.
        if rows >= Self.tellingRows || rows > 0 && (isWhole || lastRows == 0) { (lastBytes, lastRows) = (bytes, rows) }
        stored = isWhole ? bytes : stored &+ bytes
        let live = lastRows > 0 ? Int(Double(lastBytes) / Double(lastRows) * Double(liveRows)) : 0
        let wantsWhole = !isWhole && stored > 2 * live + leastBytes
        // Also an instance without any state must say that it has nothing more than that.
        var marked = changes
        if marked.isEmpty, isWhole { marked = [StateChange(name: name, fold: fold, bytes: [])] }
        for index in marked.indices { marked[index].upkeep = .byOwner(isWhole: isWhole, wantsWhole: wantsWhole) }
        return marked
    }
}
