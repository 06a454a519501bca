/// The fixed part of a record batch of format 2: 61 bytes, big-endian, in front of the records.
///
/// The checksum covers everything from the attributes on; the broker may therefore write the base offset and the
/// leader epoch over what a producer sent without touching it.
package struct RecordBatchHeader: Sendable, Equatable {
    /// Bytes of the header, records not counted.
    package static let byteCount = 61
    /// Bytes in front of what the length field counts.
    package static let lengthPrefix = 12
    /// Where the checksummed part begins.
    package static let checksummedFrom = 21
    static let epochOffset = 12

    package var baseOffset: Int64
    package var batchLength: Int32
    package var partitionLeaderEpoch: Int32
    package var magic: Int8
    package var checksum: UInt32
    package var attributes: BatchAttributes
    package var lastOffsetDelta: Int32
    package var baseTimestamp: Int64
    package var maxTimestamp: Int64
    package var producerId: Int64
    package var producerEpoch: Int16
    package var baseSequence: Int32
    package var recordCount: Int32

    /// Nil when there are fewer than ``byteCount`` bytes at `offset`.
    package init?(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
        guard offset >= 0, bytes.count - offset >= Self.byteCount else { return nil }
        func load<Value: FixedWidthInteger>(_ at: Int, _ type: Value.Type = Value.self) -> Value {
            Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + at, as: Value.self))
        }
        baseOffset = load(0)
        batchLength = load(8)
        partitionLeaderEpoch = load(12)
        magic = load(16)
        checksum = load(17)
        attributes = BatchAttributes(rawValue: load(21))
        lastOffsetDelta = load(23)
        baseTimestamp = load(27)
        maxTimestamp = load(35)
        producerId = load(43)
        producerEpoch = load(51)
        baseSequence = load(53)
        recordCount = load(57)
    }

    /// Bytes of the whole batch, records included.
    package var byteCount: Int { Int(batchLength) + Self.lengthPrefix }
    /// The last offset the batch takes.
    package var lastOffset: Int64 { baseOffset &+ Int64(lastOffsetDelta) }
    package var hasProducer: Bool { producerId >= 0 }
    /// The sequence of its last record; sequences wrap from the largest to zero.
    package var lastSequence: Int32 { Self.sequence(baseSequence, plus: lastOffsetDelta) }

    /// A sequence moved on, wrapping from the largest to zero.
    package static func sequence(_ sequence: Int32, plus delta: Int32) -> Int32 {
        Int32((Int64(sequence) + Int64(delta)) % (Int64(Int32.max) + 1))
    }

    /// Whether the fields can belong to a batch at all; the checksum is another question.
    package var isPlausible: Bool {
        magic == 2 && batchLength >= Int32(Self.byteCount - Self.lengthPrefix) && baseOffset >= 0
            && lastOffsetDelta >= 0 && recordCount >= 0 && baseOffset <= Int64.max - Int64(Int32.max) - 1
    }

    /// Writes base offset and leader epoch over those of the batch at `batch`, which the checksum does not cover.
    package static func assign(
        baseOffset: Int64, leaderEpoch: Int32, to batch: UnsafeMutableRawBufferPointer
    ) {
        precondition(batch.count >= byteCount, "a batch shorter than its header")
        batch.storeBytes(of: baseOffset.bigEndian, toByteOffset: 0, as: Int64.self)
        batch.storeBytes(of: leaderEpoch.bigEndian, toByteOffset: epochOffset, as: Int32.self)
    }

    /// Writes the time of the append over the times of the batch, and its checksum anew. Costs a pass over its bytes.
    package static func assignAppendTime(_ milliseconds: Int64, to batch: UnsafeMutableRawBufferPointer) {
        precondition(batch.count >= byteCount, "a batch shorter than its header")
        let attributes = Int16(bigEndian: batch.loadUnaligned(fromByteOffset: 21, as: Int16.self))
        batch.storeBytes(of: (attributes | BatchAttributes.appendTime).bigEndian, toByteOffset: 21, as: Int16.self)
        batch.storeBytes(of: milliseconds.bigEndian, toByteOffset: 35, as: Int64.self)
        let sum = BatchChecksum.of(UnsafeRawBufferPointer(batch))
        batch.storeBytes(of: sum.bigEndian, toByteOffset: 17, as: UInt32.self)
    }
}
