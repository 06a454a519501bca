import CPlatform

/// A running CRC-32C.
struct Checksum {
    private(set) var value: UInt32 = 0

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = millrace_crc32c(value, bytes.baseAddress, bytes.count)
    }

    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 { millrace_crc32c(0, bytes.baseAddress, bytes.count) }

    static func of(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { of($0) } }
}
