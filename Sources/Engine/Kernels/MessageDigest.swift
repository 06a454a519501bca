import Columnar
import Digests
import StreamSQL

/// Digests as lower-case hexadecimal text. For keys and comparison with other systems, not for secrets.
enum DigestKernels {
    static let md5: Kernel = kernel(length: MD5.digestBytes) { MD5.write($0, to: $1) }
    static let sha1: Kernel = kernel(length: SHA1.digestBytes) { SHA1.write($0, to: $1) }
    static let sha224: Kernel = kernel(length: 28) { SHA256.write($0, isShort: true, to: $1) }
    static let sha256: Kernel = kernel(length: SHA256.digestBytes) { SHA256.write($0, to: $1) }
    static let sha384: Kernel = kernel(length: 48) { SHA512.write($0, isShort: true, to: $1) }
    static let sha512: Kernel = kernel(length: SHA512.digestBytes) { SHA512.write($0, to: $1) }

    private static func kernel(
        length: Int, _ digest: @escaping @Sendable (UnsafeBufferPointer<UInt8>, UnsafeMutableRawBufferPointer) -> Void
    ) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            return writeTexts(call) { row, writer in
                writer.add(upTo: length * 2) { target in
                    withUnsafeTemporaryAllocation(byteCount: length, alignment: 8) { buffer in
                        digest(texts[row].buffer, buffer)
                        let bytes = buffer.assumingMemoryBound(to: UInt8.self)
                        guard let start = bytes.baseAddress else { return }
                        HexDigits.write(TextBytes(start: start, count: length), isUpper: false, to: target)
                    }
                    return length * 2
                }
            }
        }
    }
}
