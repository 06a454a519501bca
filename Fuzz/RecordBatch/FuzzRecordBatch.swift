import FuzzSupport
import KafkaProtocol

/// The first byte chooses what the rest is: a batch as it comes from a client, a batch whose checksum is made right
/// (nothing else gets past the first check), or compressed bytes of one codec.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRecordBatch(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    guard let choice = input.first else { return 0 }
    let rest = Array(input.dropFirst())
    switch choice % 4 {
    case 0: check(rest)
    case 1: check(sealed(rest))
    default: decompress(rest, CompressionCodec.allCases[Int(choice / 4) % 5])
    }
    return 0
}

private let limit = 1 << 20

private func check(_ bytes: [UInt8]) {
    guard let batch = try? ProducedBatch(checking: bytes) else { return }
    if batch.header.byteCount != bytes.count { finding("a batch of another length than its header says") }
    bytes.withUnsafeBytes { buffer in
        guard let view = RecordBatchView(buffer) else { finding("a checked batch that cannot be read") }
        var records: Int32 = 0
        let walk = Result { () throws(WireError) in
            try view.forEachRecord(limitBytes: limit) { (_) throws(WireError) in records += 1 }
        }
        if case .success = walk, records != batch.header.recordCount { finding("\(records) records") }
        _ = TransactionMarker(view)
    }
}

/// The bytes with the length, format and checksum that a batch of them must have.
private func sealed(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= RecordBatchHeader.byteCount else { return bytes }
    var writer = WireWriter()
    writer.writeRaw(bytes)
    writer.overwrite(Int32(bytes.count - RecordBatchHeader.lengthPrefix), at: 8)
    writer.overwrite(Int8(2), at: 16)
    writer.overwrite(writer.bytes.withUnsafeBytes { BatchChecksum.of($0) }, at: 17)
    return writer.bytes
}

private func decompress(_ bytes: [UInt8], _ codec: CompressionCodec) {
    let result = bytes.withUnsafeBytes { buffer in
        Result { () throws(WireError) in try codec.decompress(buffer, limitBytes: limit) }
    }
    if case .success(let plain) = result, plain.count > limit { finding("\(plain.count) bytes from \(codec)") }
    if bytes.count <= 4096 {
        let again = Result { () throws(WireError) -> [UInt8] in
            let compressed = try codec.compress(bytes)
            return try compressed.withUnsafeBytes { buffer -> Result<[UInt8], WireError> in
                Result { () throws(WireError) in try codec.decompress(buffer, limitBytes: limit) }
            }.get()
        }
        guard case .success(let plain) = again, plain == bytes else { finding("\(codec) does not give back its input") }
    }
}
