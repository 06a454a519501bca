import ConnectorContract
import Diagnostics

/// Writes one blob: sections as they come, the table at the end. Nothing of it counts before ``finish()`` returned.
struct BlobWriter {
    let number: UInt64
    let path: String
    private let file: any File
    private let header: [UInt8]
    private var entries: [BlobLayout.Entry] = []
    /// Not written yet.
    private var buffer: [UInt8]
    /// Where the buffer belongs.
    private var written: UInt64 = 0
    /// The section being written.
    private var open: BlobLayout.Entry?
    private var checksum = Checksum()
    /// A write that failed may have left bytes behind those that count.
    private var isLonger = false

    init(number: UInt64, epoch: UInt64, path: String, files: any FileSystem) throws(FileSystemError) {
        self.number = number
        self.path = path
        file = try files.open(path, .create)
        header = BlobLayout.header(number: number, epoch: epoch)
        buffer = header
    }

    var length: UInt64 { written + UInt64(buffer.count) }

    mutating func begin(name: String, fold: StateChange.Fold, level: UInt8, isComplete: Bool) {
        checksum = Checksum()
        open = BlobLayout.Entry(
            name: name, fold: fold,
            section: Section(
                blob: number, offset: length, length: 0, checksum: 0, level: level, isComplete: isComplete))
    }

    /// Adds bytes to the section begun last.
    mutating func append(_ bytes: [UInt8]) throws(FileSystemError) {
        bytes.withUnsafeBytes { checksum.update($0) }
        if buffer.count + bytes.count <= CheckpointLimits.pieceBytes {
            buffer += bytes
            return
        }
        try flush()
        if bytes.count <= CheckpointLimits.pieceBytes / 4 {
            buffer += bytes
        } else {
            try write(bytes)
        }
    }

    /// Adds bytes to the section begun last and writes them now. When it throws, the section is what it was before.
    mutating func appendAtOnce(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
        try flush()
        do {
            try file.write(bytes, at: Int64(written))
        } catch {
            isLonger = true
            throw error
        }
        written += UInt64(bytes.count)
        checksum.update(bytes)
    }

    /// The section being written, as far as it goes.
    var openSection: Section {
        guard var section = open?.section else {
            return Section(blob: number, offset: length, length: 0, checksum: 0, level: 0, isComplete: false)
        }
        section.length = length - section.offset
        section.checksum = checksum.value
        return section
    }

    /// Ends a section of which it was not known before what it would be.
    mutating func end(name: String, fold: StateChange.Fold, isComplete: Bool) -> Section {
        open?.name = name
        open?.fold = fold
        open?.section.isComplete = isComplete
        return end()
    }

    /// Ends the section and tells where it lies.
    mutating func end() -> Section {
        guard var entry = open else { return openSection }
        entry.section = openSection
        entries.append(entry)
        open = nil
        return entry.section
    }

    /// Writes what is buffered, so that a long fold shares its disk time out evenly, and makes it durable.
    mutating func flushAndSync() throws(FileSystemError) {
        try flush()
        try sync()
    }

    /// Ends the blob and makes its bytes durable. Its name is durable with the next sync of the directory.
    mutating func finish() throws(FileSystemError) -> BlobSummary {
        let summary = try writeTail()
        try sync()
        return summary
    }

    /// Ends the blob; its bytes are not durable yet.
    mutating func writeTail() throws(FileSystemError) -> BlobSummary {
        if isLonger { try file.truncate(toBytes: Int64(written)) }
        let tail = BlobLayout.tail(header: header, entries: entries, tableOffset: length)
        buffer += tail.bytes
        try flush()
        return BlobSummary(number: number, length: written, checksum: tail.checksum)
    }

    func sync() throws(FileSystemError) { try file.sync() }

    private mutating func flush() throws(FileSystemError) {
        guard !buffer.isEmpty else { return }
        try write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    private mutating func write(_ bytes: [UInt8]) throws(FileSystemError) {
        try file.write(bytes, at: Int64(written))
        written += UInt64(bytes.count)
    }
}
