/// A checkpoint: the state of the whole log at one place in the journal.
///
/// Two files take turns, so that a damaged one leaves the other. Recovery begins at the newest that is whole.
struct Manifest: Sendable {
    static let version: UInt32 = 1
    private static let magic: UInt64 = 0x3154_534d_524c_4d4d
    private static let headerBytes = 32

    /// A topic with its partitions.
    struct Topic: Sendable {
        var description: TopicDescription
        var partitions: [PartitionCheckpoint]
    }

    /// Counts checkpoints; also says which of the two files holds it.
    var number: UInt64
    var journal: JournalPosition
    var nextTopicNumber: UInt32 = 1
    var nextProducerId: Int64 = 1000
    var wallMilliseconds: Int64 = 0
    var topics: [Topic] = []

    static func fileName(_ number: UInt64) -> String { "manifest-\(number % 2)" }
    /// The file of a manifest that is not durable yet; nobody reads it.
    static let unfinishedFileName = "manifest-unfinished"

    init(number: UInt64, journal: JournalPosition) {
        self.number = number
        self.journal = journal
    }

    func encoded() -> [UInt8] {
        var body = StateWriter()
        body.write(number)
        body.write(journal.generation)
        body.write(UInt64(journal.offset))
        body.write(journal.sequence)
        body.write(nextTopicNumber)
        body.write(nextProducerId)
        body.write(wallMilliseconds)
        body.write(topics) { writer, topic in
            topic.description.write(to: &writer)
            writer.write(topic.partitions) { $1.write(to: &$0) }
        }
        var writer = StateWriter()
        writer.write(Self.magic)
        writer.write(Self.version)
        writer.write(UInt64(body.bytes.count))
        writer.write(UInt32(0))
        writer.write(Checksum.of(body.bytes))
        writer.write(Checksum.of(writer.bytes))
        writer.writeRaw(body.bytes)
        return writer.bytes
    }

    /// Fails for anything that is not a whole manifest; what follows it in the file is left over from a longer one.
    init(decoding bytes: [UInt8]) throws(StateError) {
        self = try bytes.withUnsafeBytes { buffer -> Result<Manifest, StateError> in
            do throws(StateError) {
                return .success(try Self.decode(buffer))
            } catch {
                return .failure(error)
            }
        }.get()
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer) throws(StateError) -> Manifest {
        var reader = StateReader(bytes)
        guard try reader.read(UInt64.self) == magic else { throw StateError(what: "not a manifest") }
        let version = try reader.read(UInt32.self)
        let length = try reader.read(UInt64.self)
        _ = try reader.read(UInt32.self)
        let bodySum = try reader.read(UInt32.self)
        let headerSum = try reader.read(UInt32.self)
        guard Checksum.of(UnsafeRawBufferPointer(rebasing: bytes[..<(headerBytes - 4)])) == headerSum else {
            throw StateError(what: "the head of a manifest is damaged")
        }
        guard version == self.version else { throw StateError(what: "a manifest of format \(version)") }
        guard length <= UInt64(bytes.count - headerBytes) else { throw StateError(what: "a manifest cut short") }
        let body = UnsafeRawBufferPointer(rebasing: bytes[headerBytes..<(headerBytes + Int(length))])
        guard Checksum.of(body) == bodySum else { throw StateError(what: "the body of a manifest is damaged") }
        reader = StateReader(body)
        let number = try reader.read(UInt64.self)
        let generation = try reader.read(UInt64.self)
        let offset = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        let sequence = try reader.read(UInt64.self)
        guard offset >= 0 else { throw StateError(what: "a place that cannot be") }
        var manifest = Manifest(
            number: number, journal: JournalPosition(generation: generation, offset: offset, sequence: sequence))
        manifest.nextTopicNumber = try reader.read()
        manifest.nextProducerId = try reader.read()
        manifest.wallMilliseconds = try reader.read()
        manifest.topics = try reader.readArray(leastBytes: 100) { (reader) throws(StateError) in
            Topic(
                description: try TopicDescription(from: &reader),
                partitions: try reader.readArray(leastBytes: 60) { (reader) throws(StateError) in
                    try PartitionCheckpoint(from: &reader)
                })
        }
        return manifest
    }
}
