/// A hash of the SHA-2 family (FIPS 180-4).
///
/// Written here because the copy of a library would be linked twice: the one behind TLS does not show its hashes.
package protocol SecureHash: Sendable {
    static var digestBytes: Int { get }
    static var blockBytes: Int { get }
    init()
    mutating func update(_ bytes: some Collection<UInt8>)
    /// The hash of all that came. The value must not be used afterwards.
    mutating func finish() -> [UInt8]
}

extension SecureHash {
    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var hash = Self()
        hash.update(bytes)
        return hash.finish()
    }
}

/// Keeps what is no whole block yet of a message that comes in parts.
struct BlockBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var total = 0
    private let blockBytes: Int

    init(blockBytes: Int) {
        self.blockBytes = blockBytes
        bytes.reserveCapacity(2 * blockBytes)
    }

    mutating func append(_ more: some Collection<UInt8>, _ block: (UnsafePointer<UInt8>) -> Void) {
        total &+= more.count
        bytes.append(contentsOf: more)
        let whole = bytes.count / blockBytes * blockBytes
        guard whole > 0 else { return }
        bytes.withUnsafeBufferPointer { MessageBlocks.forEachWhole($0, blockBytes, block) }
        bytes.removeSubrange(..<whole)
    }

    func finish(_ block: (UnsafePointer<UInt8>) -> Void) {
        bytes.withUnsafeBufferPointer {
            MessageBlocks.finish($0, blockBytes, messageBytes: total, isBigEndian: true, block)
        }
    }
}

/// Cuts a message into the blocks that hashes of this kind work on, and ends it: a bit, zeros, the length in bits.
enum MessageBlocks {
    static func forEach(
        _ message: UnsafeBufferPointer<UInt8>, _ blockBytes: Int, isBigEndian: Bool = true,
        _ body: (UnsafePointer<UInt8>) -> Void
    ) {
        let whole = message.count / blockBytes * blockBytes
        forEachWhole(message, blockBytes, body)
        finish(
            UnsafeBufferPointer(rebasing: message[whole...]), blockBytes, messageBytes: message.count,
            isBigEndian: isBigEndian, body)
    }

    static func forEachWhole(
        _ message: UnsafeBufferPointer<UInt8>, _ blockBytes: Int, _ body: (UnsafePointer<UInt8>) -> Void
    ) {
        guard let start = message.baseAddress else { return }
        for block in 0..<(message.count / blockBytes) { body(start + block &* blockBytes) }
    }

    /// The last blocks, of what is left and is less than one. The length takes an eighth of a block, of which eight bytes
    /// are enough for anything that fits memory.
    static func finish(
        _ rest: UnsafeBufferPointer<UInt8>, _ blockBytes: Int, messageBytes: Int, isBigEndian: Bool,
        _ body: (UnsafePointer<UInt8>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * blockBytes) { buffer in
            buffer.update(repeating: 0)
            for index in rest.indices { buffer[index] = rest[index] }
            buffer[rest.count] = 0x80
            let end = rest.count < blockBytes - blockBytes / 8 ? blockBytes : 2 * blockBytes
            let bits = UInt64(truncatingIfNeeded: messageBytes) &* 8
            UnsafeMutableRawBufferPointer(buffer).storeBytes(
                of: isBigEndian ? bits.bigEndian : bits.littleEndian, toByteOffset: end - 8, as: UInt64.self)
            guard let start = buffer.baseAddress else { return }
            body(start)
            if end > blockBytes { body(start + blockBytes) }
        }
    }
}
