import Diagnostics

/// Reads the journal back after a stop: rounds in order, what is missing between them, and where it ends.
///
/// A round is written only after the one before it was synced. So a round that can't be read was acknowledged if any
/// later one can be read: then it is damage. If none can, it is the torn tail that a crash leaves, and is cut.
final class JournalScan {
    /// A file of the journal as it was found.
    struct Found {
        var name: String
        var file: any File
        var bytes: Int
        /// 0 for a file without a round that can be read.
        var generation: UInt64
        /// The sequence of its first round, where that is known.
        var firstSequence: UInt64?
    }

    /// A round, its payload not checked yet.
    struct Round {
        var header: RoundHeader
        var entries: [JournalEntry]
        var file: String
    }

    /// A stretch of rounds that were synced once and can't be read any more.
    struct Loss: Sendable, Equatable {
        var file: String
        var bytes: Range<Int>
        var sequences: Range<UInt64>
    }

    /// Far more than a journal file has: for heads that are to be read whatever became of their file.
    private static let longestFileBytes = 1 << 50

    private let directory: String
    private let files: any FileSystem
    private(set) var found: [Found] = []
    /// The file being read, with zeros in place of what stands in front of the first round wanted.
    private var image: [UInt8] = []
    private var imageIndex = 0
    private(set) var losses: [Loss] = []
    /// The sequence of the round that would come next.
    private(set) var nextSequence: UInt64 = 0
    /// Where the newest file goes on; nil when reading ended before it.
    private(set) var tail: JournalTail?

    init(directory: String, files: any FileSystem) throws(FileSystemError) {
        self.directory = directory
        self.files = files
        for name in try files.list(directory) where name.hasPrefix("journal-") {
            let file = try files.open("\(directory)/\(name)", .readWrite)
            let bytes = Int(try file.status().sizeBytes)
            let first = try Self.firstRound(file, bytes: bytes)
            found.append(
                Found(
                    name: name, file: file, bytes: bytes, generation: first?.generation ?? 0,
                    firstSequence: first?.start == 0 ? first?.sequence : nil))
        }
        found.sort { $0.generation < $1.generation }
    }

    var lastGeneration: UInt64 { found.last?.generation ?? 0 }

    /// The first head in a file: nearly always that of its first block.
    ///
    /// A head counts even if its round was cut off with the file. Nobody was told of that round, but its generation must
    /// not be given out again: when the file grows, the round may look whole, and would stand in the way of a later one.
    private static func firstRound(_ file: any File, bytes: Int) throws(FileSystemError) -> RoundHeader? {
        guard bytes >= RoundHeader.byteCount, let head = try file.bytes(RoundHeader.byteCount, at: 0) else {
            return nil
        }
        if let header = head.withUnsafeBytes({ RoundHeader.decode($0, fileBytes: longestFileBytes) })?.header,
            header.start == 0
        {
            return header
        }
        guard let image = try file.bytes(bytes, at: 0) else { return nil }
        // A file in use again still holds rounds of its former generation behind the newer ones.
        return heads(in: image, from: 0, fileBytes: longestFileBytes)
            .max { ($0.generation, $1.start) < ($1.generation, $0.start) }
    }

    /// All heads that can be read in the blocks from `offset` on, in order of place, of rounds that fit into
    /// `fileBytes`.
    private static func heads(in image: [UInt8], from offset: Int, fileBytes: Int) -> [RoundHeader] {
        var heads: [RoundHeader] = []
        image.withUnsafeBytes { bytes in
            for block in stride(from: offset, to: image.count, by: RoundHeader.blockBytes) {
                for start in [block, block + RoundHeader.blockBytes - RoundHeader.byteCount]
                where start + RoundHeader.byteCount <= image.count {
                    let slice = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + RoundHeader.byteCount)])
                    guard let (header, isEnd) = RoundHeader.decode(slice, fileBytes: fileBytes) else { continue }
                    // What looks like a head and stands elsewhere was copied there: by a record, say.
                    guard
                        isEnd
                            ? header.start + header.totalBytes == start + RoundHeader.byteCount : header.start == start
                    else { continue }
                    heads.append(header)
                }
            }
        }
        return heads
    }

    // MARK: reading in order

    /// Calls `body` with each round from `position` on, and with its payload, until the journal ends or `body` says
    /// that it does. The third argument tells whether the round was certainly synced.
    func replay(
        from position: JournalPosition,
        _ body: (Round, UnsafeRawBufferPointer, () -> Bool) throws(LogError) -> Bool
    ) throws(LogError) {
        nextSequence = position.sequence
        var offset = position.offset
        for index in found.indices where found[index].generation >= position.generation {
            if found[index].generation > position.generation { offset = 0 }
            do throws(FileSystemError) {
                image = try Self.image(of: found[index], from: offset)
            } catch {
                throw .unusable("the journal cannot be read: \(error)")
            }
            imageIndex = index
            guard try replayFile(from: offset, body) else { break }
        }
        image = []
    }

    /// Only what is wanted is read from the disk.
    private static func image(of found: Found, from offset: Int) throws(FileSystemError) -> [UInt8] {
        var image = [UInt8](repeating: 0, count: found.bytes)
        guard offset < found.bytes, try found.file.status().sizeBytes >= found.bytes else { return image }
        let read = image.withUnsafeMutableBytes { buffer in
            Result { () throws(FileSystemError) in
                try found.file.readFully(into: UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]), at: offset)
            }
        }
        return try read.get() == found.bytes - offset ? image : []
    }

    private var successor: UInt64? {
        found[(imageIndex + 1)...].first { $0.firstSequence != nil }?.firstSequence
    }

    private func replayFile(
        from start: Int, _ body: (Round, UnsafeRawBufferPointer, () -> Bool) throws(LogError) -> Bool
    ) throws(LogError) -> Bool {
        var offset = start
        tail = nil
        defer { if imageIndex == found.count - 1 { tail = JournalTail(name: found[imageIndex].name, offset: offset) } }
        while nextSequence != successor {
            guard let round = round(at: offset) ?? roundByItsEnd(at: offset) else {
                guard let next = nextHead(after: offset) else {
                    // A file that was cut may end before the place to begin at.
                    if let successor, successor > nextSequence {
                        lose(offset..<max(offset, image.count), before: successor)
                    }
                    return true
                }
                lose(offset..<next.start, before: next.sequence)
                offset = next.start
                continue
            }
            let header = round.header
            let payloadStart = header.start + header.payloadStart
            let sequence = header.sequence
            let goesOn = try image.withUnsafeBytes { bytes -> Result<Bool, LogError> in
                let payload = UnsafeRawBufferPointer(
                    rebasing: bytes[payloadStart..<(payloadStart + header.payloadBytes)])
                do throws(LogError) {
                    return .success(try body(round, payload) { self.hasRound(behind: sequence, from: payloadStart) })
                } catch {
                    return .failure(error)
                }
            }.get()
            guard goesOn else { return false }
            nextSequence = sequence + 1
            offset += header.totalBytes
        }
        return true
    }

    private func lose(_ bytes: Range<Int>, before sequence: UInt64) {
        losses.append(
            Loss(file: "\(directory)/\(found[imageIndex].name)", bytes: bytes, sequences: nextSequence..<sequence))
        nextSequence = sequence
    }

    private func round(at offset: Int) -> Round? {
        image.withUnsafeBytes { bytes in
            guard offset <= bytes.count - RoundHeader.byteCount else { return nil }
            let slice = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + RoundHeader.byteCount)])
            guard let (header, isEnd) = RoundHeader.decode(slice, fileBytes: bytes.count), !isEnd, fits(header, offset)
            else { return nil }
            return round(header, table: offset + RoundHeader.byteCount, bytes)
        }
    }

    /// The round at `offset` from the copy of its head and table at its end.
    private func roundByItsEnd(at offset: Int) -> Round? {
        let block = RoundHeader.blockBytes
        return image.withUnsafeBytes { bytes in
            for end in stride(from: offset + block, through: bytes.count, by: block) {
                let slice = UnsafeRawBufferPointer(rebasing: bytes[(end - RoundHeader.byteCount)..<end])
                guard let (header, isEnd) = RoundHeader.decode(slice, fileBytes: bytes.count), isEnd,
                    fits(header, offset), header.start + header.totalBytes == end
                else { continue }
                return round(header, table: end - RoundHeader.byteCount - header.tableBytes, bytes)
            }
            return nil
        }
    }

    private func fits(_ header: RoundHeader, _ offset: Int) -> Bool {
        header.start == offset && header.sequence == nextSequence && header.generation == found[imageIndex].generation
    }

    private func round(_ header: RoundHeader, table start: Int, _ bytes: UnsafeRawBufferPointer) -> Round? {
        let table = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + header.tableBytes)])
        guard Checksum.of(table) == header.tableSum, let entries = try? JournalEntry.decode(table) else { return nil }
        return Round(header: header, entries: entries, file: found[imageIndex].name)
    }

    /// The head of the next round of this file behind the one that is missing.
    private func nextHead(after offset: Int) -> RoundHeader? {
        Self.heads(in: image, from: offset, fileBytes: image.count)
            .filter { $0.generation == found[imageIndex].generation && $0.sequence > nextSequence && $0.start > offset }
            .min { $0.sequence < $1.sequence }
    }

    private func hasRound(behind sequence: UInt64, from offset: Int) -> Bool {
        if let successor, successor > sequence { return true }
        let block = offset / RoundHeader.blockBytes * RoundHeader.blockBytes
        return Self.heads(in: image, from: block, fileBytes: image.count).contains {
            $0.generation == found[imageIndex].generation && $0.sequence > sequence
        }
    }
}
