/// The head of a round, which stands once at its front and once, with the table, at its very end.
///
/// A round takes whole blocks: head, table of entries, payload, zeros, table once more, head once more. So no round
/// shares a block with an older one, and one damaged block does not hide what the round was about.
struct RoundHeader: Sendable, Equatable {
    static let byteCount = 64
    static let blockBytes = 4096
    private static let frontMagic: UInt64 = 0x4452_4e4f_4552_4c4d
    private static let endMagic: UInt64 = 0x4c4d_4552_4f4e_4452

    var generation: UInt64
    var sequence: UInt64
    /// Where in its file the round begins.
    var start: Int
    var tableBytes: Int
    var payloadBytes: Int
    var wallMilliseconds: Int64
    var tableSum: UInt32

    /// Bytes of the whole round.
    var totalBytes: Int { Self.totalBytes(table: tableBytes, payload: payloadBytes) }
    var payloadStart: Int { Self.byteCount + tableBytes }

    static func totalBytes(table: Int, payload: Int) -> Int {
        let bytes = 2 * (byteCount + table) + payload
        return (bytes + blockBytes - 1) / blockBytes * blockBytes
    }

    func encoded(isEnd: Bool) -> [UInt8] {
        var writer = StateWriter()
        writer.write(isEnd ? Self.endMagic : Self.frontMagic)
        writer.write(generation)
        writer.write(sequence)
        writer.write(UInt64(start))
        writer.write(UInt64(payloadBytes))
        writer.write(wallMilliseconds)
        writer.write(UInt32(truncatingIfNeeded: tableBytes))
        writer.write(tableSum)
        writer.write(UInt32(0))
        writer.write(Checksum.of(writer.bytes))
        return writer.bytes
    }

    /// Nil for anything that is not a whole head; says which of the two it is.
    static func decode(_ bytes: UnsafeRawBufferPointer, fileBytes: Int) -> (header: RoundHeader, isEnd: Bool)? {
        guard bytes.count >= byteCount else { return nil }
        var reader = StateReader(bytes)
        do {
            let magic = try reader.read(UInt64.self)
            guard magic == frontMagic || magic == endMagic else { return nil }
            let generation = try reader.read(UInt64.self)
            let sequence = try reader.read(UInt64.self)
            let start = try reader.read(UInt64.self)
            let payload = try reader.read(UInt64.self)
            let wall = try reader.read(Int64.self)
            let table = try reader.read(UInt32.self)
            let tableSum = try reader.read(UInt32.self)
            _ = try reader.read(UInt32.self)
            let sum = try reader.read(UInt32.self)
            guard Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<(byteCount - 4)])) == sum else { return nil }
            let limit = UInt64(fileBytes)
            guard start <= limit, payload <= limit, UInt64(table) <= limit else { return nil }
            let header = RoundHeader(
                generation: generation, sequence: sequence, start: Int(start), tableBytes: Int(table),
                payloadBytes: Int(payload), wallMilliseconds: wall, tableSum: tableSum)
            guard header.start % blockBytes == 0, header.totalBytes <= fileBytes - header.start else { return nil }
            return (header, magic == endMagic)
        } catch {
            return nil
        }
    }
}
