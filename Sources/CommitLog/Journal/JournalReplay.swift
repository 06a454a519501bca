import Diagnostics
import KafkaProtocol

/// Brings the log to where the journal ends. Each round is applied whole or not at all.
final class JournalReplay {
    private let core: LogCore
    private let scan: JournalScan
    private(set) var report: RecoveryReport
    /// Appends behind a loss go to a segment of their own: which one, and how far in front of where they were.
    private var moved: [PartitionKey: (from: Int64, base: Int64, shift: Int)] = [:]
    /// Partitions that lost something: a new leader epoch begins behind all that was read back.
    private var bereft: Set<PartitionKey> = []

    init(core: LogCore, scan: JournalScan, report: RecoveryReport) {
        self.core = core
        self.scan = scan
        self.report = report
    }

    func run(from manifest: Manifest) throws(LogError) {
        for topic in manifest.topics {
            core.setTopic(topic.description)
            // The folders may be gone: the journal tells of the topic's end only later.
            try core.makeDirectories(of: topic.description, from: 0)
            for partition in topic.partitions { core.addPartition(partition, of: topic.description.number) }
        }
        try scan.replay(from: manifest.journal) { (round, payload, wasSynced) throws(LogError) in
            try self.apply(round, payload, wasSynced)
        }
        for loss in scan.losses {
            report.damages.append(
                .init(
                    kind: .healed, file: loss.file,
                    what:
                        "rounds \(loss.sequences) cannot be read (bytes \(loss.bytes)); what the segments hold is kept")
            )
        }
        core.journal.resume(sequence: scan.nextSequence, tail: scan.tail)
        try settle()
    }

    // MARK: rounds

    /// An append of a round, with its batches checked.
    private struct Checked {
        var append: JournalEntry.Append
        var bytes: [UInt8]
        var headers: [RecordBatchHeader]
    }

    private func apply(
        _ round: JournalScan.Round, _ payload: UnsafeRawBufferPointer, _ wasSynced: () -> Bool
    ) throws(LogError) -> Bool {
        var checked: [Int: Checked] = [:]
        for (index, entry) in round.entries.enumerated() {
            guard case .append(let append) = entry else { continue }
            if let good = check(append, payload, in: round) {
                checked[index] = good
            } else if !wasSynced() {
                report.cutRounds += 1
                return false
            } else {
                quarantine(append, payload, file: round.file)
            }
        }
        for (index, entry) in round.entries.enumerated() {
            if case .append = entry {
                if let good = checked[index] { try replay(good, now: round.header.wallMilliseconds) }
            } else {
                try replay(entry)
            }
        }
        report.replayedRounds += 1
        report.replayedBytes += payload.count
        return true
    }

    /// The batches of an append from the journal or, where they are damaged there, from the segment.
    private func check(
        _ append: JournalEntry.Append, _ payload: UnsafeRawBufferPointer, in round: JournalScan.Round
    ) -> Checked? {
        if append.payload.upperBound <= payload.count {
            let bytes = UnsafeRawBufferPointer(rebasing: payload[append.payload])
            if let headers = BatchRun.headers(
                in: bytes, from: append.baseOffset, to: append.nextOffset, epoch: append.leaderEpoch)
            {
                return Checked(append: append, bytes: Array(bytes), headers: headers)
            }
        }
        guard
            let stored = storedBytes(append.key, append.segmentBase, append.position, append.payload.count),
            let headers = stored.withUnsafeBytes({
                BatchRun.headers(in: $0, from: append.baseOffset, to: append.nextOffset, epoch: append.leaderEpoch)
            })
        else { return nil }
        report.damages.append(
            .init(
                kind: .healed, file: round.file,
                what: "offsets \(append.baseOffset)..<\(append.nextOffset) taken from their segment"))
        return Checked(append: append, bytes: stored, headers: headers)
    }

    private func storedBytes(_ key: PartitionKey, _ base: Int64, _ position: Int, _ count: Int) -> [UInt8]? {
        let name = SegmentSummary(baseOffset: base, createdMilliseconds: -1).name
        let path = "\(core.partitionDirectory(key))/\(name).log"
        guard let file = try? core.files.open(path, .read) else { return nil }
        return (try? file.bytes(count, at: position)) ?? nil
    }

    private func replay(_ checked: Checked, now: Int64) throws(LogError) {
        let append = checked.append
        guard let partition = core.partitions[append.key], append.baseOffset >= partition.nextOffset else { return }
        if append.baseOffset > partition.nextOffset { try closeGap(before: append, in: partition, now: now) }
        var base = append.segmentBase
        var position = append.position
        if let move = moved[append.key] {
            if move.from == base {
                base = move.base
                position -= move.shift
            } else {
                moved[append.key] = nil
            }
        }
        if append.leaderEpoch > partition.epochs.current { partition.advanceEpoch() }
        partition.beginSegmentForReplay(base: base)
        try write(checked.bytes, checked.headers, to: partition, position: position, now: now)
    }

    private func write(
        _ bytes: [UInt8], _ headers: [RecordBatchHeader], to partition: Partition, position: Int, now: Int64
    ) throws(LogError) {
        let segment = partition.active
        guard position == segment.committedBytes else {
            throw .unusable(
                "\(segment.path) has \(segment.committedBytes) bytes where the journal goes on at \(position)")
        }
        do throws(FileSystemError) {
            let result = bytes.withUnsafeBytes { buffer -> Result<Void, FileSystemError> in
                Result { () throws(FileSystemError) in try segment.write(buffer, at: position) }
            }
            try result.get()
        } catch {
            throw .unusable("a replayed batch cannot be written: \(error)")
        }
        var place = position
        for header in headers {
            let end = place - position + header.byteCount
            stage(header, bytes[(place - position)..<end], in: partition, now: now)
            partition.commit(header, in: segment.baseOffset, position: place, nowMilliseconds: now)
            place += header.byteCount
        }
        partition.finishRound(producerLimit: core.configuration.producersPerPartition)
    }

    private func stage(_ header: RecordBatchHeader, _ bytes: ArraySlice<UInt8>, in partition: Partition, now: Int64) {
        guard header.attributes.isControl else {
            partition.producers.stage(header, appendedMilliseconds: now)
            return
        }
        let marker = bytes.withUnsafeBytes { RecordBatchView($0).flatMap { TransactionMarker($0) } }
        if let marker { partition.producers.stageMarker(marker, header: header, appendedMilliseconds: now) }
    }

    private func replay(_ entry: JournalEntry) throws(LogError) {
        switch entry {
        case .append: break
        case .topicCreated(let topic):
            guard core.topics[topic.number] == nil else { break }
            try core.makeDirectories(of: topic, from: 0)
            core.addTopic(topic)
        case .topicDeleted(let number): core.forgetTopic(number)
        case .topicConfigured(let number, let configuration):
            guard var topic = core.topics[number] else { break }
            topic.configuration = configuration
            core.setTopic(topic)
        case .partitionsAdded(let number, let count):
            guard var topic = core.topics[number], count > topic.partitionCount else { break }
            let before = topic.partitionCount
            topic.partitionCount = count
            try core.makeDirectories(of: topic, from: before)
            core.setTopic(topic)
            core.addPartitions(of: topic, from: before)
        case .logStart(let key, let offset): _ = core.partitions[key]?.raiseLogStart(to: offset)
        case .rolled(let key): core.partitions[key]?.roll()
        case .segmentsReplaced(let key, let bases, let summary):
            _ = core.partitions[key]?.replace(bases: bases, with: summary)
            core.partitions[key]?.cleanedUpTo = max(core.partitions[key]?.cleanedUpTo ?? 0, summary.nextOffset)
        case .producerIds(let next): core.nextProducerId = max(core.nextProducerId, next)
        }
    }

    // MARK: losses

    /// Rounds are missing in front of an append: what they wrote may still stand in the segment.
    private func closeGap(before append: JournalEntry.Append, in partition: Partition, now: Int64) throws(LogError) {
        let segment = partition.active
        let position = segment.committedBytes
        if append.segmentBase == segment.baseOffset, append.position > position,
            let bytes = storedBytes(partition.key, segment.baseOffset, position, append.position - position),
            let headers = bytes.withUnsafeBytes({
                BatchRun.headers(in: $0, from: partition.nextOffset, to: append.baseOffset)
            })
        {
            try write(bytes, headers, to: partition, position: position, now: now)
            return
        }
        report.damages.append(
            .init(
                kind: .lost, file: partition.directory,
                what: "offsets \(partition.nextOffset)..<\(append.baseOffset) are lost"))
        partition.skip(to: append.baseOffset)
        moved[partition.key] = (from: append.segmentBase, base: append.baseOffset, shift: append.position)
        bereft.insert(partition.key)
    }

    /// Keeps what is left of an append for a person to look at.
    private func quarantine(_ append: JournalEntry.Append, _ payload: UnsafeRawBufferPointer, file: String) {
        let name = "\(append.key.topic)-\(append.key.partition)-\(append.baseOffset)"
        if append.payload.upperBound <= payload.count {
            Quarantine(directory: core.directory, files: core.files)
                .keep(Array(payload[append.payload]), name: name)
        }
        report.damages.append(
            .init(
                kind: .lost, file: file,
                what:
                    "offsets \(append.baseOffset)..<\(append.nextOffset) of partition \(append.key.partition) of topic"
                    + " #\(append.key.topic) are damaged in the journal and in their segment"))
        // The offsets stay used: what follows is moved behind the gap.
        guard let partition = core.partitions[append.key], partition.nextOffset <= append.baseOffset else { return }
        partition.skip(to: append.nextOffset)
        moved[append.key] = (
            from: append.segmentBase, base: append.nextOffset, shift: append.position + append.payload.count
        )
        bereft.insert(append.key)
    }

    // MARK: afterwards

    /// Brings the files in line with what is known: no bytes behind a segment's end.
    private func settle() throws(LogError) {
        for key in bereft { core.partitions[key]?.advanceEpoch() }
        do throws(FileSystemError) {
            for partition in core.partitions.values.sorted(by: { $0.directory < $1.directory }) {
                try settle(partition)
            }
        } catch {
            throw .unusable("\(error)")
        }
    }

    private func settle(_ partition: Partition) throws(FileSystemError) {
        for segment in partition.segments {
            let summary = segment.summary
            let bytes = try segment.fileBytes()
            if bytes < summary.bytes {
                report.damages.append(
                    .init(
                        kind: .shortened, file: segment.path,
                        what: "\(bytes) bytes, of \(summary.bytes) that were written"))
            } else if bytes > summary.bytes {
                try core.files.open(segment.path, .readWrite).truncate(toBytes: Int64(summary.bytes))
            }
        }
    }
}
