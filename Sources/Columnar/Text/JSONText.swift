/// What the writers of JSON share.
package enum JSONText {
    static let null = Array("null".utf8)
    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// The bytes with quotes, backslashes and control characters escaped.
    package static func appendEscaped(_ value: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        for byte in value {
            switch byte {
            case 0x22: bytes += [0x5C, 0x22]
            case 0x5C: bytes += [0x5C, 0x5C]
            case 0x0A: bytes += [0x5C, 0x6E]
            case 0x0D: bytes += [0x5C, 0x72]
            case 0x09: bytes += [0x5C, 0x74]
            case 0..<0x20:
                bytes += [0x5C, 0x75, 0x30, 0x30, hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
    }
}
