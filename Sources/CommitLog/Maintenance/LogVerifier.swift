package import Diagnostics
import KafkaProtocol

/// What `millrace verify` found in a log that nobody has open.
package struct VerificationReport: Sendable, Equatable {
    /// A stretch of a segment that holds no whole, right batch.
    package struct DamagedRange: Sendable, Equatable, CustomStringConvertible {
        package var topic: String
        package var partition: Int32
        package var file: String
        package var bytes: Range<Int>
        /// The offsets that can't be read because of it.
        package var offsets: Range<Int64>

        package var description: String {
            "\(topic)-\(partition): offsets \(offsets.lowerBound)..<\(offsets.upperBound) (\(file), bytes"
                + " \(bytes.lowerBound)..<\(bytes.upperBound))"
        }
    }

    package var batches = 0
    package var bytes = 0
    package var damagedRanges: [DamagedRange] = []
    package var recovery: RecoveryReport

    package var isClean: Bool { damagedRanges.isEmpty && !recovery.hasLosses }
}

extension CommitLog {
    /// Reads every batch of every segment, checks it, and tells what is damaged. With `repairs`, damaged stretches are
    /// put into the folder `quarantine` and taken out of their segments, so that what lies behind them can be read;
    /// their offsets stay unused. Nothing else may have the log open. Costs one pass over all bytes; `progress` is told
    /// after each segment how many of them are done, and how many there are.
    package static func verify(
        directory: String, environment: Environment = Environment(),
        configuration: LogConfiguration = LogConfiguration(), repairs: Bool, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(LogError) -> VerificationReport {
        let log = try CommitLog(
            directory: directory, environment: environment, configuration: configuration, driver: .manual)
        var report = VerificationReport(recovery: log.report)
        var work: [(topic: TopicDescription, reader: PartitionReader, segment: Segment)] = []
        for topic in log.topics {
            for index in 0..<topic.partitionCount {
                let reader = try log.partition(PartitionKey(topic: topic.number, partition: index))
                work += reader.current.segments.map { (topic, reader, $0) }
            }
        }
        let total = work.reduce(0) { $0 + $1.segment.summary.bytes }
        for (topic, reader, segment) in work {
            try log.verify(segment, of: topic, reader, into: &report, repairs: repairs)
            progress(report.bytes, total)
        }
        try log.close()
        return report
    }

    private func verify(
        _ segment: Segment, of topic: TopicDescription, _ reader: PartitionReader,
        into report: inout VerificationReport,
        repairs: Bool
    ) throws(LogError) {
        let check: SegmentCheck
        do throws(FileSystemError) {
            check = try SegmentCheck(segment, reader.current.epochs)
        } catch {
            throw .unusable("\(segment.path) cannot be read: \(error)")
        }
        report.batches += check.batches.count
        report.bytes += check.bytes.count
        guard !check.damages.isEmpty else { return }
        for damage in check.damages {
            report.damagedRanges.append(
                .init(
                    topic: topic.name, partition: reader.key.partition, file: segment.path, bytes: damage.bytes,
                    offsets: damage.offsets))
        }
        guard repairs else { return }
        try withCore { (core) throws(LogError) in try core.cutOut(check, of: segment, reader.key) }
    }
}

/// One segment, read whole and checked batch by batch.
struct SegmentCheck {
    struct Damage: Equatable {
        var bytes: Range<Int>
        var offsets: Range<Int64>
    }

    /// Zeros where the file is missing.
    let bytes: [UInt8]
    let isMissing: Bool
    /// Where the good batches are.
    private(set) var batches: [(bytes: Range<Int>, header: RecordBatchHeader)] = []
    private(set) var damages: [Damage] = []

    init(_ segment: Segment, _ epochs: LeaderEpochs) throws(FileSystemError) {
        let summary = segment.summary
        var content = [UInt8](repeating: 0, count: summary.bytes)
        var failure: FileSystemError?
        content.withUnsafeMutableBytes { buffer in
            do throws(FileSystemError) {
                _ = try segment.read(into: buffer, at: 0)
            } catch {
                failure = error
            }
        }
        // What is not there is damage like any other: its offsets are told, and a repair goes on behind them.
        if let failure, !failure.isMissingFile { throw failure }
        isMissing = failure != nil
        bytes = content
        walk(segment, epochs, to: summary.nextOffset)
    }

    private mutating func walk(_ segment: Segment, _ epochs: LeaderEpochs, to next: Int64) {
        var position = 0
        var offset = segment.baseOffset
        var isBehindDamage = false
        while position < bytes.count {
            if let header = batch(at: position, from: offset, below: next),
                segment.accepts(header, at: position, after: isBehindDamage ? nil : offset, epochs)
            {
                isBehindDamage = false
                batches.append((position..<(position + header.byteCount), header))
                offset = header.lastOffset + 1
                position += header.byteCount
                continue
            }
            let start = position
            var found: RecordBatchHeader?
            repeat {
                position += 1
                found = batch(at: position, from: offset, below: next)
            } while found == nil && position < bytes.count
            isBehindDamage = true
            let end = found?.baseOffset ?? next
            damages.append(Damage(bytes: start..<min(position, bytes.count), offsets: offset..<max(offset, end)))
        }
    }

    private func batch(at position: Int, from offset: Int64, below next: Int64) -> RecordBatchHeader? {
        // The magic stands at byte 16: looking there first makes the search behind a damage cheap.
        guard position + RecordBatchHeader.byteCount <= bytes.count, bytes[position + 16] == 2 else { return nil }
        return bytes.withUnsafeBytes { buffer in
            guard let view = RecordBatchView(UnsafeRawBufferPointer(rebasing: buffer[position...])),
                view.header.baseOffset >= offset, view.header.lastOffset < next
            else { return nil }
            return view.header
        }
    }
}

extension LogCore {
    /// Takes the damaged stretches out of a segment: the good batches go to a new file, the others to quarantine.
    func cutOut(_ check: SegmentCheck, of segment: Segment, _ key: PartitionKey) throws(LogError) {
        guard let partition = partitions[key] else { return }
        for damage in check.damages where !check.isMissing {
            Quarantine(directory: directory, files: files)
                .keep(
                    Array(check.bytes[damage.bytes]), name: "\(key.topic)-\(key.partition)-\(damage.offsets.lowerBound)"
                )
        }
        // A segment that is still written to ends here: what is rewritten never grows.
        if segment === partition.active {
            try record([.rolled(key)])
            partition.roll()
        }
        var summary = segment.summary
        summary.version += 1
        summary.bytes = 0
        summary.indexBytes = 0
        do throws(FileSystemError) {
            let file = try files.open("\(partition.directory)/\(summary.name).log", .create)
            for batch in check.batches {
                try file.write(Array(check.bytes[batch.bytes]), at: summary.bytes)
                summary.bytes += batch.bytes.count
            }
            try file.sync()
            try files.syncDirectory(partition.directory)
        } catch {
            throw refusal(error)
        }
        try record([.segmentsReplaced(key, bases: [summary.baseOffset], by: summary)])
        for old in partition.replace(bases: [summary.baseOffset], with: summary) { try? old.remove() }
        partition.advanceEpoch()
        try checkpoint()
        try checkpoint()
    }
}
