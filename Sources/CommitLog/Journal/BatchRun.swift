import KafkaProtocol

/// Batches that follow one another in offsets and in bytes.
enum BatchRun {
    /// The headers of the batches in `bytes` when they are exactly the offsets from `base` to `next`, whole and right.
    static func headers(
        in bytes: UnsafeRawBufferPointer, from base: Int64, to next: Int64, epoch: Int32? = nil
    ) -> [RecordBatchHeader]? {
        var headers: [RecordBatchHeader] = []
        var offset = base
        var position = 0
        while position < bytes.count {
            guard let batch = RecordBatchView(UnsafeRawBufferPointer(rebasing: bytes[position...])),
                batch.header.baseOffset == offset,
                epoch ?? batch.header.partitionLeaderEpoch
                    == batch.header.partitionLeaderEpoch
            else { return nil }
            headers.append(batch.header)
            offset = batch.header.lastOffset + 1
            position += batch.header.byteCount
        }
        return offset == next ? headers : nil
    }
}
