internal import CCompression

/// How the records of a batch are compressed, numbered as in its attributes.
package enum CompressionCodec: Int16, Sendable, CaseIterable {
    case none = 0
    case gzip = 1
    case snappy = 2
    case lz4 = 3
    case zstd = 4

    /// The most bytes that one batch may decompress to.
    package static let limitBytes = 64 << 20

    /// Decompresses into at most `limitBytes`; more, and anything damaged, is refused.
    ///
    /// The target grows with what comes out, so that a small input cannot ask for a large allocation by itself.
    package func decompress(_ bytes: UnsafeRawBufferPointer, limitBytes: Int) throws(WireError) -> [UInt8] {
        switch self {
        case .none:
            guard bytes.count <= limitBytes else { throw WireError("more than \(limitBytes) bytes", at: 0) }
            return Array(bytes)
        case .snappy: return try Snappy.decompress(bytes, limitBytes: limitBytes)
        case .gzip, .lz4, .zstd: break
        }
        var capacity = min(limitBytes, max(4096, bytes.count &* 4))
        while true {
            var written: Int64 = 0
            let plain = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
                written = millrace_decompress(
                    CInt(rawValue), bytes.baseAddress, bytes.count, target.baseAddress, capacity)
                count = max(0, Int(written))
            }
            if written >= 0 { return plain }
            guard written == Int64(MILLRACE_NO_ROOM) else { throw WireError("damaged \(self) data", at: 0) }
            guard capacity < limitBytes else { throw WireError("more than \(limitBytes) bytes", at: 0) }
            capacity = min(limitBytes, capacity * 4)
        }
    }

    package func compress(_ bytes: [UInt8]) throws(WireError) -> [UInt8] {
        switch self {
        case .none: return bytes
        case .snappy: return Snappy.compress(bytes)
        case .gzip, .lz4, .zstd: break
        }
        let capacity = millrace_compress_bound(CInt(rawValue), bytes.count)
        var written: Int64 = 0
        let compressed = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
            bytes.withUnsafeBytes { source in
                written = millrace_compress(
                    CInt(rawValue), source.baseAddress, source.count, target.baseAddress, capacity)
            }
            count = max(0, Int(written))
        }
        guard written >= 0 else { throw WireError("\(self) could not compress", at: 0) }
        return compressed
    }
}
