import Diagnostics
import KafkaProtocol
import Synchronization

/// One file of a partition with its index: batches one after another, as they were sent.
///
/// The writer appends at its end, readers read what is committed; both may do so at once. Files are opened when they
/// are needed and closed by the upkeep when they were not.
final class Segment: Sendable {
    private struct State {
        var summary: SegmentSummary
        var file: (any File)?
        /// Whether `file` may be written to.
        var isWritable = false
        var index: SegmentIndex
        var syncedBytes: Int
        var isUsed = true
    }

    let baseOffset: Int64
    let path: String
    private let directory: String
    private let files: any FileSystem
    private let intervalBytes: Int
    private let state: Mutex<State>

    /// A segment that is there, or will be once it is written to.
    init(_ summary: SegmentSummary, directory: String, files: any FileSystem, intervalBytes: Int) {
        baseOffset = summary.baseOffset
        path = "\(directory)/\(summary.name).log"
        self.directory = directory
        self.files = files
        self.intervalBytes = intervalBytes
        state = Mutex(
            State(
                summary: summary,
                index: SegmentIndex(
                    storedBytes: summary.indexBytes, bytes: summary.bytes, maxTimestamp: summary.maxTimestamp),
                syncedBytes: summary.bytes))
    }

    var summary: SegmentSummary { state.withLock { $0.summary } }
    /// Bytes that readers may see.
    var committedBytes: Int { state.withLock { $0.summary.bytes } }
    /// Entries of an index that is still growing are written only by so many: a search walks on from the last one.
    private static let entriesWorthWriting = 32

    /// Whether a checkpoint has something to do for it.
    func isDirty(isActive: Bool) -> Bool {
        state.withLock { state in
            state.syncedBytes < state.summary.bytes
                || state.index.recent.count >= (isActive ? Self.entriesWorthWriting : 1)
        }
    }
    var indexPath: String { "\(directory)/\(state.withLock { $0.summary.name }).index" }

    // MARK: files

    private func opened(_ mode: FileOpenMode) throws(FileSystemError) -> any File {
        let held = state.withLock { state in
            state.isUsed = true
            return mode == .read || state.isWritable ? state.file : nil
        }
        if let held { return held }
        let file = try files.open(path, mode)
        state.withLock { state in
            state.file = file
            state.isWritable = mode != .read
        }
        return file
    }

    /// Its file, to be read from.
    func readable() throws(FileSystemError) -> any File { try opened(.read) }

    /// Writes behind what is committed; readers see it only after ``commit(_:)``.
    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(FileSystemError) {
        try opened(.readWrite).write(bytes, at: Int64(position))
    }

    /// Gives up what was written behind the committed end, as far as the disk lets it.
    func discardUncommitted() {
        guard let file = state.withLock({ $0.isWritable ? $0.file : nil }) else { return }
        let bytes = Int64(committedBytes)
        if let size = try? file.status().sizeBytes, size > bytes { try? file.truncate(toBytes: bytes) }
    }

    /// Reads up to the committed end; fewer bytes than asked for only there, or where the file was cut.
    func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(FileSystemError) -> Int {
        let count = min(buffer.count, committedBytes - position)
        guard count > 0 else { return 0 }
        let file = try opened(.read)
        var done = 0
        while done < count {
            let read = try file.read(
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[done..<count]), at: Int64(position + done))
            guard read > 0 else { break }
            done += read
        }
        return done
    }

    func fileBytes() throws(FileSystemError) -> Int {
        guard let status = try files.status(path) else { return 0 }
        return Int(status.sizeBytes)
    }

    /// When the first batch was appended.
    func setCreated(_ milliseconds: Int64) { state.withLock { $0.summary.createdMilliseconds = milliseconds } }

    /// Closes the file and drops the index where nobody used them since the last call.
    func releaseUnused() {
        state.withLock { state in
            if !state.isUsed && state.syncedBytes == state.summary.bytes {
                state.file = nil
                if state.index.recent.isEmpty { state.index.drop() }
            }
            state.isUsed = false
        }
    }

    /// Removes its files; readers that hold them open still read them.
    func remove() throws(FileSystemError) {
        try files.remove(path)
        try files.remove(indexPath)
    }

    // MARK: content

    /// Makes a batch that was written visible, and indexes it.
    func commit(baseOffset: Int64, nextOffset: Int64, position: Int, byteCount: Int, maxTimestamp: Int64) {
        state.withLock { state in
            state.index.note(
                baseOffset: baseOffset, position: position, batchMaxTimestamp: maxTimestamp,
                intervalBytes: state.summary.version == 0 ? intervalBytes : 0)
            state.summary.bytes = position + byteCount
            state.summary.nextOffset = nextOffset
            state.summary.maxTimestamp = max(state.summary.maxTimestamp, maxTimestamp)
        }
    }

    func markCleaned(nextOffset: Int64) {
        state.withLock { state in
            state.summary.isCleaned = true
            state.summary.nextOffset = nextOffset
        }
    }

    /// Where to begin looking for an offset, and the offset that must be found there.
    func start(ofOffset offset: Int64) throws(FileSystemError) -> BatchScanner.Start {
        try start { $0.start(ofOffset: offset) }
    }

    /// Where to begin looking for the first record that is not older than `timestamp`.
    func start(ofTimestamp timestamp: Int64) throws(FileSystemError) -> BatchScanner.Start {
        try start { $0.start(ofTimestamp: timestamp) }
    }

    private func start(_ search: (SegmentIndex) -> SegmentIndex.Start?) throws(FileSystemError) -> BatchScanner.Start {
        var found = state.withLock { search($0.index) }
        if found == nil {
            try loadIndex()
            found = state.withLock { search($0.index) }
        }
        guard case .entry(let entry) = found else {
            return BatchScanner.Start(position: 0, baseOffset: isContiguous ? baseOffset : nil)
        }
        return BatchScanner.Start(position: Int(entry.position), baseOffset: entry.baseOffset)
    }

    /// Every offset follows the one before; not so once segments were rewritten.
    var isContiguous: Bool { state.withLock { $0.summary.version == 0 } }

    /// Whether a batch may stand where it does: what its checksum does not cover is compared with what is known.
    func accepts(_ header: RecordBatchHeader, at position: Int, after next: Int64?, _ epochs: LeaderEpochs?) -> Bool {
        if let epochs, header.partitionLeaderEpoch != epochs.epoch(at: header.baseOffset) { return false }
        if isContiguous { return next.map { $0 == header.baseOffset } ?? true }
        let indexed = state.withLock { $0.index.baseOffset(at: position) }
        return indexed.map { $0 == header.baseOffset } ?? (header.baseOffset >= next ?? baseOffset)
    }

    /// Reads the stored entries back, or makes them anew from the batches when they are not as they were written.
    private func loadIndex() throws(FileSystemError) {
        let stored = state.withLock { $0.index.storedBytes }
        if let entries = try readIndex(stored) {
            state.withLock { if $0.index.storedBytes == stored { $0.index.stored = entries } }
            return
        }
        var rebuilt = SegmentIndex(storedBytes: 0, bytes: 0, maxTimestamp: -1)
        let interval = summary.version == 0 ? intervalBytes : 0
        var scanner = BatchScanner(self, from: .init(position: 0, baseOffset: isContiguous ? baseOffset : nil))
        while let (position, header) = try scanner.next() {
            rebuilt.note(
                baseOffset: header.baseOffset, position: position, batchMaxTimestamp: header.maxTimestamp,
                intervalBytes: interval)
        }
        state.withLock { state in
            // What was appended meanwhile stays found by walking on from the last entry.
            state.index = rebuilt
            state.isUsed = true
        }
    }

    private func readIndex(_ count: Int) throws(FileSystemError) -> [IndexEntry]? {
        guard try files.status(indexPath) != nil else { return nil }
        let file = try files.open(indexPath, .read)
        guard let bytes = try file.bytes(count, at: 0) else { return nil }
        let limit = committedBytes
        guard let entries = bytes.withUnsafeBytes({ IndexBlock.decode($0) }) else { return nil }
        return entries.allSatisfy { Int($0.position) < limit } ? entries : nil
    }

    // MARK: durability

    /// Makes what was committed when `captured` was taken durable.
    func synchronize(_ captured: SegmentSummary) throws(FileSystemError) {
        guard state.withLock({ $0.syncedBytes < captured.bytes }) else { return }
        try opened(.readWrite).sync()
        didSynchronize(captured)
    }

    /// Takes over that what was committed when `captured` was taken is durable.
    func didSynchronize(_ captured: SegmentSummary) {
        state.withLock { $0.syncedBytes = max($0.syncedBytes, captured.bytes) }
    }

    /// Writes the index of what was committed when `captured` was taken, and gives the summary to store. It is not
    /// synced: an index that is lost is built anew. One that does not fit on the disk stays in memory.
    func storeIndex(_ captured: SegmentSummary, isActive: Bool) throws(FileSystemError) -> SegmentSummary {
        let index = state.withLock { $0.index }
        let entries = Array(index.recent.prefix { Int($0.position) < captured.bytes })
        var summary = captured
        summary.indexBytes = index.storedBytes
        guard entries.count >= (isActive ? Self.entriesWorthWriting : 1) else { return summary }
        let block = IndexBlock.encode(entries)
        do throws(FileSystemError) {
            let file = try files.open(indexPath, index.storedBytes == 0 ? .create : .readWrite)
            try file.write(block, at: index.storedBytes)
        } catch {
            guard error.isDiskFull else { throw error }
            return summary
        }
        summary.indexBytes += block.count
        let end = summary.indexBytes
        state.withLock { state in
            // An index that was built anew meanwhile is stored as a whole the next time.
            guard state.index.storedBytes == index.storedBytes else { return }
            state.index.didStore(entries.count, storedBytes: end)
            state.summary.indexBytes = end
        }
        return summary
    }
}
