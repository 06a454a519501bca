import ConnectorContract
import Diagnostics

/// One try at making an epoch durable, always into new files.
struct EpochAttempt {
    /// Bytes of a state, to be written or in a file already.
    enum Part {
        case bytes([UInt8])
        case staged(StagedSection)
    }

    /// What an epoch brings for one state.
    struct Changes {
        var name: String
        var fold: StateChange.Fold
        var parts: [Part]
        /// What was stored before is not needed any more.
        var isWhole: Bool
    }

    let directory: String
    let files: any FileSystem
    let epoch: UInt64
    let blobNumber: UInt64
    /// What the epoch will consist of.
    private(set) var states: [String: StateChain]
    private(set) var blobs: [UInt64: BlobSummary]
    private(set) var bytesWritten = 0
    /// From the rename on the epoch may outlive a crash, whatever else fails.
    private(set) var mayBeVisible = false
    private var writer: BlobWriter?

    init(
        directory: String, files: any FileSystem, epoch: UInt64, blobNumber: UInt64,
        states: [String: StateChain], blobs: [UInt64: BlobSummary]
    ) {
        self.directory = directory
        self.files = files
        self.epoch = epoch
        self.blobNumber = blobNumber
        self.states = states
        self.blobs = blobs
    }

    /// Whether the attempt has created its blob.
    var hasBlob: Bool { writer != nil }

    /// Puts the result of a small fold in the place of what was folded.
    mutating func add(_ bytes: [UInt8], of plan: FoldPlan) throws(FileSystemError) {
        guard var chain = states[plan.name] else { return }
        let section = try write(
            [bytes], name: plan.name, fold: plan.fold, level: plan.level, isComplete: plan.isComplete)
        if chain.replace(plan.inputs, with: section) { states[plan.name] = chain }
    }

    /// Adds all changes of one state: what is to be written as one section, and the staged ones between, in order.
    mutating func add(_ changes: Changes) throws {
        let (name, fold) = (changes.name, changes.fold)
        switch fold {
        case .replace:
            guard case .bytes(let newest)? = changes.parts.last, !isUnchanged(name, newest) else { return }
            let section = try write([newest], name: name, fold: fold, level: 0, isComplete: true)
            states[name] = StateChain(fold: fold, sections: [section])
        case .append, .keyed:
            if changes.isWhole { states[name] = nil }
            var unwritten: [[UInt8]] = []
            for part in changes.parts {
                switch part {
                case .bytes(let bytes): if !bytes.isEmpty { unwritten.append(bytes) }
                case .staged(let staged): try add(staged, of: changes, &unwritten)
                }
            }
            try write(&unwritten, of: changes)
        }
    }

    private mutating func add(_ staged: StagedSection, of changes: Changes, _ unwritten: inout [[UInt8]]) throws {
        guard staged.byteCount > 0 else { return }
        let isComplete = isComplete(changes) && unwritten.isEmpty
        guard let stored = try staged.finish(name: changes.name, fold: changes.fold, isComplete: isComplete) else {
            // What the disk has of it is unknown since its sync failed, so it is written into the new file.
            return try staged.forEachPiece(files: files) { unwritten.append($0) }
        }
        try write(&unwritten, of: changes)
        append(stored.section, of: changes)
        blobs[stored.blob.number] = stored.blob
        bytesWritten += staged.byteCount
    }

    /// Writes parts as one section, and forgets them.
    private mutating func write(_ parts: inout [[UInt8]], of changes: Changes) throws(FileSystemError) {
        guard !parts.isEmpty else { return }
        let section = try write(
            parts, name: changes.name, fold: changes.fold, level: 0, isComplete: isComplete(changes))
        append(section, of: changes)
        parts = []
    }

    /// Whether the next section is all there is of its state, as far as it goes: nothing lies before it.
    private func isComplete(_ changes: Changes) -> Bool {
        changes.isWhole && changes.fold == .keyed && states[changes.name] == nil
    }

    private mutating func append(_ section: Section, of changes: Changes) {
        states[changes.name, default: StateChain(fold: changes.fold, sections: [])].sections.append(section)
    }

    /// Makes the epoch real: blob, manifest, name of both, in this order.
    mutating func publish(identity: JobIdentity, parent: UInt64) throws -> Manifest {
        if var writer {
            let summary = try writer.finish()
            blobs[summary.number] = summary
            bytesWritten += Int(truncatingIfNeeded: summary.length)
        }
        let referenced = Set(states.values.lazy.flatMap { $0.sections.lazy.map(\.blob) })
        blobs = blobs.filter { referenced.contains($0.key) }
        let manifest = Manifest(identity: identity, epoch: epoch, parent: parent, blobs: blobs, states: states)
        let bytes = manifest.encoded()
        guard bytes.count <= CheckpointLimits.manifestBytes else {
            throw CheckpointErrors.misuse("a manifest of \(bytes.count) bytes")
        }
        let unfinished = path(.unfinishedManifest(epoch))
        let file = try files.open(unfinished, .create)
        try file.write(bytes, at: 0)
        try file.sync()
        mayBeVisible = true
        try files.rename(unfinished, to: path(.manifest(epoch)))
        try files.syncDirectory(directory)
        bytesWritten += bytes.count
        return manifest
    }

    private func path(_ name: CheckpointFileName) -> String { directory + "/" + name.text }

    private mutating func write(
        _ parts: [[UInt8]], name: String, fold: StateChange.Fold, level: UInt8, isComplete: Bool
    ) throws(FileSystemError) -> Section {
        var writer: BlobWriter
        if let open = self.writer {
            writer = open
            // Leaves the buffer with one owner, so that appending does not copy it.
            self.writer = nil
        } else {
            writer = try BlobWriter(
                number: blobNumber, epoch: epoch, path: path(.blob(blobNumber)), files: files)
        }
        defer { self.writer = writer }
        writer.begin(name: name, fold: fold, level: level, isComplete: isComplete)
        for part in parts { try writer.append(part) }
        return writer.end()
    }

    /// Whether a replaced state is byte for byte what the last epoch holds: then that is referred to again.
    private func isUnchanged(_ name: String, _ bytes: [UInt8]) -> Bool {
        guard let section = states[name]?.sections.last, section.length == UInt64(bytes.count),
            section.checksum == Checksum.of(bytes)
        else { return false }
        // A checksum may agree by chance, so the bytes decide. Where they cannot be read they are written again.
        guard let file = try? files.open(path(.blob(section.blob)), .read) else { return false }
        var reader = SectionReader(section, in: file)
        return (try? reader.readAll()) == bytes
    }
}
