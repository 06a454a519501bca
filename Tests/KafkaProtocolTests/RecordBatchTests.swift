import KafkaProtocol
import Testing

struct RecordBatchTests {
    private func build(_ codec: CompressionCodec, count: Int = 20) throws -> ProducedBatch {
        var builder = RecordBatchBuilder(attributes: BatchAttributes(codec: codec))
        for index in 0..<count {
            builder.append(
                key: index % 3 == 0 ? nil : Array("key \(index)".utf8),
                value: index % 5 == 0 ? nil : Array(repeating: UInt8(index), count: index * 7),
                timestamp: 1_700_000_000_000 + Int64(index) * 10)
        }
        return try builder.build()
    }

    private func records(_ bytes: [UInt8]) throws -> [(key: [UInt8]?, value: [UInt8]?, time: Int64)] {
        var found: [(key: [UInt8]?, value: [UInt8]?, time: Int64)] = []
        try bytes.withUnsafeBytes { buffer in
            let view = try #require(RecordBatchView(buffer))
            try view.forEachRecord { (record) throws(WireError) in
                found.append((record.key.map { Array($0) }, record.value.map { Array($0) }, view.timestamp(of: record)))
            }
        }
        return found
    }

    /// A batch worked out by hand from the description of the format.
    @Test func aBatchIsLaidOutAsTheFormatSays() throws {
        var builder = RecordBatchBuilder(producer: .init(id: 5, epoch: 2, baseSequence: 7))
        builder.append(key: [0x6b], value: [0x76, 0x77], timestamp: 100)
        builder.append(key: nil, value: nil, timestamp: 103)
        let bytes = try builder.build().bytes
        let head: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 66, 0, 0, 0, 0, 2]
        let middle: [UInt8] =
            [0, 0, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 100] + [0, 0, 0, 0, 0, 0, 0, 103]
            + [0, 0, 0, 0, 0, 0, 0, 5] + [0, 2, 0, 0, 0, 7, 0, 0, 0, 2]
        let records: [UInt8] = [18, 0, 0, 0, 2, 0x6b, 4, 0x76, 0x77, 0] + [12, 0, 6, 2, 1, 1, 0]
        #expect(Array(bytes[..<17]) == head)
        #expect(Array(bytes[21...]) == middle + records)
    }

    @Test(arguments: CompressionCodec.allCases)
    func recordsComeBackFromEveryCodec(_ codec: CompressionCodec) throws {
        let batch = try build(codec)
        #expect(batch.header.attributes.codec == codec && batch.header.recordCount == 20)
        let found = try records(batch.bytes)
        #expect(found.count == 20)
        for (index, record) in found.enumerated() {
            #expect(record.key == (index % 3 == 0 ? nil : Array("key \(index)".utf8)))
            #expect(record.value == (index % 5 == 0 ? nil : Array(repeating: UInt8(index), count: index * 7)))
            #expect(record.time == 1_700_000_000_000 + Int64(index) * 10)
        }
    }

    @Test(arguments: CompressionCodec.allCases)
    func everyCutAndEveryFlippedBitIsNoticed(_ codec: CompressionCodec) throws {
        let bytes = try build(codec, count: 4).bytes
        for count in 0..<bytes.count {
            #expect(throws: ProducedBatch.Refusal.self) { try ProducedBatch(checking: Array(bytes[..<count])) }
        }
        // In front of the magic stand what the log writes itself and the length.
        for bit in (8 * 8)..<(bytes.count * 8) where !(12 * 8..<16 * 8).contains(bit) {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: ProducedBatch.Refusal.self) { try ProducedBatch(checking: damaged) }
        }
    }

    @Test func assigningOffsetsLeavesTheChecksumRight() throws {
        var bytes = try build(.lz4).bytes
        bytes.withUnsafeMutableBytes { RecordBatchHeader.assign(baseOffset: 1 << 40, leaderEpoch: 9, to: $0) }
        let header = try ProducedBatch(checking: bytes).header
        #expect(header.baseOffset == 1 << 40 && header.partitionLeaderEpoch == 9)
        bytes.withUnsafeMutableBytes { RecordBatchHeader.assignAppendTime(77, to: $0) }
        #expect(try records(bytes).allSatisfy { $0.time == 77 })
    }

    @Test func whatAClientMayNotSendIsRefused() throws {
        let good = try build(.none).bytes
        func changed(_ body: (inout RecordBatchBuilder) -> Void) throws -> [UInt8] {
            var builder = RecordBatchBuilder()
            builder.append(key: nil, value: [1], timestamp: 1)
            body(&builder)
            return try builder.build().bytes
        }
        #expect(throws: ProducedBatch.Refusal.tooLarge(bytes: good.count)) {
            try ProducedBatch(checking: good, limitBytes: good.count - 1)
        }
        for bytes in [
            try changed { $0.attributes = BatchAttributes(isControl: true) },
            try changed { $0.attributes = BatchAttributes(isTransactional: true) },
            try changed { $0.lastOffsetDelta = 5 },
            try changed { $0.baseOffset = -253 },
            try changed { $0.baseOffset = .max },
            try changed { $0.producer = .init(id: 1, epoch: -1, baseSequence: 0) },
            try changed { $0.producer = .init(id: 1, epoch: 0, baseSequence: -1) },
            good + good,
        ] {
            let error = #expect(throws: ProducedBatch.Refusal.self) { try ProducedBatch(checking: bytes) }
            #expect(error?.code == .invalidRecord)
        }
        var unknown = BatchAttributes()
        unknown.rawValue = 5
        let bytes = try changed { $0.attributes = unknown }
        // A codec that no one knows: the builder leaves the records as they are, the check refuses the number.
        #expect(throws: ProducedBatch.Refusal.unsupportedCodec) { try ProducedBatch(checking: bytes) }
    }

    @Test func markersTellHowATransactionEnded() throws {
        for outcome in [TransactionMarker.Outcome.abort, .commit] {
            let marker = TransactionMarker(outcome: outcome, coordinatorEpoch: 12)
            let batch = try marker.batch(producerId: 4, producerEpoch: 1, timestamp: 50)
            let found = batch.bytes.withUnsafeBytes { buffer in
                RecordBatchView(buffer).flatMap { TransactionMarker($0) }
            }
            #expect(found == marker)
            #expect(batch.header.attributes.isControl && batch.header.producerId == 4)
        }
    }
}
