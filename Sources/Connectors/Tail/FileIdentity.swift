import CPlatform
import ConnectorContract
import Diagnostics

/// The place of a file on its disk, whatever its name.
struct FilePlace: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64

    init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    init(_ status: FileStatus) { self.init(device: status.device, inode: status.inode) }

    /// Which of `parallelism` readers follows this file; the same at every start.
    func owner(among parallelism: Int) -> Int {
        Int(millrace_mix(device &+ 0x9E37_79B9_7F4A_7C15, inode ^ 0xD6E8_FEB8_6659_FD93) % UInt64(max(1, parallelism)))
    }
}

/// The first bytes of a file, which tell it from another one in the same place.
enum FileHead {
    static let limit = 1_024

    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        let bytes = Array(bytes)
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { millrace_hash_bytes($0, buffer.count, 0x4D69_6C6C_7261_6365) } ?? 0
        }
    }

    /// The first bytes of an open file, at most ``limit``.
    static func read(_ file: any File) throws(FileSystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        var failure: FileSystemError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(FileSystemError) {
                while count < limit {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                    let more = try file.read(into: rest, at: Int64(count))
                    if more <= 0 { break }
                    count += more
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return Array(bytes.prefix(count))
    }
}

/// How far one file has been read, as positions store it.
struct TailMark: Equatable, Sendable {
    var place: FilePlace
    var headLength: Int
    var headHash: UInt64
    var path: String
    /// All lines before it are delivered.
    var offset: Int64
    /// The offset is inside a line that was rejected as too long.
    var skip: LineFeed.Skip
    var rejected: UInt64

    /// True when the file that begins with `head` is the one of this mark.
    func fits(head: [UInt8], size: Int64) -> Bool {
        headLength <= head.count && offset <= size && FileHead.hash(head.prefix(headLength)) == headHash
    }

    private static let mark: UInt32 = 0x4D52_5431
    private static let version: UInt8 = 1

    static func encode(_ marks: [TailMark]) -> [UInt8] {
        var writer = ByteWriter(reserving: marks.count * 96 + 16)
        writer.write(UInt32(truncatingIfNeeded: marks.count))
        for mark in marks {
            writer.write(mark.place.device)
            writer.write(mark.place.inode)
            writer.write(UInt16(truncatingIfNeeded: mark.headLength))
            writer.write(mark.headHash)
            writer.write(mark.path)
            writer.write(mark.offset)
            writer.write(mark.skip.rawValue)
            writer.write(mark.rejected)
        }
        return PositionCoding.seal(mark: mark, version: version, writer)
    }

    static func decode(_ bytes: [UInt8]) throws -> [TailMark] {
        try PositionCoding.open(bytes, mark: mark, version: version) { reader in
            var marks: [TailMark] = []
            for _ in 0..<(try reader.read(UInt32.self)) { marks.append(try TailMark(from: &reader)) }
            return marks
        }
    }

    init(
        place: FilePlace, headLength: Int, headHash: UInt64, path: String, offset: Int64, skip: LineFeed.Skip,
        rejected: UInt64
    ) {
        self.place = place
        self.headLength = headLength
        self.headHash = headHash
        self.path = path
        self.offset = offset
        self.skip = skip
        self.rejected = rejected
    }

    private init(from reader: inout ByteReader) throws {
        place = FilePlace(device: try reader.read(), inode: try reader.read())
        headLength = Int(try reader.read(UInt16.self))
        headHash = try reader.read()
        path = try reader.readString()
        offset = try reader.read()
        let skip = LineFeed.Skip(rawValue: try reader.read(UInt8.self))
        rejected = try reader.read()
        guard let skip, offset >= 0, headLength <= FileHead.limit else {
            throw DamagedBytesError(what: "impossible file mark", offset: reader.offset)
        }
        self.skip = skip
    }
}
