internal import CCompression

/// A way of packing bytes, each of whose packed forms is whole in itself.
package enum Codec: Sendable, CaseIterable {
    /// RFC 1952; zlib's own header is understood too.
    case gzip
    /// RFC 1951: gzip without anything around it.
    case deflate
    /// The raw format, or Java's framing of it.
    case snappy
    /// One frame.
    case lz4
    /// One frame.
    case zstd

    /// Unpacks into at most `limitBytes`; more, and anything damaged, is refused.
    ///
    /// The target grows with what comes out, so that a small input cannot ask for a large allocation by itself.
    package func unpack(_ bytes: UnsafeRawBufferPointer, limitBytes: Int) throws(CompressionError) -> [UInt8] {
        guard let number else { return try Snappy.unpack(bytes, limitBytes: limitBytes) }
        var capacity = min(limitBytes, max(4096, bytes.count &* 4))
        while true {
            var written: Int64 = 0
            let plain = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
                written = millrace_decompress(
                    number, bytes.baseAddress, bytes.count, target.baseAddress, capacity)
                count = max(0, Int(written))
            }
            if written >= 0 { return plain }
            guard written == Int64(MILLRACE_NO_ROOM) else { throw CompressionError("damaged \(self) data", at: 0) }
            guard capacity < limitBytes else { throw CompressionError("more than \(limitBytes) bytes", at: 0) }
            capacity = min(limitBytes, capacity * 4)
        }
    }

    package func pack(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        guard let number else { return Snappy.pack(bytes) }
        let capacity = millrace_compress_bound(number, bytes.count)
        var written: Int64 = 0
        let packed = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
            bytes.withUnsafeBytes { source in
                written = millrace_compress(number, source.baseAddress, source.count, target.baseAddress, capacity)
            }
            count = max(0, Int(written))
        }
        guard written >= 0 else { throw CompressionError("\(self) could not pack", at: 0) }
        return packed
    }

    /// The number of those that are C libraries.
    private var number: CInt? {
        switch self {
        case .gzip: CInt(MILLRACE_GZIP)
        case .deflate: CInt(MILLRACE_DEFLATE)
        case .lz4: CInt(MILLRACE_LZ4)
        case .zstd: CInt(MILLRACE_ZSTD)
        case .snappy: nil
        }
    }
}

/// The sum of gzip and zip, CRC-32 of polynomial 0x04C11DB7, which Avro puts behind blocks packed with Snappy.
package enum CRC32 {
    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        millrace_crc32(bytes.baseAddress, bytes.count)
    }
}

/// Packed bytes that could not be unpacked.
package struct CompressionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was wrong, in words.
    package var what: String
    /// Packed bytes read before it was noticed.
    package var offset: Int

    package init(_ what: String, at offset: Int) {
        self.what = what
        self.offset = offset
    }

    package var description: String { "\(what) at byte \(offset)" }
}
