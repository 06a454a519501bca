/// The Snappy format: raw, and in the framing that Java clients put around it.
///
/// A raw stream is the length of the plain bytes as a varint, then literals and copies of what came before.
package enum Snappy {
    /// Java's framing: magic, two version numbers, then raw streams, each with its length.
    private static let framingMagic: [UInt8] = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]
    private static let framingHeaderBytes = 16
    /// A copy tells at most 64 bytes with two bytes more: what a stream of n bytes can become at most.
    private static let largestRatio = 64

    package static func decompress(_ bytes: UnsafeRawBufferPointer, limitBytes: Int) throws(WireError) -> [UInt8] {
        guard bytes.count >= framingHeaderBytes, bytes.prefix(8).elementsEqual(framingMagic) else {
            var plain: [UInt8] = []
            try decompressRaw(bytes, into: &plain, limitBytes: limitBytes)
            return plain
        }
        var reader = WireReader(bytes)
        try reader.skip(framingHeaderBytes)
        var plain: [UInt8] = []
        while reader.remaining > 0 {
            let length = try reader.read(Int32.self)
            try decompressRaw(try reader.readRaw(Int(length)), into: &plain, limitBytes: limitBytes)
        }
        return plain
    }

    private static func decompressRaw(
        _ bytes: UnsafeRawBufferPointer, into plain: inout [UInt8], limitBytes: Int
    ) throws(WireError) {
        var reader = WireReader(bytes)
        let length = Int(try reader.readUnsignedVarint())
        guard length <= limitBytes - plain.count else { throw WireError("more than \(limitBytes) bytes", at: 0) }
        guard length / largestRatio <= bytes.count else { throw WireError("a length that cannot be", at: 0) }
        let start = plain.count
        plain.reserveCapacity(start + length)
        while reader.remaining > 0 {
            let tag: UInt8 = try reader.read()
            if tag & 3 == 0 {
                let count = try literalLength(tag, &reader)
                guard count <= length - (plain.count - start) else { throw WireError("too much", at: reader.offset) }
                plain.append(contentsOf: try reader.readRaw(count))
            } else {
                let (count, distance) = try copy(tag, &reader)
                guard distance > 0, distance <= plain.count - start, count <= length - (plain.count - start) else {
                    throw WireError("a copy from outside", at: reader.offset)
                }
                // Source and target may overlap: then what is being written is copied on.
                for _ in 0..<count { plain.append(plain[plain.count - distance]) }
            }
        }
        guard plain.count - start == length else { throw WireError("fewer bytes than announced", at: reader.offset) }
    }

    private static func literalLength(_ tag: UInt8, _ reader: inout WireReader) throws(WireError) -> Int {
        let short = Int(tag >> 2)
        guard short >= 60 else { return short + 1 }
        var length = 0
        for shift in 0..<(short - 59) { length |= Int(try reader.read(UInt8.self)) << (8 * shift) }
        return length + 1
    }

    private static func copy(
        _ tag: UInt8, _ reader: inout WireReader
    ) throws(WireError) -> (count: Int, distance: Int) {
        switch tag & 3 {
        case 1:
            let low = Int(try reader.read(UInt8.self))
            return (Int(tag >> 2 & 7) + 4, Int(tag >> 5) << 8 | low)
        case 2: return (Int(tag >> 2) + 1, Int(try reader.read(UInt16.self).byteSwapped))
        default: return (Int(tag >> 2) + 1, Int(try reader.read(UInt32.self).byteSwapped))
        }
    }

    /// Greedy matches of four bytes and more inside windows of 64 KiB. Plain and correct rather than fast.
    package static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var writer = WireWriter(reserving: bytes.count + bytes.count / 6 + 32)
        writer.writeUnsignedVarint(UInt32(truncatingIfNeeded: bytes.count))
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
                writeLiteral(source, literalStart..<position, to: &writer)
                writer.write(UInt8(length - 1) << 2 | 2)
                writer.write(UInt16(position - candidate).byteSwapped)
                position += length
                literalStart = position
            }
            writeLiteral(source, literalStart..<source.count, to: &writer)
        }
        return writer.bytes
    }

    private static func writeLiteral(
        _ source: UnsafeRawBufferPointer, _ range: Range<Int>, to writer: inout WireWriter
    ) {
        guard !range.isEmpty else { return }
        let last = range.count - 1
        if last < 60 {
            writer.write(UInt8(last) << 2)
        } else {
            writer.write(UInt8(63) << 2)
            writer.write(UInt32(truncatingIfNeeded: last).byteSwapped)
        }
        writer.writeRaw(UnsafeRawBufferPointer(rebasing: source[range]))
    }
}
