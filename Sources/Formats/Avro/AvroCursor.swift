/// Reads Avro's binary form from the front. Bytes that end early or can't be are told by nil; nothing traps.
struct AvroCursor {
    let bytes: UnsafePointer<UInt8>
    var at: Int
    let end: Int

    init(_ bytes: UnsafePointer<UInt8>, from: Int, to: Int) {
        self.bytes = bytes
        at = from
        end = to
    }

    /// An int or long: zigzag, seven bits a byte.
    @inline(__always)
    mutating func long() -> Int64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < end, shift < 70 {
            let byte = bytes[at]
            at &+= 1
            if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
            if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
            shift &+= 7
        }
        return nil
    }

    mutating func byte() -> UInt8? {
        guard at < end else { return nil }
        defer { at &+= 1 }
        return bytes[at]
    }

    /// The place of `count` bytes.
    mutating func take(_ count: Int64) -> UnsafePointer<UInt8>? {
        guard count >= 0, count <= Int64(end &- at) else { return nil }
        defer { at &+= Int(count) }
        return bytes + at
    }

    mutating func fixed32() -> UInt32? {
        take(4).map { UInt32(littleEndian: UnsafeRawPointer($0).loadUnaligned(as: UInt32.self)) }
    }

    mutating func fixed64() -> UInt64? {
        take(8).map { UInt64(littleEndian: UnsafeRawPointer($0).loadUnaligned(as: UInt64.self)) }
    }

    /// Elements of the next block of an array or map; 0 at its end. A block may tell its size, which is not needed.
    mutating func blockCount() -> Int64? {
        guard var count = long() else { return nil }
        if count < 0 {
            guard count != .min, long() != nil else { return nil }
            count = -count
        }
        return count
    }

    /// Moves behind a value of the schema; false when there is none.
    mutating func skip(_ schema: AvroSchema) -> Bool {
        switch schema {
        case .null: return true
        case .boolean: return byte() != nil
        case .int, .long, .enumeration: return long() != nil
        case .float: return take(4) != nil
        case .double: return take(8) != nil
        case .string, .bytes: return long().flatMap { take($0) } != nil
        case .fixed(_, let size, _): return take(Int64(size)) != nil
        case .union(let branches):
            guard let index = long(), branches.indices.contains(Int(clamping: index)) else { return false }
            return skip(branches[Int(index)])
        case .record(_, let parts):
            for part in parts where !skip(part.schema) { return false }
            return true
        case .array(let element): return skipBlocks { $0.skip(element) }
        case .map(let value): return skipBlocks { $0.skip(.string) && $0.skip(value) }
        }
    }

    private mutating func skipBlocks(_ one: (inout AvroCursor) -> Bool) -> Bool {
        while let count = blockCount() {
            if count == 0 { return true }
            // Elements without bytes are no reason to go round for ever.
            var left = count
            while left > 0 {
                let before = at
                guard one(&self) else { return false }
                if at == before { break }
                left &-= 1
            }
        }
        return false
    }
}
