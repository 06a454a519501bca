import ConnectorContract
import Diagnostics
import Synchronization

/// Bytes of one state that are written before their epoch is cut: a blob with one section, which the commit ends.
///
/// A process that ends before leaves the file behind; nothing refers to it, and the next start removes it.
final class StagedSection: StagedState {
    /// What a commit refers to.
    struct Stored {
        var section: Section
        var blob: BlobSummary
    }

    fileprivate struct State {
        var writer: BlobWriter
        var stored: Stored?
        /// Its sync failed, so nobody knows what the disk has.
        var isDoubtful = false
    }

    private let numbers: BlobNumbers
    /// How many syncs of the directory had failed when the file was created: one more since, and its name may be lost.
    private let failuresAtBirth: Int

    let number: UInt64
    let path: String
    private let state: Mutex<State>
    /// Read while rows flow, so it takes no lock.
    private let taken = Atomic<Int>(0)

    /// `path` gives the file of a number.
    init(
        _ numbers: BlobNumbers, files: any FileSystem, path: (UInt64) -> String
    ) throws(FileSystemError) {
        self.numbers = numbers
        failuresAtBirth = numbers.directoryFailures
        number = numbers.take()
        self.path = path(number)
        // The epoch is not known yet; whoever reads a blob goes by its manifest.
        var writer = try BlobWriter(number: number, epoch: 0, path: self.path, files: files)
        writer.begin(name: "", fold: .append, level: 0, isComplete: false)
        state = Mutex(State(writer: writer))
    }

    var byteCount: Int { taken.load(ordering: .relaxed) }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        try state.withLock { try $0.writer.appendAtOnce(bytes) }
        taken.add(bytes.count, ordering: .relaxed)
    }

    /// Ends the section and makes it durable; where that is done already, tells what it gave. Nil when the bytes have to be
    /// written elsewhere, for their sync has failed, or one of the directory that was to make their name durable.
    func finish(name: String, fold: StateChange.Fold, isComplete: Bool) throws(FileSystemError) -> Stored? {
        guard numbers.directoryFailures == failuresAtBirth else { return nil }
        let outcome = state.withLock { state in
            Result { () throws(FileSystemError) in try state.finish(name: name, fold: fold, isComplete: isComplete) }
        }
        return try outcome.get()
    }

    /// The bytes in pieces, as far as the file still has them; throws where they are not what was taken.
    func forEachPiece(files: any FileSystem, _ body: ([UInt8]) throws -> Void) throws {
        let section = state.withLock { $0.writer.openSection }
        var reader = SectionReader(section, in: try files.open(path, .read))
        // All of them are read once before, for the checksum stands at the end.
        for isChecked in [false, true] {
            reader = SectionReader(section, in: reader.file)
            while reader.remaining > 0 {
                var piece: [UInt8] = []
                try reader.read(upTo: CheckpointLimits.pieceBytes, appendingTo: &piece)
                if isChecked { try body(piece) }
            }
        }
    }
}

extension StagedSection.State {
    fileprivate mutating func finish(
        name: String, fold: StateChange.Fold, isComplete: Bool
    ) throws(FileSystemError) -> StagedSection.Stored? {
        if let stored { return stored }
        guard !isDoubtful else { return nil }
        // A copy, so that a disk that is full now leaves the section open for another try.
        var ending = writer
        let section = ending.end(name: name, fold: fold, isComplete: isComplete)
        let blob = try ending.writeTail()
        do {
            try ending.sync()
        } catch {
            isDoubtful = true
            throw error
        }
        let result = StagedSection.Stored(section: section, blob: blob)
        stored = result
        return result
    }
}
