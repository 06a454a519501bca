/// The Snappy format: raw, and in the framing that Java clients put around it.
///
/// A raw stream is the length of the plain bytes as a varint, then literals and copies of what came before.
enum Snappy {
    /// Java's framing: magic, two version numbers, then raw streams, each with its length.
    private static let framingMagic: [UInt8] = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]
    private static let framingHeaderBytes = 16
    /// A copy tells at most 64 bytes with two bytes more: what a stream of n bytes can become at most.
    private static let largestRatio = 64

    static func unpack(_ bytes: UnsafeRawBufferPointer, limitBytes: Int) throws(CompressionError) -> [UInt8] {
        var plain: [UInt8] = []
        guard bytes.count >= framingHeaderBytes, bytes.prefix(8).elementsEqual(framingMagic) else {
            var stream = SnappyStream(bytes, from: 0, to: bytes.count)
            try unpackRaw(&stream, into: &plain, limitBytes: limitBytes)
            return plain
        }
        var at = framingHeaderBytes
        while at < bytes.count {
            guard bytes.count - at >= 4 else { throw CompressionError("a frame is cut short", at: at) }
            let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
            at += 4
            guard length <= bytes.count - at else { throw CompressionError("a frame is cut short", at: at) }
            var stream = SnappyStream(bytes, from: at, to: at + length)
            try unpackRaw(&stream, into: &plain, limitBytes: limitBytes)
            at += length
        }
        return plain
    }

    private static func unpackRaw(
        _ stream: inout SnappyStream, into plain: inout [UInt8], limitBytes: Int
    ) throws(CompressionError) {
        let length = try stream.length()
        guard length <= limitBytes - plain.count else { throw CompressionError("more than \(limitBytes) bytes", at: 0) }
        guard length / largestRatio <= stream.remaining else {
            throw CompressionError("a length that cannot be", at: 0)
        }
        var failure: CompressionError?
        let raw = [UInt8](unsafeUninitializedCapacity: length) { target, count in
            do throws(CompressionError) {
                try stream.fill(target)
                count = length
            } catch {
                failure = error
                count = 0
            }
        }
        if let failure { throw failure }
        if plain.isEmpty { plain = raw } else { plain += raw }
    }

    /// Greedy matches of four bytes and more inside windows of 64 KiB. Plain and correct rather than fast.
    static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var packed: [UInt8] = []
        packed.reserveCapacity(bytes.count + bytes.count / 6 + 32)
        var length = UInt32(truncatingIfNeeded: bytes.count)
        while length >= 0x80 {
            packed.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        packed.append(UInt8(truncatingIfNeeded: length))
        bytes.withUnsafeBytes { source in
            var table = [Int32](repeating: -1, count: 1 << 14)
            var position = 0
            var literalStart = 0
            while position + 4 <= source.count {
                let word = source.loadUnaligned(fromByteOffset: position, as: UInt32.self)
                let slot = Int((word &* 0x1e35_a7bd) >> 18)
                let candidate = Int(table[slot])
                table[slot] = Int32(truncatingIfNeeded: position)
                guard candidate >= 0, position - candidate <= 0xffff,
                    source.loadUnaligned(fromByteOffset: candidate, as: UInt32.self) == word
                else {
                    position += 1
                    continue
                }
                var length = 4
                while length < 64, position + length < source.count,
                    source[candidate + length] == source[position + length]
                { length += 1 }
                appendLiteral(source, literalStart..<position, to: &packed)
                packed.append(UInt8(length - 1) << 2 | 2)
                append(UInt64(position - candidate), bytes: 2, to: &packed)
                position += length
                literalStart = position
            }
            appendLiteral(source, literalStart..<source.count, to: &packed)
        }
        return packed
    }

    private static func appendLiteral(_ source: UnsafeRawBufferPointer, _ range: Range<Int>, to packed: inout [UInt8]) {
        guard !range.isEmpty else { return }
        let last = range.count - 1
        if last < 60 {
            packed.append(UInt8(last) << 2)
        } else {
            packed.append(UInt8(63) << 2)
            append(UInt64(last), bytes: 4, to: &packed)
        }
        packed.append(contentsOf: UnsafeRawBufferPointer(rebasing: source[range]))
    }

    private static func append(_ value: UInt64, bytes: Int, to packed: inout [UInt8]) {
        for index in 0..<bytes { packed.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }
}

/// Reads a raw stream of Snappy. Each length is held against what is left on both sides before anything is touched.
private struct SnappyStream {
    private let bytes: UnsafeRawBufferPointer
    private var at: Int
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer, from: Int, to: Int) {
        self.bytes = bytes
        at = from
        end = to
    }

    var remaining: Int { end - at }

    /// The length of the plain bytes, which stands in front.
    mutating func length() throws(CompressionError) -> Int {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            let byte = Int(try little(1))
            value |= (byte & 0x7f) << shift
            if byte < 0x80 {
                guard value <= Int(UInt32.max) else { break }
                return value
            }
        }
        throw CompressionError("a length of more than 32 bits", at: at)
    }

    /// Fills all of the target with the plain bytes.
    mutating func fill(_ target: UnsafeMutableBufferPointer<UInt8>) throws(CompressionError) {
        var written = 0
        while at < end {
            let tag = UInt8(truncatingIfNeeded: try little(1))
            if tag & 3 == 0 {
                let short = Int(tag >> 2)
                let count = (short < 60 ? short : Int(try little(short - 59))) + 1
                guard count <= target.count - written else { throw CompressionError("too much", at: at) }
                guard count <= remaining else { throw CompressionError("a literal is cut short", at: at) }
                target.baseAddress!.advanced(by: written).update(
                    from: bytes.baseAddress!.advanced(by: at).assumingMemoryBound(to: UInt8.self), count: count)
                at += count
                written += count
            } else {
                let (count, distance) = try copy(tag)
                guard distance > 0, distance <= written, count <= target.count - written else {
                    throw CompressionError("a copy from outside", at: at)
                }
                let to = target.baseAddress!.advanced(by: written)
                if distance >= count {
                    to.update(from: to - distance, count: count)
                } else {
                    // Source and target overlap: what is being written is copied on.
                    for index in 0..<count { to[index] = to[index - distance] }
                }
                written += count
            }
        }
        guard written == target.count else { throw CompressionError("fewer bytes than announced", at: at) }
    }

    private mutating func copy(_ tag: UInt8) throws(CompressionError) -> (count: Int, distance: Int) {
        switch tag & 3 {
        case 1:
            let low = Int(try little(1))
            return (Int(tag >> 2 & 7) + 4, Int(tag >> 5) << 8 | low)
        case 2: return (Int(tag >> 2) + 1, Int(try little(2)))
        default: return (Int(tag >> 2) + 1, Int(try little(4)))
        }
    }

    /// The next `count` bytes, at most 4, as a number, the lowest first.
    private mutating func little(_ count: Int) throws(CompressionError) -> UInt32 {
        guard count <= remaining else { throw CompressionError("the data is cut short", at: at) }
        var value: UInt32 = 0
        for index in 0..<count { value |= UInt32(bytes[at + index]) << UInt32(8 * index) }
        at += count
        return value
    }
}
