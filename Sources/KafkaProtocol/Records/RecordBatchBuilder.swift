/// Builds one record batch from records that are at hand; clients' batches are stored as they were sent instead.
package struct RecordBatchBuilder {
    /// Who wrote a batch, for producers that number what they send.
    package struct Producer: Sendable, Equatable {
        package var id: Int64
        package var epoch: Int16
        package var baseSequence: Int32

        package init(id: Int64, epoch: Int16, baseSequence: Int32) {
            self.id = id
            self.epoch = epoch
            self.baseSequence = baseSequence
        }
    }

    package var attributes: BatchAttributes
    package var producer: Producer?
    package var baseOffset: Int64 = 0
    package var leaderEpoch: Int32 = 0
    /// The last offset of the batch, relative to its first; by default that of the last record.
    package var lastOffsetDelta: Int32?
    private var records = WireWriter()
    private var count: Int32 = 0
    private var lastDelta: Int32 = -1
    private var baseTimestamp: Int64?
    private var maxTimestamp: Int64 = -1

    /// `baseTimestamp` is that of the first record when it is not given.
    package init(
        attributes: BatchAttributes = BatchAttributes(), producer: Producer? = nil, baseTimestamp: Int64? = nil
    ) {
        self.attributes = attributes
        self.producer = producer
        self.baseTimestamp = baseTimestamp
    }

    /// Adds a record; `headers` as encoded in a batch, none by default; `offsetDelta` is the next by default.
    package mutating func append(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, timestamp: Int64, offsetDelta: Int32? = nil,
        encodedHeaders: UnsafeRawBufferPointer? = nil
    ) {
        let base = baseTimestamp ?? timestamp
        baseTimestamp = base
        maxTimestamp = max(maxTimestamp, timestamp)
        lastDelta = offsetDelta ?? (lastDelta &+ 1)
        count &+= 1
        var body = WireWriter(reserving: 24 + (key?.count ?? 0) + (value?.count ?? 0))
        body.write(Int8(0))
        body.writeVarlong(timestamp &- base)
        body.writeVarint(lastDelta)
        for field in [key, value] {
            body.writeVarint(field.map { Int32(truncatingIfNeeded: $0.count) } ?? -1)
            if let field { body.writeRaw(field) }
        }
        if let encodedHeaders { body.writeRaw(encodedHeaders) } else { body.writeVarint(0) }
        records.writeVarint(Int32(truncatingIfNeeded: body.bytes.count))
        records.writeRaw(body.bytes)
    }

    package mutating func append(
        key: [UInt8]?, value: [UInt8]?, timestamp: Int64, encodedHeaders: [UInt8]? = nil
    ) {
        (key ?? []).withUnsafeBytes { keyBytes in
            (value ?? []).withUnsafeBytes { valueBytes in
                (encodedHeaders ?? []).withUnsafeBytes { headerBytes in
                    append(
                        key: key == nil ? nil : keyBytes, value: value == nil ? nil : valueBytes, timestamp: timestamp,
                        encodedHeaders: encodedHeaders == nil ? nil : headerBytes)
                }
            }
        }
    }

    /// The finished batch, compressed as its attributes say.
    package func build() throws(WireError) -> ProducedBatch {
        let codec = attributes.codec ?? .none
        let body = codec == .none ? records.bytes : try codec.compress(records.bytes)
        var writer = WireWriter(reserving: RecordBatchHeader.byteCount + body.count)
        writer.write(baseOffset)
        writer.write(
            Int32(truncatingIfNeeded: RecordBatchHeader.byteCount - RecordBatchHeader.lengthPrefix + body.count))
        writer.write(leaderEpoch)
        writer.write(Int8(2))
        writer.write(UInt32(0))
        writer.write(attributes.rawValue)
        writer.write(lastOffsetDelta ?? max(lastDelta, 0))
        writer.write(baseTimestamp ?? -1)
        writer.write(maxTimestamp)
        writer.write(producer?.id ?? -1)
        writer.write(producer?.epoch ?? -1)
        writer.write(producer?.baseSequence ?? -1)
        writer.write(count)
        writer.writeRaw(body)
        writer.overwrite(writer.bytes.withUnsafeBytes { BatchChecksum.of($0) }, at: 17)
        guard let header = writer.bytes.withUnsafeBytes({ RecordBatchHeader($0) }) else {
            throw WireError("a batch without a header", at: 0)
        }
        return ProducedBatch(trusted: writer.bytes, header: header)
    }
}
