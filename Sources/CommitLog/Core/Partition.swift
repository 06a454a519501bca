import Diagnostics
import KafkaProtocol
import Synchronization

/// The writer's side of a partition; belongs to the ``LogCore``.
///
/// A round stages what it appends and then commits or discards it; in between, what is committed stays as it was.
final class Partition {
    /// Where the next batch goes.
    struct Head: Equatable {
        var nextOffset: Int64
        var segmentBase: Int64
        var position: Int
        var segmentCreatedMilliseconds: Int64
    }

    let key: PartitionKey
    let directory: String
    let reader: PartitionReader
    private let files: any FileSystem
    private let intervalBytes: Int
    /// Oldest first; the last one is written to. Never empty.
    private(set) var segments: [Segment]
    private(set) var logStart: Int64
    private(set) var nextOffset: Int64
    var producers: ProducerTable
    private(set) var epochs: LeaderEpochs
    private(set) var staged: Head
    private var stagedSegments: [Segment] = []
    /// Files were made or removed since the directory was synced.
    var isDirectoryDirty = true
    /// Offsets below this were compacted already.
    var cleanedUpTo: Int64 = 0

    init(
        key: PartitionKey, directory: String, files: any FileSystem, intervalBytes: Int, state: PartitionCheckpoint
    ) {
        self.key = key
        self.directory = directory
        self.files = files
        self.intervalBytes = intervalBytes
        logStart = state.logStart
        nextOffset = state.nextOffset
        producers = state.producers
        epochs = state.epochs
        cleanedUpTo = state.cleanedUpTo
        segments = state.segments.map {
            Segment($0, directory: directory, files: files, intervalBytes: intervalBytes)
        }
        if segments.isEmpty {
            segments = [
                Segment(
                    SegmentSummary(baseOffset: state.nextOffset, createdMilliseconds: -1), directory: directory,
                    files: files, intervalBytes: intervalBytes)
            ]
        }
        staged = Head(nextOffset: 0, segmentBase: 0, position: 0, segmentCreatedMilliseconds: 0)
        reader = PartitionReader(
            key: key,
            view: PartitionView(
                segments: segments, logStart: logStart, highWatermark: nextOffset, lastStable: nextOffset))
        resetStaged()
        publish()
    }

    var active: Segment { segments[segments.count - 1] }
    private var stagedActive: Segment { stagedSegments.last ?? active }

    // MARK: a round

    /// The segment that a batch of so many bytes goes to, begun anew when the last one is full or old.
    func stageSegment(forBytes bytes: Int, nowMilliseconds: Int64, configuration: TopicConfiguration) -> Segment {
        let age = nowMilliseconds &- staged.segmentCreatedMilliseconds
        let isFull = Int64(staged.position) + Int64(bytes) > min(configuration.segmentBytes, Int64(Int32.max))
        let isOld = staged.segmentCreatedMilliseconds >= 0 && age >= configuration.segmentMilliseconds
        if staged.position > 0 && (isFull || isOld) { stageNewSegment() }
        if staged.position == 0 { staged.segmentCreatedMilliseconds = nowMilliseconds }
        return stagedActive
    }

    private func stageNewSegment() {
        var summary = SegmentSummary(baseOffset: staged.nextOffset, createdMilliseconds: -1)
        summary.version = 0
        stagedSegments.append(Segment(summary, directory: directory, files: files, intervalBytes: intervalBytes))
        staged = Head(
            nextOffset: staged.nextOffset, segmentBase: staged.nextOffset, position: 0, segmentCreatedMilliseconds: -1)
        isDirectoryDirty = true
    }

    func stage(_ header: RecordBatchHeader) {
        staged.nextOffset = header.lastOffset + 1
        staged.position += header.byteCount
    }

    func discardStaged() {
        for segment in segments.suffix(1) + stagedSegments { segment.discardUncommitted() }
        stagedSegments = []
        producers.discardStaged()
        resetStaged()
    }

    private func resetStaged() {
        let summary = active.summary
        staged = Head(
            nextOffset: nextOffset, segmentBase: summary.baseOffset, position: summary.bytes,
            segmentCreatedMilliseconds: summary.bytes == 0 ? -1 : summary.createdMilliseconds)
    }

    /// Makes a staged batch part of the segment it was written to.
    func commit(_ header: RecordBatchHeader, in base: Int64, position: Int, nowMilliseconds: Int64) {
        if base != active.baseOffset, let next = stagedSegments.first, next.baseOffset == base {
            segments.append(stagedSegments.removeFirst())
        }
        if position == 0 {
            active.setCreated(nowMilliseconds)
            isDirectoryDirty = true
        }
        active.commit(
            baseOffset: header.baseOffset, nextOffset: header.lastOffset + 1, position: position,
            byteCount: header.byteCount, maxTimestamp: header.maxTimestamp)
        nextOffset = header.lastOffset + 1
    }

    func finishRound(producerLimit: Int) {
        producers.commitStaged(limit: producerLimit)
        resetStaged()
        publish()
    }

    // MARK: changes outside rounds of data

    /// Ends the last segment, so that all of its offsets can be removed or compacted.
    func roll() {
        guard active.committedBytes > 0 else { return }
        stageNewSegment()
        segments += stagedSegments
        stagedSegments = []
        resetStaged()
        publish()
    }

    /// Raises the log start, and gives the segments that fell below it as a whole.
    func raiseLogStart(to offset: Int64) -> [Segment] {
        guard offset > logStart else { return [] }
        logStart = min(offset, nextOffset)
        var removed: [Segment] = []
        while segments.count > 1, segments[1].baseOffset <= logStart { removed.append(segments.removeFirst()) }
        producers.forgetAborted(before: logStart)
        if !removed.isEmpty { isDirectoryDirty = true }
        publish()
        return removed
    }

    /// Puts one rewritten segment in the place of some; gives those.
    func replace(bases: [Int64], with summary: SegmentSummary) -> [Segment] {
        let removed = segments.filter { bases.contains($0.baseOffset) && $0.path != path(of: summary) }
        guard let first = segments.firstIndex(where: { bases.contains($0.baseOffset) }) else { return [] }
        segments.removeAll { bases.contains($0.baseOffset) }
        let replacement = Segment(summary, directory: directory, files: files, intervalBytes: intervalBytes)
        segments.insert(replacement, at: min(first, segments.count))
        isDirectoryDirty = true
        resetStaged()
        publish()
        return removed
    }

    private func path(of summary: SegmentSummary) -> String { "\(directory)/\(summary.name).log" }

    /// Leaves a gap in the offsets after a loss, and begins a segment behind it.
    func skip(to offset: Int64) {
        nextOffset = offset
        if active.committedBytes > 0 || active.baseOffset != offset {
            segments.append(
                Segment(
                    SegmentSummary(baseOffset: offset, createdMilliseconds: -1), directory: directory, files: files,
                    intervalBytes: intervalBytes))
        }
        isDirectoryDirty = true
        resetStaged()
        publish()
    }

    /// Makes the segment with this base the one written to, as the journal says it was.
    func beginSegmentForReplay(base: Int64) {
        guard base != active.baseOffset else { return }
        if active.committedBytes == 0 && segments.count > 1 { segments.removeLast() }
        segments.append(
            Segment(
                SegmentSummary(baseOffset: base, createdMilliseconds: -1), directory: directory, files: files,
                intervalBytes: intervalBytes))
        if segments[0].committedBytes == 0 && segments[0].baseOffset < base { segments.removeFirst() }
        isDirectoryDirty = true
        resetStaged()
    }

    /// Begins the next leader epoch: stored records were lost.
    func advanceEpoch() {
        epochs.advance(at: nextOffset)
        publish()
    }

    func markDeleted() { reader.view.withLock { $0.isDeleted = true } }

    /// Shows readers what is committed.
    func publish() {
        let view = PartitionView(
            segments: segments, logStart: logStart, highWatermark: nextOffset,
            lastStable: min(producers.firstOpenOffset ?? nextOffset, nextOffset), aborted: producers.aborted,
            epochs: epochs)
        reader.view.withLock { $0 = view }
    }

    var checkpoint: PartitionCheckpoint {
        PartitionCheckpoint(
            partition: key.partition, logStart: logStart, nextOffset: nextOffset, cleanedUpTo: cleanedUpTo,
            epochs: epochs, producers: producers, segments: segments.map(\.summary))
    }
}
