import CPlatform

/// Files of the store with right magic numbers, lengths and checksums around any content: without them the fuzzer
/// would never get past the first check.
enum SealedFiles {
    static func manifest(holding body: [UInt8]) -> [UInt8] {
        var bytes = Array("MLRMANI1".utf8) + little(UInt32(1))
        bytes += little(checksum(bytes))
        bytes += body
        return bytes + little(UInt64(bytes.count)) + little(checksum(bytes)) + Array("1INAMRLM".utf8)
    }

    /// The first two bytes say how many of the others are the table; what follows are the sections.
    static func blob(holding content: [UInt8]) -> [UInt8] {
        guard content.count >= 2 else { return content }
        let tableLength = min(Int(content[0]) + Int(content[1]) << 8, content.count - 2)
        let table = Array(content[2..<(2 + tableLength)])
        let sections = Array(content[(2 + tableLength)...])
        let header =
            Array("MLRBLOB1".utf8) + little(UInt32(1)) + little(UInt32(0)) + little(UInt64(7)) + little(UInt64(3))
        let start = header.count + sections.count
        return header + sections + table + little(UInt64(start)) + little(UInt32(table.count))
            + little(checksum(header + table)) + Array("1BOLBRLM".utf8)
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { millrace_crc32c(0, $0.baseAddress, $0.count) }
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
