import Diagnostics
import KafkaProtocol

extension Segment {
    /// Fewer bytes are copied: sending them from their file costs a call of the system for each run.
    private static let leastRunBytes = 32 << 10
    /// So much is looked at in one go. It stays in the processor's cache, which a whole answer does not.
    private static let windowBytes = 256 << 10

    /// Whole batches from a place on, up to `maxBytes`, checked and left where they are. Nil where they are better
    /// copied: a few only, none that is right, or a file that the operating system does not know.
    func run(
        from place: Place, maxBytes: Int, before limit: Int64, epochs: LeaderEpochs?
    ) throws(FileSystemError) -> (run: StoredRun, nextOffset: Int64)? {
        let end = place.position + min(max(maxBytes, place.header.byteCount), committedBytes - place.position)
        guard end - place.position >= Self.leastRunBytes else { return nil }
        let file = try readable()
        guard file.descriptor != nil else { return nil }
        var window = CheckWindow(bytes: Self.windowBytes)
        defer { window.free() }
        var position = place.position
        var next = place.header.baseOffset
        while position < end {
            let bytes = try window.read(file, from: position, to: end)
            let right = check(bytes, at: position, after: next, before: limit, epochs)
            if right.bytes > 0 {
                position += right.bytes
                next = right.nextOffset
            } else if let size = RecordBatchHeader(bytes, at: 0)?.byteCount, size > window.capacity,
                size <= end - position
            {
                window.grow(to: size)
            } else {
                break
            }
        }
        let count = position - place.position
        guard count >= Self.leastRunBytes else { return nil }
        return (StoredRun(file: file, position: place.position, byteCount: count), next)
    }
}

/// Memory that a file is looked at through.
private struct CheckWindow {
    private var memory: UnsafeMutableRawBufferPointer

    init(bytes: Int) { memory = .allocate(byteCount: bytes, alignment: 64) }

    /// A batch beyond it needs a larger one; a shorter one that is not there whole lies beyond the end of the file.
    var capacity: Int { memory.count }

    func free() { memory.deallocate() }

    mutating func grow(to bytes: Int) {
        memory.deallocate()
        memory = .allocate(byteCount: bytes, alignment: 64)
    }

    /// What the file holds from `position` on; it stops short of `end` where the window is full or the file ends.
    func read(_ file: any File, from position: Int, to end: Int) throws(FileSystemError) -> UnsafeRawBufferPointer {
        let count = min(memory.count, end - position)
        var done = 0
        while done < count {
            let read = try file.read(
                into: UnsafeMutableRawBufferPointer(rebasing: memory[done..<count]), at: Int64(position + done))
            guard read > 0 else { break }
            done += read
        }
        return UnsafeRawBufferPointer(rebasing: memory[..<done])
    }
}
