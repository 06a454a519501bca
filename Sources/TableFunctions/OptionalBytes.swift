import ConnectorContract

// Optional bytes in states: a flag, then the bytes.
extension ByteWriter {
    mutating func write(optional bytes: [UInt8]?) {
        write(UInt8(bytes == nil ? 0 : 1))
        if let bytes { write(bytes) }
    }
}

extension ByteReader {
    mutating func readOptionalBytes() throws(DamagedBytesError) -> [UInt8]? {
        try read(UInt8.self) == 0 ? nil : try readBytes()
    }
}
