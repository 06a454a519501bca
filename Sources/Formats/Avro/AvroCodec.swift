internal import Compression
import Diagnostics

/// How the blocks of a file are packed, by the names that its header gives.
enum AvroCodec: String, Sendable, CaseIterable {
    case null, deflate, snappy, zstandard

    /// Snappy is followed by the sum of the plain bytes.
    private static let sumBytes = 4

    /// The codec that the header of a file names.
    init(named name: String) throws(MillraceError) {
        guard let codec = AvroCodec(rawValue: name) else {
            throw MillraceError(
                .user, code: "unsupported_codec", "the blocks of the file are packed with '\(name)'",
                hint: "write it with one of \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = codec
    }

    /// The plain bytes of a block, at most `limitBytes`.
    func unpack(_ bytes: UnsafeRawBufferPointer, limitBytes: Int) throws(CompressionError) -> [UInt8] {
        switch self {
        case .null: return Array(bytes)
        case .deflate: return try Codec.deflate.unpack(bytes, limitBytes: limitBytes)
        case .zstandard: return try Codec.zstd.unpack(bytes, limitBytes: limitBytes)
        case .snappy:
            let length = bytes.count - Self.sumBytes
            guard length >= 0 else { throw CompressionError("a block without its sum", at: bytes.count) }
            let plain = try Codec.snappy.unpack(
                UnsafeRawBufferPointer(rebasing: bytes[..<length]), limitBytes: limitBytes)
            let sum = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: length, as: UInt32.self))
            guard plain.withUnsafeBytes({ CRC32.of($0) }) == sum else {
                throw CompressionError("the sum of the block is another", at: length)
            }
            return plain
        }
    }

    func pack(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        switch self {
        case .null: return bytes
        case .deflate: return try Codec.deflate.pack(bytes)
        case .zstandard: return try Codec.zstd.pack(bytes)
        case .snappy:
            let sum = bytes.withUnsafeBytes { CRC32.of($0) }
            return try Codec.snappy.pack(bytes) + withUnsafeBytes(of: sum.bigEndian) { Array($0) }
        }
    }
}
