import Columnar
import Diagnostics
import Formats

/// A file being followed: its open handle, what it began with, and how far it has been read.
final class TailedFile {
    /// What a look at the file brought.
    enum Look {
        case data, nothing
        case replaced(lost: Int)
    }

    let split: Int
    let place: FilePlace
    private let file: any File
    var path: String { didSet { if path != oldValue { metadata = nil } } }
    var metadata: [Column?]?
    private(set) var head: [UInt8]
    var feed: LineFeed
    /// The decoder wants more bytes than the finished lines there are.
    var needsMore = false
    /// All there is has been read.
    private(set) var isAtEnd = false
    private(set) var size: Int64
    private(set) var modifiedNanoseconds: Int64
    private var checkedNanoseconds: Int64
    /// When data last came, or the file was found.
    var lastDataAt: UInt64
    /// Since when no matching name leads here; nil while one does.
    var goneSince: UInt64?
    var rejected: UInt64 = 0
    /// Quiet for long: looked at only when a listing shows that it changed.
    var isDormant = false
    /// A failure to read it has been reported.
    var isFailing = false

    init(split: Int, path: String, file: any File, status: FileStatus, head: [UInt8], feed: LineFeed, now: UInt64) {
        self.split = split
        self.path = path
        self.file = file
        self.head = head
        self.feed = feed
        place = FilePlace(status)
        size = status.sizeBytes
        modifiedNanoseconds = status.modifiedNanoseconds
        checkedNanoseconds = .min
        lastDataAt = now
    }

    /// Reads what has been added. Call it only when no finished lines wait.
    func look(_ pool: inout BlockPool) throws(FileSystemError) -> Look {
        let status = try file.status()
        size = status.sizeBytes
        modifiedNanoseconds = status.modifiedNanoseconds
        if size < feed.readOffset { return restart() }
        if size == feed.readOffset {
            isAtEnd = true
            // The same length may hide new content.
            if modifiedNanoseconds == checkedNanoseconds { return .nothing }
            if try !headIsTheSame() { return restart() }
            checkedNanoseconds = modifiedNanoseconds
            return .nothing
        }
        let count = try feed.read(file, limit: size, pool: &pool)
        // Looked at after the read: had the file been replaced before it, the head would tell.
        if try !headIsTheSame() { return restart() }
        isAtEnd = feed.readOffset >= size
        guard count > 0 else { return .nothing }
        needsMore = false
        return .data
    }

    /// Compares the first bytes with those known, and learns more of them while the file is short.
    private func headIsTheSame() throws(FileSystemError) -> Bool {
        let now = try FileHead.read(file)
        guard now.count >= head.count, now.prefix(head.count).elementsEqual(head) else { return false }
        head = now
        return true
    }

    /// The content was cut off or replaced: begins again. What had been read of an unfinished line is lost.
    private func restart() -> Look {
        let lost = feed.skip == .nothing ? feed.waitingBytes : 0
        feed = LineFeed(from: 0)
        head = []
        needsMore = false
        isAtEnd = false
        checkedNanoseconds = .min
        return .replaced(lost: lost)
    }

    /// Ends the dormancy when the listing shows another size or time than known.
    func wake(_ status: FileStatus) {
        if status.sizeBytes != size || status.modifiedNanoseconds != modifiedNanoseconds { isDormant = false }
    }

    var lagBytes: Int64 { max(0, size - feed.usedOffset) }

    func isIdle(now: UInt64, timeout: UInt64) -> Bool {
        isAtEnd && (!feed.hasFinishedLines || needsMore) && now &- lastDataAt >= timeout
    }

    var mark: TailMark {
        TailMark(
            place: place, headLength: head.count, headHash: FileHead.hash(head), path: path, offset: feed.usedOffset,
            skip: feed.skip, rejected: rejected)
    }
}
