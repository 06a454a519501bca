/// One whole batch in memory: its header, and its records on demand.
package struct RecordBatchView {
    package let header: RecordBatchHeader
    package let bytes: UnsafeRawBufferPointer

    /// The batch at the front of `bytes`, with its checksum checked; nil when there is none that is whole and right.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard let header = RecordBatchHeader(bytes), header.isPlausible, header.byteCount <= bytes.count else {
            return nil
        }
        let batch = UnsafeRawBufferPointer(rebasing: bytes[..<header.byteCount])
        guard BatchChecksum.isRight(batch) else { return nil }
        self.header = header
        self.bytes = batch
    }

    /// Calls `body` with each record, in order. Decompresses into at most `limitBytes`.
    package func forEachRecord(
        limitBytes: Int = CompressionCodec.limitBytes, _ body: (Record) throws(WireError) -> Void
    ) throws(WireError) {
        let records = UnsafeRawBufferPointer(rebasing: bytes[RecordBatchHeader.byteCount...])
        guard let codec = header.attributes.codec else { throw WireError("an unknown codec", at: 21) }
        guard codec != .none else {
            try Self.walk(records, count: header.recordCount, body)
            return
        }
        let plain = try codec.decompress(records, limitBytes: limitBytes)
        let result = plain.withUnsafeBytes { plain -> Result<Void, WireError> in
            do throws(WireError) {
                return .success(try Self.walk(plain, count: header.recordCount, body))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private static func walk(
        _ records: UnsafeRawBufferPointer, count: Int32, _ body: (Record) throws(WireError) -> Void
    ) throws(WireError) {
        var reader = try RecordReader(records, count: count)
        while let record = try reader.next() { try body(record) }
    }

    /// The time of a record of this batch, in milliseconds.
    package func timestamp(of record: Record) -> Int64 {
        header.attributes.usesAppendTime ? header.maxTimestamp : header.baseTimestamp &+ record.timestampDelta
    }
}

extension RecordBatchView {
    /// The batch with bytes of its own.
    package var copied: ProducedBatch { ProducedBatch(trusted: Array(bytes), header: header) }
}
