import ConnectorContract

/// Everything that makes up one epoch: which bytes of which blobs are the state of the job.
///
/// Layout, little-endian: magic, u32 version, u32 checksum of these twelve bytes; u32 format version of the states,
/// u64 epoch, parent epoch and plan hash, job name; the blobs; the states with their sections; u64 length of all
/// that, u32 checksum, end magic. The first checksum tells a newer version from a damaged number.
struct Manifest: Equatable, Sendable {
    /// The newest version of the layout this program writes and reads.
    static let version: UInt32 = 1
    static let magic: [UInt8] = Array("MLRMANI1".utf8)
    static let endMagic: [UInt8] = Array("1INAMRLM".utf8)
    static let headerBytes = 16
    static let footerBytes = 20

    var identity: JobIdentity
    /// 0 where nothing has been stored yet: the mark of a directory that was set up.
    var epoch: UInt64
    /// The epoch that was durable before this one.
    var parent: UInt64
    var blobs: [UInt64: BlobSummary]
    var states: [String: StateChain]

    /// Why a manifest cannot be used.
    enum Refusal: Error, Equatable {
        case damaged(String)
        case newerVersion(UInt32)
    }
}

extension Manifest {
    func encoded() -> [UInt8] {
        var writer = ByteWriter(reserving: 256 + states.count * 128)
        Self.magic.withUnsafeBytes { writer.writeRaw($0) }
        writer.write(Self.version)
        writer.write(Checksum.of(writer.bytes))
        writer.write(identity.formatVersion)
        writer.write(epoch)
        writer.write(parent)
        writer.write(identity.planHash)
        writer.write(identity.name)
        let numbers = blobs.keys.sorted()
        writer.write(UInt32(truncatingIfNeeded: numbers.count))
        for number in numbers {
            guard let blob = blobs[number] else { continue }
            writer.write(blob.number)
            writer.write(blob.length)
            writer.write(blob.checksum)
        }
        writer.write(UInt32(truncatingIfNeeded: states.count))
        for name in states.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            guard let chain = states[name] else { continue }
            writer.write(name)
            writer.write(chain.fold.rawValue)
            writer.write(UInt32(truncatingIfNeeded: chain.sections.count))
            for section in chain.sections { section.write(to: &writer) }
        }
        let length = UInt64(writer.bytes.count)
        let checksum = Checksum.of(writer.bytes)
        writer.write(length)
        writer.write(checksum)
        Self.endMagic.withUnsafeBytes { writer.writeRaw($0) }
        return writer.bytes
    }

    /// Reads any bytes; throws ``Refusal`` for whatever ``encoded()`` could not have written.
    init(decoding bytes: [UInt8]) throws(Refusal) {
        do {
            self = try bytes.withUnsafeBytes { buffer in
                try Self.checkEnds(buffer)
                let body = UnsafeRawBufferPointer(rebasing: buffer[..<(buffer.count - Self.footerBytes)])
                return try Self.decodeBody(body)
            }
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .damaged("\(error)")
        }
    }

    /// Checks version, length and checksum, before anything else is believed.
    private static func checkEnds(_ buffer: UnsafeRawBufferPointer) throws {
        guard buffer.count >= headerBytes + footerBytes else { throw Refusal.damaged("cut short") }
        var reader = ByteReader(buffer)
        guard try reader.readRaw(8).elementsEqual(magic) else { throw Refusal.damaged("not a manifest") }
        let version = try reader.read(UInt32.self)
        let headerChecksum = try reader.read(UInt32.self)
        guard headerChecksum == Checksum.of(UnsafeRawBufferPointer(rebasing: buffer[..<12])) else {
            throw Refusal.damaged("the checksum of the header is wrong")
        }
        guard version <= Self.version else { throw Refusal.newerVersion(version) }
        guard version > 0 else { throw Refusal.damaged("version 0") }
        let body = buffer.count - footerBytes
        var footer = ByteReader(UnsafeRawBufferPointer(rebasing: buffer[body...]))
        let length = try footer.read(UInt64.self)
        let checksum = try footer.read(UInt32.self)
        guard try footer.readRaw(8).elementsEqual(endMagic) else { throw Refusal.damaged("the end is missing") }
        guard length == UInt64(body) else { throw Refusal.damaged("the length is wrong") }
        guard checksum == Checksum.of(UnsafeRawBufferPointer(rebasing: buffer[..<body])) else {
            throw Refusal.damaged("the checksum is wrong")
        }
    }

    private static func decodeBody(_ body: UnsafeRawBufferPointer) throws -> Manifest {
        var reader = ByteReader(body)
        _ = try reader.readRaw(headerBytes)
        let formatVersion = try reader.read(UInt32.self)
        let epoch = try reader.read(UInt64.self)
        let parent = try reader.read(UInt64.self)
        let planHash = try reader.read(UInt64.self)
        let identity = JobIdentity(
            name: try reader.readString(), planHash: planHash, formatVersion: formatVersion)
        let blobs = try decodeBlobs(&reader)
        let states = try decodeStates(&reader, blobs: blobs)
        guard reader.remaining == 0 else { throw Refusal.damaged("bytes after the end") }
        return Manifest(identity: identity, epoch: epoch, parent: parent, blobs: blobs, states: states)
    }

    private static func decodeBlobs(_ reader: inout ByteReader) throws -> [UInt64: BlobSummary] {
        var blobs: [UInt64: BlobSummary] = [:]
        for _ in 0..<(try reader.read(UInt32.self)) {
            let blob = BlobSummary(
                number: try reader.read(), length: try reader.read(), checksum: try reader.read())
            guard blobs.updateValue(blob, forKey: blob.number) == nil else {
                throw Refusal.damaged("a blob is named twice")
            }
        }
        return blobs
    }

    private static func decodeStates(
        _ reader: inout ByteReader, blobs: [UInt64: BlobSummary]
    ) throws -> [String: StateChain] {
        var states: [String: StateChain] = [:]
        for _ in 0..<(try reader.read(UInt32.self)) {
            let name = try reader.readString()
            guard let fold = StateChange.Fold(rawValue: try reader.read(UInt8.self)) else {
                throw Refusal.damaged("an unknown fold")
            }
            var chain = StateChain(fold: fold, sections: [])
            for _ in 0..<(try reader.read(UInt32.self)) {
                let section = try Section(from: &reader)
                guard let blob = blobs[section.blob], section.offset <= blob.length,
                    section.length <= blob.length - section.offset
                else { throw Refusal.damaged("a section outside its blob") }
                chain.sections.append(section)
            }
            guard states.updateValue(chain, forKey: name) == nil else {
                throw Refusal.damaged("a state is named twice")
            }
        }
        return states
    }
}

extension Section {
    func write(to writer: inout ByteWriter) {
        writer.write(blob)
        writer.write(offset)
        writer.write(length)
        writer.write(checksum)
        writer.write(level)
        writer.write(UInt8(isComplete ? 1 : 0))
    }

    init(from reader: inout ByteReader) throws(DamagedBytesError) {
        self.init(
            blob: try reader.read(), offset: try reader.read(), length: try reader.read(),
            checksum: try reader.read(), level: try reader.read(), isComplete: try reader.read(UInt8.self) != 0)
    }
}
