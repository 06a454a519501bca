internal import Compression

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
    package func decompress(_ bytes: UnsafeRawBufferPointer, limitBytes: Int) throws(WireError) -> [UInt8] {
        guard let codec else {
            guard bytes.count <= limitBytes else { throw WireError("more than \(limitBytes) bytes", at: 0) }
            return Array(bytes)
        }
        do throws(CompressionError) {
            return try codec.unpack(bytes, limitBytes: limitBytes)
        } catch {
            throw WireError(error.what, at: error.offset)
        }
    }

    package func compress(_ bytes: [UInt8]) throws(WireError) -> [UInt8] {
        guard let codec else { return bytes }
        do throws(CompressionError) {
            return try codec.pack(bytes)
        } catch {
            throw WireError(error.what, at: error.offset)
        }
    }

    private var codec: Codec? {
        switch self {
        case .none: nil
        case .gzip: .gzip
        case .snappy: .snappy
        case .lz4: .lz4
        case .zstd: .zstd
        }
    }
}
