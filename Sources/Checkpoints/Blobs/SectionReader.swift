import Diagnostics

/// Stored bytes are not what was stored.
struct DamagedBlobError: Error {
    var path: String
    var what: String
}

/// Reads one section in pieces and checks it at its end.
struct SectionReader {
    let section: Section
    let file: any File
    private var position: UInt64 = 0
    private var checksum = Checksum()

    init(_ section: Section, in file: any File) {
        self.section = section
        self.file = file
    }

    var remaining: UInt64 { section.length - position }

    /// Appends the next bytes, at most `count`; with the last of them the checksum must be right.
    mutating func read(upTo count: Int, appendingTo output: inout [UInt8]) throws {
        let wanted = Int(min(UInt64(max(count, 0)), remaining))
        let start = output.count
        output += [UInt8](repeating: 0, count: wanted)
        try output.withUnsafeMutableBytes { buffer in
            try fill(UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
        }
        try checkEnd()
    }

    /// The whole section. Its length has been checked against the length of the file before.
    mutating func readAll() throws -> [UInt8] {
        let count = Int(remaining)
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            try fill(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
            initialized = count
        }
        try checkEnd()
        return bytes
    }

    private mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < buffer.count {
            let piece = min(buffer.count - done, CheckpointLimits.pieceBytes)
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + piece)])
            let count = try file.read(into: part, at: Int64(section.offset &+ position))
            guard count > 0, count <= piece else {
                throw DamagedBlobError(path: file.path, what: "a section is cut short")
            }
            checksum.update(UnsafeRawBufferPointer(rebasing: part[..<count]))
            done += count
            position += UInt64(count)
        }
    }

    private func checkEnd() throws {
        guard remaining == 0, checksum.value != section.checksum else { return }
        throw DamagedBlobError(path: file.path, what: "the checksum of a section is wrong")
    }
}
