import Diagnostics
import KafkaProtocol

/// The one writer of a log directory: every change goes through it, one round after another.
///
/// It has no thread, no queue and no lock of its own: whoever holds it calls it, one at a time; ``CommitLog`` keeps it
/// behind a mutex.
final class LogCore: @unchecked Sendable {
    let directory: String
    let environment: Environment
    let configuration: LogConfiguration
    let catalog: Catalog
    let journal: Journal
    var topics: [UInt32: TopicDescription] = [:]
    var partitions: [PartitionKey: Partition] = [:]
    var nextTopicNumber: UInt32
    var nextProducerId: Int64
    /// The last manifest written, and the generation of the journal that the one before it begins in.
    var manifestNumber: UInt64
    var lastManifestGeneration: UInt64
    /// Why nothing is written any more; nil while all is well.
    private(set) var failure: String?
    /// Segments that were part of a partition in the manifest before the last: only these may be compacted, since an
    /// older manifest might have to write to younger ones.
    var settledSegments: [PartitionKey: Set<Int64>] = [:]
    var lastSettledSegments: [PartitionKey: Set<Int64>] = [:]
    private let round: RoundBuffer

    var files: any FileSystem { environment.files }

    init(
        directory: String, environment: Environment, configuration: LogConfiguration, catalog: Catalog,
        journal: Journal, manifest: Manifest
    ) {
        self.directory = directory
        self.environment = environment
        self.configuration = configuration
        self.catalog = catalog
        self.journal = journal
        nextTopicNumber = manifest.nextTopicNumber
        nextProducerId = manifest.nextProducerId
        manifestNumber = manifest.number
        lastManifestGeneration = manifest.journal.generation
        round = RoundBuffer(keptBytes: 2 * configuration.roundBytes)
    }

    func partitionDirectory(_ key: PartitionKey) -> String { "\(topicDirectory(key.topic))/\(key.partition)" }
    func topicDirectory(_ number: UInt32) -> String { "\(directory)/topics/\(number)" }

    // MARK: stopping

    /// After a write or a sync went wrong, what the disk holds is unknown: only opening the log again tells.
    func stop(_ cause: String) -> LogError {
        if failure == nil { failure = cause }
        return .stopped(failure ?? cause)
    }

    func checkRunning() throws(LogError) {
        if let failure { throw .stopped(failure) }
    }

    func refusal(_ error: FileSystemError) -> LogError {
        error.isDiskFull ? .diskFull : stop("\(error)")
    }

    // MARK: rounds

    /// Writes entries without payload as a round of their own, durably.
    func record(_ entries: [JournalEntry], isData: Bool = false) throws(LogError) {
        try checkRunning()
        let table = JournalEntry.encode(entries)
        try reserve(RoundHeader.totalBytes(table: table.count, payload: 0), isData: isData)
        round.begin(header(table: table, payloadBytes: 0, now: environment.clock.wallMilliseconds()), table: table)
        try writeRound()
    }

    func reserve(_ bytes: Int, isData: Bool) throws(LogError) {
        do throws(FileSystemError) {
            try journal.reserve(bytes, isData: isData)
        } catch {
            throw refusal(error)
        }
    }

    func header(table: [UInt8], payloadBytes: Int, now: Int64) -> RoundHeader {
        RoundHeader(
            generation: journal.position.generation, sequence: journal.position.sequence,
            start: journal.position.offset, tableBytes: table.count, payloadBytes: payloadBytes,
            wallMilliseconds: now, tableSum: Checksum.of(table))
    }

    /// Every failure here ends the log: whether the round is on the disk can no longer be told.
    func writeRound() throws(LogError) {
        do throws(FileSystemError) {
            try journal.write(round.finish())
        } catch {
            throw stop("\(error)")
        }
    }

    func withRound<Value>(_ body: (RoundBuffer) throws(LogError) -> Value) throws(LogError) -> Value {
        try body(round)
    }
}
