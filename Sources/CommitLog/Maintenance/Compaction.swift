import Diagnostics
import KafkaProtocol

/// Rewrites segments so that only the newest record of each key is left. Works beside the log on segments that no
/// longer change; the log takes the result over as one change.
struct Compaction {
    /// Why it did not come to an end: nothing was changed then.
    enum Failure: Error {
        case file(FileSystemError)
        case damaged(LogError)
    }

    /// One rewritten segment and those it stands for.
    struct Product {
        var bases: [Int64]
        var summary: SegmentSummary
    }

    let directory: String
    let files: any FileSystem
    let segments: [Int64: Segment]
    let aborted: AbortedTransactions
    let plan: CompactionPlan
    let nowMilliseconds: Int64
    let deleteRetentionMilliseconds: Int64
    /// Producers' last batches, which stay even when they hold no record any more, as base offsets.
    let keptBatches: Set<Int64>

    // MARK: keys

    /// The newest offset of each key among the segments not compacted before. Keys beyond the bound are left as they
    /// are: the offset up to which keys were collected is given with them.
    func collect(limit: Int, seed: UInt64) throws(Failure) -> (latest: LatestOffsets, endOffset: Int64) {
        var latest = LatestOffsets(limit: limit, seed: seed)
        var end = plan.endOffset
        for base in plan.dirtyBases {
            guard let segment = segments[base] else { continue }
            try forEachBatch(in: segment) { (batch) throws(WireError) in
                guard end == plan.endOffset, !batch.header.attributes.isControl, !isAborted(batch.header) else {
                    return
                }
                try batch.forEachRecord { (record) throws(WireError) in
                    let offset = batch.header.baseOffset + Int64(record.offsetDelta)
                    guard end == plan.endOffset, let key = record.key else { return }
                    if !latest.note(key, at: offset) { end = offset }
                }
            }
        }
        return (latest, end)
    }

    /// Whether a batch belongs to a transaction that was given up.
    private func isAborted(_ header: RecordBatchHeader) -> Bool {
        guard header.attributes.isTransactional, !header.attributes.isControl else { return false }
        return aborted.overlapping(header.baseOffset..<(header.lastOffset + 1)).contains {
            $0.producerId == header.producerId && $0.firstOffset <= header.baseOffset
                && header.baseOffset <= $0.lastOffset
        }
    }

    private func forEachBatch(
        in segment: Segment, _ body: (RecordBatchView) throws(WireError) -> Void
    ) throws(Failure) {
        var position = 0
        let end = segment.committedBytes
        while position < end {
            let bytes = try batchBytes(segment, at: position)
            let result = bytes.withUnsafeBytes { buffer -> Result<Int, WireError> in
                guard let batch = RecordBatchView(buffer) else {
                    return .failure(WireError("a damaged batch", at: position))
                }
                return Result { () throws(WireError) in
                    try body(batch)
                    return batch.header.byteCount
                }
            }
            guard case .success(let count) = result else {
                throw .damaged(.damaged(file: segment.path, position: position, offset: segment.baseOffset))
            }
            position += count
        }
    }

    private func batchBytes(_ segment: Segment, at position: Int) throws(Failure) -> [UInt8] {
        do throws(FileSystemError) {
            var scanner = BatchScanner(segment, from: .init(position: position, baseOffset: nil))
            guard let (_, header) = try scanner.next(),
                case .success(let run) = try segment.batches(
                    from: .init(position: position, header: header), maxBytes: 1, before: .max, epochs: nil)
            else { throw FileSystemError(call: "read", path: segment.path, code: 0, reason: "damaged") }
            return run.bytes
        } catch {
            guard error.code != 0 else {
                throw .damaged(.damaged(file: segment.path, position: position, offset: segment.baseOffset))
            }
            throw .file(error)
        }
    }

    // MARK: rewriting

    /// Writes and syncs one segment for each group of the plan.
    func rewrite(_ latest: LatestOffsets, collectedUpTo end: Int64) throws(Failure) -> [Product] {
        var products: [Product] = []
        for bases in plan.groups { products.append(try rewrite(bases, latest, end)) }
        return products
    }

    private func rewrite(_ bases: [Int64], _ latest: LatestOffsets, _ end: Int64) throws(Failure) -> Product {
        let old = bases.compactMap { segments[$0]?.summary }
        guard let first = old.first, let last = old.last else {
            throw .damaged(.unusable("a compaction of segments that are gone"))
        }
        var summary = SegmentSummary(
            baseOffset: first.baseOffset, createdMilliseconds: first.createdMilliseconds,
            version: (old.map(\.version).max() ?? 0) + 1)
        let path = "\(directory)/\(summary.name).log"
        let file: any File
        do throws(FileSystemError) { file = try files.open(path, .create) } catch { throw .file(error) }
        for base in bases {
            guard let segment = segments[base] else { continue }
            var failure: FileSystemError?
            try forEachBatch(in: segment) { (batch) throws(WireError) in
                guard failure == nil, let kept = try filtered(batch, latest) else { return }
                do throws(FileSystemError) {
                    try file.write(kept.bytes, at: summary.bytes)
                } catch {
                    failure = error
                    return
                }
                summary.bytes += kept.bytes.count
                summary.maxTimestamp = max(summary.maxTimestamp, kept.header.maxTimestamp)
            }
            if let failure { throw .file(failure) }
        }
        do throws(FileSystemError) {
            try file.sync()
            try files.syncDirectory(directory)
        } catch {
            throw .file(error)
        }
        summary.nextOffset = last.nextOffset
        summary.isCleaned = last.nextOffset <= end
        return Product(bases: bases, summary: summary)
    }

    /// What is left of a batch: itself, fewer records, no record but its head, or nil for nothing.
    private func filtered(_ batch: RecordBatchView, _ latest: LatestOffsets) throws(WireError) -> ProducedBatch? {
        let header = batch.header
        if header.attributes.isControl {
            return isNeeded(marker: header) ? batch.copied : nil
        }
        guard !isAborted(header) else { return keptBatches.contains(header.baseOffset) ? try rebuilt(batch, []) : nil }
        var kept: [Int32] = []
        var count: Int32 = 0
        var hasNewTombstones = false
        try batch.forEachRecord { (record) throws(WireError) in
            count += 1
            guard isKept(record, of: batch, latest) else { return }
            kept.append(record.offsetDelta)
            if record.value == nil && !header.attributes.hasDeleteHorizon { hasNewTombstones = true }
        }
        if kept.isEmpty { return keptBatches.contains(header.baseOffset) ? try rebuilt(batch, []) : nil }
        if kept.count == Int(count) && !hasNewTombstones { return batch.copied }
        return try rebuilt(batch, kept, setsHorizon: hasNewTombstones)
    }

    /// The marker of an aborted transaction stays as long as readers are told of the transaction: it is what ends
    /// their skipping. Any other goes with the second pass.
    private func isNeeded(marker header: RecordBatchHeader) -> Bool {
        let ends = header.baseOffset..<(header.baseOffset + 1)
        let endsAborted = aborted.overlapping(ends).contains { $0.lastOffset == header.baseOffset }
        return endsAborted || keptBatches.contains(header.baseOffset)
            || plan.dirtyBases.contains { base in
                guard let summary = segments[base]?.summary else { return false }
                return header.baseOffset >= summary.baseOffset && header.baseOffset < summary.nextOffset
            }
    }

    private func isKept(_ record: Record, of batch: RecordBatchView, _ latest: LatestOffsets) -> Bool {
        guard let key = record.key else { return true }
        let offset = batch.header.baseOffset + Int64(record.offsetDelta)
        guard !latest.isSuperseded(key, at: offset) else { return false }
        // The base time of a batch with a horizon is the time from which its deletions may be forgotten.
        let isForgotten =
            record.value == nil && batch.header.attributes.hasDeleteHorizon
            && batch.header.baseTimestamp <= nowMilliseconds
        return !isForgotten
    }

    /// The batch with only the records at `kept` deltas; offsets, producer and sequence stay as they were.
    private func rebuilt(
        _ batch: RecordBatchView, _ kept: [Int32], setsHorizon: Bool = false
    ) throws(WireError) -> ProducedBatch {
        let header = batch.header
        let codec = kept.isEmpty ? CompressionCodec.none : header.attributes.codec ?? .none
        var attributes = BatchAttributes(
            codec: codec, isTransactional: header.attributes.isTransactional,
            hasDeleteHorizon: header.attributes.hasDeleteHorizon || setsHorizon)
        if header.attributes.usesAppendTime { attributes.rawValue |= 1 << 3 }
        var builder = RecordBatchBuilder(
            attributes: attributes,
            producer: header.hasProducer
                ? .init(id: header.producerId, epoch: header.producerEpoch, baseSequence: header.baseSequence) : nil,
            baseTimestamp: setsHorizon ? nowMilliseconds &+ deleteRetentionMilliseconds : header.baseTimestamp)
        builder.baseOffset = header.baseOffset
        builder.leaderEpoch = header.partitionLeaderEpoch
        builder.lastOffsetDelta = header.lastOffsetDelta
        var next = 0
        try batch.forEachRecord { (record) throws(WireError) in
            guard next < kept.count, kept[next] == record.offsetDelta else { return }
            next += 1
            builder.append(
                key: record.key, value: record.value, timestamp: batch.timestamp(of: record),
                offsetDelta: record.offsetDelta, encodedHeaders: record.encodedHeaders)
        }
        return try builder.build()
    }
}
