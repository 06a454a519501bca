import CPlatform
import ConnectorContract
import Diagnostics

/// The frame around a stored position: a mark, a version, the content and its checksum.
enum PositionCoding {
    static func seal(mark: UInt32, version: UInt8, _ content: ByteWriter) -> [UInt8] {
        var writer = ByteWriter(reserving: content.bytes.count + 9)
        writer.write(mark)
        writer.write(version)
        content.bytes.withUnsafeBytes { writer.writeRaw($0) }
        writer.write(checksum(writer.bytes[...]))
        return writer.bytes
    }

    /// The content of a sealed position, checked; throws when it is damaged or of another kind.
    static func open<Result>(
        _ bytes: [UInt8], mark: UInt32, version: UInt8, _ body: (inout ByteReader) throws -> Result
    ) throws -> Result {
        try bytes.withUnsafeBytes { buffer in
            guard buffer.count >= 9 else { throw DamagedBytesError(what: "position cut short", offset: 0) }
            let sum = buffer.loadUnaligned(fromByteOffset: buffer.count - 4, as: UInt32.self)
            guard UInt32(littleEndian: sum) == checksum(bytes.dropLast(4)) else {
                throw DamagedBytesError(what: "wrong checksum of a position", offset: buffer.count - 4)
            }
            var reader = ByteReader(UnsafeRawBufferPointer(rebasing: buffer.dropLast(4)))
            guard try reader.read(UInt32.self) == mark else {
                throw DamagedBytesError(what: "position of another connector", offset: 0)
            }
            guard try reader.read(UInt8.self) == version else {
                throw DamagedBytesError(what: "position of an unknown version", offset: 4)
            }
            return try body(&reader)
        }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBytes { millrace_crc32c(0, $0.baseAddress, $0.count) }
    }
}
