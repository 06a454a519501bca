import ConnectorContract

/// The rows of a table in insertion order, found by key, with what changed since the last epoch.
///
/// A table with a key upserts; one without is a multiset: it appends, and takes away one equal row when told to.
/// Rows of one key are meant to come from one writer. Not safe by itself: the table's lock is around every call.
struct RowStore: ~Copyable {
    /// What a row of a changelog asks for.
    enum Outcome { case unchanged, changed }

    let isKeyed: Bool
    var slots: [RowSlot] = []
    var liveCount = 0
    var arena = RowArena()
    var index: RowIndex
    /// Tables without a key need the index only once something is taken away.
    var isIndexed: Bool
    var nextSequence: UInt64 = 0
    var awaiting: [Int] = []
    var writers: [RowWriter] = []

    init(isKeyed: Bool, seed: UInt64) {
        self.isKeyed = isKeyed
        isIndexed = isKeyed
        index = RowIndex(seed: seed)
    }

    /// Bytes of all live records.
    var liveBytes: Int { arena.handedOut - arena.dead }

    // MARK: Rows

    /// `+I` and `+U`. `keyBytes` of the record are its key; tables without a key have none.
    mutating func put(_ record: UnsafeRawBufferPointer, keyBytes: Int, writer: Int) -> Outcome {
        guard isKeyed else {
            append(record, keyBytes: 0, sequence: nextSequence, writer: writer)
            nextSequence &+= 1
            return .changed
        }
        let key = UnsafeRawBufferPointer(rebasing: record[..<keyBytes])
        guard let (_, slot) = find(key) else {
            append(record, keyBytes: keyBytes, sequence: nextSequence, writer: writer)
            nextSequence &+= 1
            return .changed
        }
        slots[slot].awaitsUpdate = false
        let row = UnsafeRawBufferPointer(rebasing: record[keyBytes...])
        if slots[slot].writer == writer, Self.equal(slots[slot].row, row) { return .unchanged }
        overwrite(slot, with: record, writer: writer)
        return .changed
    }

    /// `-U`: the row goes unless a new one for its key follows before ``settle()``.
    mutating func retract(_ record: UnsafeRawBufferPointer, keyBytes: Int, writer: Int) -> Outcome {
        guard isKeyed else { return remove(record, keyBytes: keyBytes, writer: writer) }
        let key = UnsafeRawBufferPointer(rebasing: record[..<keyBytes])
        let row = UnsafeRawBufferPointer(rebasing: record[keyBytes...])
        // A row that differs is newer than the one taken back.
        guard let (_, slot) = find(key), Self.equal(slots[slot].row, row) else { return .unchanged }
        if !slots[slot].awaitsUpdate {
            slots[slot].awaitsUpdate = true
            awaiting.append(slot)
        }
        return .unchanged
    }

    /// `-D`: takes away the row of that key, or one equal row.
    mutating func remove(_ record: UnsafeRawBufferPointer, keyBytes: Int, writer: Int) -> Outcome {
        if !isIndexed {
            isIndexed = true
            rebuildIndex()
        }
        let wanted = isKeyed ? UnsafeRawBufferPointer(rebasing: record[..<keyBytes]) : record
        guard let (place, slot) = find(wanted) else { return .unchanged }
        removeIndexed(slot, place: place, writer: writer)
        return .changed
    }

    /// Ends a batch: `-U` without a `+U` become deletions, and memory nobody needs is given back.
    mutating func settle(writer: Int) -> Outcome {
        var outcome = Outcome.unchanged
        for slot in awaiting where slots[slot].isLive && slots[slot].awaitsUpdate {
            if let (place, found) = find(slots[slot].key), found == slot {
                removeIndexed(slot, place: place, writer: writer)
                outcome = .changed
            }
        }
        awaiting.removeAll(keepingCapacity: true)
        compactWhereWorthwhile()
        return outcome
    }

    // MARK: Writers and epochs

    mutating func addWriter() -> Int {
        if let vacant = writers.firstIndex(where: { $0.state == .vacant }) {
            writers[vacant] = RowWriter()
            return vacant
        }
        writers.append(RowWriter())
        return writers.count - 1
    }

    /// Whether there are rows whose writer is gone.
    var hasAbandoned: Bool { writers.contains { $0.state == .abandoned } }

    mutating func finish(writer: Int) { writers[writer].state = .finished }

    mutating func abandon(writer: Int) {
        guard writers[writer].state == .writing else { return }
        // A job that could not begin leaves nothing: its writer is free for the next attempt.
        if writers[writer].hasWritten {
            writers[writer].state = .abandoned
        } else {
            writers[writer] = RowWriter(state: .vacant)
        }
    }

    /// What changed in the writer's rows since its last epoch: all of them the first time.
    mutating func takeChanges(writer: Int) -> KeyedEntries {
        var entries = KeyedEntries()
        if !writers[writer].tracksChanges {
            writers[writer].tracksChanges = true
            for slot in slots where slot.isLive && Int(slot.writer) == writer { put(slot, into: &entries) }
            return entries
        }
        let mark = UInt16(writer + 1)
        for slot in writers[writer].dirty where slots[slot].dirtyFor == mark {
            slots[slot].dirtyFor = 0
            if slots[slot].isLive {
                put(slots[slot], into: &entries)
            } else {
                entries.remove(key: stateKey(slots[slot]))
            }
        }
        writers[writer].dirty.removeAll(keepingCapacity: true)
        compactWhereWorthwhile()
        return entries
    }

    /// Forgets the rows of this writer and of those that died, to begin again from an epoch.
    mutating func clear(writer: Int) {
        for slot in slots.indices where slots[slot].isLive {
            let owner = Int(slots[slot].writer)
            if owner == writer || writers[owner].state == .abandoned {
                slots[slot].isLive = false
                liveCount -= 1
                arena.dead += slots[slot].byteCount
            }
        }
        for slot in slots.indices where slots[slot].dirtyFor != 0 {
            let mark = Int(slots[slot].dirtyFor) - 1
            if mark == writer || writers[mark].state == .abandoned { slots[slot].dirtyFor = 0 }
        }
        for other in writers.indices where writers[other].state == .abandoned {
            writers[other] = RowWriter(state: .vacant)
        }
        compact(sorted: false)
    }

    /// Puts back a row of an epoch; rows come in the order of their sequence numbers.
    mutating func restore(_ record: UnsafeRawBufferPointer, keyBytes: Int, sequence: UInt64, writer: Int) {
        nextSequence = max(nextSequence, sequence &+ 1)
        if isKeyed, let (_, slot) = find(UnsafeRawBufferPointer(rebasing: record[..<keyBytes])) {
            overwrite(slot, with: record, writer: writer)
        } else {
            append(record, keyBytes: keyBytes, sequence: sequence, writer: writer)
        }
    }

    /// Ends a restore: rows stand in the order they were first inserted in, and changes are tracked from here.
    /// `isRewritten`: the rows are not as they are stored, so that the next epoch takes them all.
    mutating func finishRestore(writer: Int, isRewritten: Bool = false) {
        for slot in slots.indices where Int(slots[slot].dirtyFor) == writer + 1 { slots[slot].dirtyFor = 0 }
        writers[writer].tracksChanges = !isRewritten
        compact(sorted: true)
    }
}
