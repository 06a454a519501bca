import Diagnostics
import KafkaProtocol

extension PartitionReader {
    /// The first record that is not older than `milliseconds`; nil when all are. Decompresses one batch at most.
    package func offset(atOrAfter milliseconds: Int64) throws(LogError) -> OffsetAndTime? {
        let view = current
        do throws(FileSystemError) {
            return try search(view, atOrAfter: milliseconds)
        } catch {
            throw .damaged(file: error.path, position: 0, offset: view.logStart)
        }
    }

    private func search(_ view: PartitionView, atOrAfter milliseconds: Int64) throws(FileSystemError) -> OffsetAndTime?
    {
        for segment in view.segments where segment.summary.maxTimestamp >= milliseconds {
            let start = try segment.start(ofTimestamp: milliseconds)
            let place = try segment.firstBatch(from: start) {
                $0.maxTimestamp >= milliseconds && $0.lastOffset >= view.logStart && !$0.attributes.isControl
            }
            // What is damaged has no time; the search goes on in the next segment.
            guard case .success(let found?) = place else { continue }
            guard found.header.baseOffset < view.highWatermark else { return nil }
            if let record = try record(at: found, in: segment, atOrAfter: milliseconds, view.logStart) {
                return record
            }
        }
        return nil
    }

    /// The record with the latest time, and its offset; nil for an empty partition.
    package func latestTime() throws(LogError) -> OffsetAndTime? {
        guard let latest = current.segments.map(\.summary.maxTimestamp).max(), latest >= 0 else { return nil }
        return try offset(atOrAfter: latest)
    }

    private func record(
        at place: Segment.Place, in segment: Segment, atOrAfter milliseconds: Int64, _ logStart: Int64
    ) throws(FileSystemError) -> OffsetAndTime? {
        let run = try segment.batches(from: place, maxBytes: 1, before: .max, epochs: nil)
        guard case .success(let (bytes, _)) = run else { return nil }
        var found: OffsetAndTime?
        bytes.withUnsafeBytes { buffer in
            guard let batch = RecordBatchView(buffer) else { return }
            try? batch.forEachRecord { (record) throws(WireError) in
                let offset = batch.header.baseOffset + Int64(record.offsetDelta)
                let time = batch.timestamp(of: record)
                guard found == nil, time >= milliseconds, offset >= logStart else { return }
                found = OffsetAndTime(
                    offset: offset, milliseconds: time, leaderEpoch: batch.header.partitionLeaderEpoch)
            }
        }
        return found
    }
}
