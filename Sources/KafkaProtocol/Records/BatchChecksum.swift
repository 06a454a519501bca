internal import CPlatform

/// The checksum of a record batch: CRC-32C from the attributes to its end.
package enum BatchChecksum {
    /// The checksum that the bytes of one whole batch should carry.
    package static func of(_ batch: UnsafeRawBufferPointer) -> UInt32 {
        let from = RecordBatchHeader.checksummedFrom
        guard batch.count > from, let start = batch.baseAddress else { return 0 }
        return millrace_crc32c(0, start + from, batch.count - from)
    }

    /// Whether the batch carries the checksum of its bytes.
    package static func isRight(_ batch: UnsafeRawBufferPointer) -> Bool {
        guard batch.count >= RecordBatchHeader.byteCount else { return false }
        return UInt32(bigEndian: batch.loadUnaligned(fromByteOffset: 17, as: UInt32.self)) == of(batch)
    }
}
