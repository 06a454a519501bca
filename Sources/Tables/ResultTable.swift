package import Columnar
package import ConnectorContract
package import Diagnostics
import Synchronization

/// An embedded table: what a job writes to a table declared without a connector, to be read while it changes.
///
/// One writer at a time and many readers, on any threads; a reader sees the table between two batches, never inside one.
package final class ResultTable: Sendable {
    package let description: TableDescription
    package let limits: TableLimits

    private let rowCodec: RowCodec
    private let keyCodec: RowCodec
    private let state: Mutex<State>
    private let changes = Atomic<UInt64>(0)
    private let listeners = Mutex<[TableSubscription]>([])
    private let hasListeners = Atomic<Bool>(false)

    /// What the lock guards.
    private struct State: ~Copyable {
        var store: RowStore
        var scratch: [UInt8] = []
        /// The columns of the newest reading, for readers that find nothing changed.
        var cached: (version: UInt64, batches: [Batch])?
    }

    /// Tables above this many rows are read anew each time instead of being kept twice.
    private static let cachedRows = 65_536

    package init(_ description: TableDescription, random: any RandomSource = SystemRandomSource()) throws {
        let positions = description.physicalFields.indices
        guard description.primaryKey.allSatisfy(positions.contains) else {
            throw MillraceError(
                .internalError, code: "bad_key", "the key of table \(description.name) is not among its columns")
        }
        self.description = description
        limits = try TableLimits(description)
        rowCodec = RowCodec(fields: description.physicalFields)
        keyCodec = RowCodec(fields: description.physicalFields, positions: description.primaryKey)
        let store = RowStore(isKeyed: !description.primaryKey.isEmpty, seed: random.next())
        state = Mutex(State(store: store))
    }

    package var name: String { description.name }
    package var fields: [Field] { description.physicalFields }
    package var primaryKey: [Int] { description.primaryKey }

    /// Grows with each change that readers can see.
    package var version: UInt64 { changes.load(ordering: .acquiring) }
    package var rowCount: Int { state.withLock { $0.store.liveCount } }
    /// Bytes of the rows held.
    package var byteCount: Int { state.withLock { $0.store.liveBytes } }

    /// All rows in the order they were first inserted in, as they are between two writes.
    package func batches() -> [Batch] { read().batches }

    /// All rows with the version they are of.
    package func read() -> (version: UInt64, batches: [Batch]) {
        state.withLock { state in
            let version = changes.load(ordering: .acquiring)
            if let cached = state.cached, cached.version == version { return (version, Self.share(cached.batches)) }
            let batches = decode(state.store.slots, count: state.store.liveCount)
            state.cached = state.store.liveCount <= Self.cachedRows ? (version, batches) : nil
            return (version, Self.share(batches))
        }
    }

    /// The rows with these primary keys as they are between two writes, in all columns of the table. Throws where the keys
    /// are of other kinds than the table's.
    func rows(withKeys keys: [Column], count: Int) throws -> Batch {
        let codec = RowCodec(fields: primaryKey.map { fields[$0] })
        let wanted = Batch(columns: keys, rowCount: count)
        try codec.check(wanted, table: name)
        let heap = ByteHeap()
        let columns = fields.map { Column($0.type, capacity: max(1, count)) }
        for column in columns where column.kind == .text { column.owners = [heap] }
        let found = try state.withLock { state throws -> Int in
            var found = 0
            var key: [UInt8] = []
            for row in 0..<count {
                key.removeAll(keepingCapacity: true)
                codec.encode(wanted, row: row, into: &key)
                guard let slot = key.withUnsafeBytes({ state.store.find($0)?.slot }), state.store.slots[slot].isLive
                else { continue }
                try rowCodec.decode(state.store.slots[slot].row, into: columns, row: found, heap: heap)
                found += 1
            }
            return found
        }
        return Batch(columns: columns, rowCount: found)
    }

    /// Calls `notify` after writes that changed something, from the writer's thread: at most once until the
    /// subscription is armed again. Without subscribers a write pays one atomic load.
    package func subscribe(_ notify: @escaping @Sendable () -> Void) -> TableSubscription {
        let subscription = TableSubscription(notify)
        listeners.withLock { listeners in
            listeners.removeAll { $0.isCancelled }
            listeners.append(subscription)
        }
        hasListeners.store(true, ordering: .sequentiallyConsistent)
        return subscription
    }

    /// A sink for one INSERT. Rows of one key should come from one sink.
    package func makeSink() -> any Sink {
        TableSink(table: self, writer: state.withLock { $0.store.addWriter() })
    }

    // MARK: What sinks do

    func apply(_ batch: Batch, writer: Int) throws {
        try rowCodec.check(batch, table: name)
        var failure: (any Error)?
        let hasChanged = state.withLock { state -> Bool in
            var hasChanged = false
            do {
                for row in 0..<batch.rowCount where try apply(batch, row: row, writer: writer, to: &state) == .changed {
                    hasChanged = true
                }
            } catch { failure = error }
            if state.store.settle(writer: writer) == .changed { hasChanged = true }
            if hasChanged {
                state.cached = nil
                changes.add(1, ordering: .acquiringAndReleasing)
            }
            return hasChanged
        }
        if hasChanged { announce() }
        if let failure { throw failure }
    }

    private func apply(
        _ batch: Batch, row: Int, writer: Int, to state: inout State
    ) throws -> RowStore.Outcome {
        state.scratch.removeAll(keepingCapacity: true)
        if !description.primaryKey.isEmpty { keyCodec.encode(batch, row: row, into: &state.scratch) }
        let keyBytes = state.scratch.count
        rowCodec.encode(batch, row: row, into: &state.scratch)
        let kind = batch.kind(row)
        let record = state.scratch
        let outcome = record.withUnsafeBytes { bytes in
            switch kind {
            case .insert, .updateAfter: state.store.put(bytes, keyBytes: keyBytes, writer: writer)
            case .updateBefore: state.store.retract(bytes, keyBytes: keyBytes, writer: writer)
            case .delete: state.store.remove(bytes, keyBytes: keyBytes, writer: writer)
            }
        }
        if outcome == .changed, kind.isAddition { try checkLimits(state.store) }
        return outcome
    }

    private func checkLimits(_ store: borrowing RowStore) throws {
        if store.liveCount > limits.maximumRows {
            throw MillraceError(
                .user, code: "table_full", "table \(name) has reached its limit of \(limits.maximumRows) rows",
                hint: "raise 'max-rows' in its WITH clause, or keep fewer rows")
        }
        if store.liveBytes > limits.maximumBytes {
            throw MillraceError(
                .user, code: "table_full", "table \(name) has reached its limit of \(limits.maximumBytes) bytes",
                hint: "keep fewer or shorter rows")
        }
    }

    func takeChanges(writer: Int) -> KeyedEntries { state.withLock { $0.store.takeChanges(writer: writer) } }

    /// The sink writes without an epoch behind it: what others left that never had one either is gone.
    func begin(_ writer: Int) {
        let hasChanged = state.withLock { state -> Bool in
            guard state.store.hasAbandoned else { return false }
            state.store.clear(writer: writer)
            state.cached = nil
            changes.add(1, ordering: .acquiringAndReleasing)
            return true
        }
        if hasChanged { announce() }
    }

    /// The sink ended as it should.
    func finish(_ writer: Int) { state.withLock { $0.store.finish(writer: writer) } }

    /// The sink is gone; unless it finished, its rows wait for its successor.
    func abandon(_ writer: Int) { state.withLock { $0.store.abandon(writer: writer) } }

    /// Replaces the writer's rows with those of `entries`, which stand in the order of their sequence numbers.
    /// `isRewritten`: the rows were stored in another layout.
    func restore(_ entries: [RestoredRow], writer: Int, isRewritten: Bool = false) throws {
        for entry in entries { try entry.row.withUnsafeBytes { bytes throws in try rowCodec.verify(bytes) } }
        state.withLock { state in
            state.store.clear(writer: writer)
            for entry in entries {
                let key = description.primaryKey.isEmpty ? [] : entry.key
                (key + entry.row).withUnsafeBytes {
                    state.store.restore($0, keyBytes: key.count, sequence: entry.sequence, writer: writer)
                }
            }
            state.store.finishRestore(writer: writer, isRewritten: isRewritten)
            state.cached = nil
            changes.add(1, ordering: .acquiringAndReleasing)
        }
        announce()
    }

    private func announce() {
        guard hasListeners.load(ordering: .sequentiallyConsistent) else { return }
        let listening = listeners.withLock { $0 }
        for listener in listening { listener.announce() }
    }

    // MARK: Reading

    private func decode(_ slots: [RowSlot], count: Int) -> [Batch] {
        var batches: [Batch] = []
        var columns: [Column] = []
        var heap = ByteHeap()
        var filled = 0
        var left = count
        for slot in slots where slot.isLive {
            if columns.isEmpty {
                heap = ByteHeap()
                columns = fields.map { Column($0.type, capacity: min(left, Limits.batchRows)) }
                for column in columns where column.kind == .text { column.owners = [heap] }
            }
            // Rows were checked when they came in; one that cannot be read is shown as NULLs.
            do { try rowCodec.decode(slot.row, into: columns, row: filled, heap: heap) } catch {
                for column in columns { column.setNull(filled) }
            }
            filled += 1
            left -= 1
            if filled == Limits.batchRows || left == 0 {
                batches.append(Batch(columns: columns, rowCount: filled))
                columns = []
                filled = 0
                if left == 0 { break }
            }
        }
        return batches
    }

    /// Batches may be changed by those who get them, columns may not: each reader has its own batches.
    private static func share(_ batches: [Batch]) -> [Batch] {
        batches.map { Batch(columns: $0.columns, rowCount: $0.rowCount) }
    }
}
