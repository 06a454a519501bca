import Diagnostics
import Formats
import Glibc

/// A place in a file from which whole lines are cut, block by block.
///
/// Bytes before `at` have been used; those up to `lineEnd` are finished lines; those behind it wait for their end.
struct LineFeed {
    /// What is done with the line the place is in.
    enum Skip: UInt8 {
        case nothing = 0
        case rest = 1
    }

    private(set) var block: InputBlock?
    /// Offset in the file of the block's first byte.
    private(set) var blockOffset: Int64
    private(set) var at = 0
    private(set) var lineEnd = 0
    private(set) var skip: Skip
    /// Lines that begin at this offset or behind belong to somebody else.
    let stop: Int64
    /// False for formats without lines: all that has been read is there to be used.
    let cutsAtLineEnds: Bool

    init(from offset: Int64, stop: Int64 = .max, skip: Skip = .nothing, cutsAtLineEnds: Bool = true) {
        self.cutsAtLineEnds = cutsAtLineEnds
        blockOffset = offset
        self.stop = stop
        self.skip = skip
    }

    /// Everything before this offset has been used.
    var usedOffset: Int64 { blockOffset + Int64(at) }
    /// Everything before this offset has been read.
    var readOffset: Int64 { blockOffset + Int64(block?.count ?? 0) }
    var hasFinishedLines: Bool { at < lineEnd }
    /// Bytes read and not used.
    var waitingBytes: Int { (block?.count ?? 0) - at }

    /// Reads on from `file`, not beyond `limit`; gives the count of new bytes. What is unused moves to a fresh block
    /// when the old one is full.
    mutating func read(_ file: any File, limit: Int64, pool: inout BlockPool) throws(FileSystemError) -> Int {
        let wanted = limit - readOffset
        guard wanted > 0 else { return 0 }
        makeRoom(wanted, pool: &pool)
        guard let block else { return 0 }
        let room = Int(min(Int64(block.capacity - block.count), wanted))
        let target = UnsafeMutableRawBufferPointer(start: block.bytes + block.count, count: room)
        let count = try file.read(into: target, at: readOffset)
        guard count > 0 else { return 0 }
        let from = block.count
        block.count += count
        accept(from: from)
        return count
    }

    private mutating func makeRoom(_ wanted: Int64, pool: inout BlockPool) {
        let room = block.map { $0.capacity - $0.count } ?? 0
        if room >= min(Int(clamping: wanted), pool.blockBytes / 8), room > 0 { return }
        let rest = waitingBytes
        let fresh = pool.take(
            atLeast: rest > pool.blockBytes / 2
                ? rest + pool.blockBytes : min(pool.blockBytes, rest + Int(clamping: wanted)))
        if let block, rest > 0 { fresh.bytes.update(from: block.bytes + at, count: rest) }
        fresh.count = rest
        blockOffset += Int64(at)
        lineEnd = max(0, lineEnd - at)
        at = 0
        block = fresh
    }

    /// Takes in the bytes from `from` on: ends a skip, finds the last line end.
    private mutating func accept(from: Int) {
        guard let block else { return }
        guard cutsAtLineEnds else {
            lineEnd = block.count
            return
        }
        skipByteOrderMark(block)
        if skip != .nothing {
            guard let newline = Self.firstLineEnd(block, at, block.count) else {
                at = block.count
                return
            }
            at = newline
            skip = .nothing
        }
        let from = max(from, at)
        if let last = Self.lastLineEnd(block, from, block.count) { lineEnd = last }
        guard blockOffset + Int64(lineEnd) > stop else { return }
        // The last line that begins before the stop is ours to its end; what follows is not.
        let border = Int(max(0, stop - 1 - blockOffset))
        lineEnd =
            Self.firstLineEnd(block, border, block.count) ?? Self.lastLineEnd(block, at, min(border, block.count)) ?? at
    }

    /// Editors of some systems begin a file with the character U+FEFF; it belongs to no line.
    private mutating func skipByteOrderMark(_ block: InputBlock) {
        guard blockOffset == 0, at == 0, block.count >= 3 else { return }
        if block.bytes[0] == 0xEF, block.bytes[1] == 0xBB, block.bytes[2] == 0xBF { at = 3 }
    }

    /// Lines up to this place of the block have been used.
    mutating func use(upTo place: Int) { at = min(max(place, at), block?.count ?? 0) }

    /// The end of the file is the end of the last line.
    mutating func finishLastLine() { lineEnd = block?.count ?? 0 }

    /// Drops what has been read and not used, up to the next line end.
    mutating func skipLine() {
        at = block?.count ?? 0
        lineEnd = at
        skip = .rest
    }

    /// Frees the block when nothing waits in it.
    mutating func releaseIfEmpty() {
        guard waitingBytes == 0, block != nil else { return }
        blockOffset = usedOffset
        at = 0
        lineEnd = 0
        block = nil
    }

    /// The place behind the first line end in the range.
    private static func firstLineEnd(_ block: InputBlock, _ from: Int, _ to: Int) -> Int? {
        guard from < to, let found = memchr(block.bytes + from, 10, to - from) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(block.bytes) + 1
    }

    /// The place behind the last line end in the range.
    private static func lastLineEnd(_ block: InputBlock, _ from: Int, _ to: Int) -> Int? {
        var place = to
        while place > from {
            if block.bytes[place - 1] == 10 { return place }
            place -= 1
        }
        return nil
    }
}
