import Columnar

/// Some bytes of text that live elsewhere.
struct TextBytes {
    var start: UnsafePointer<UInt8>
    var count: Int

    @inline(__always) subscript(_ index: Int) -> UInt8 { start[index] }
    @inline(__always) var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
    @inline(__always) var view: TextView { TextView(start, count: count) }

    @inline(__always)
    func part(_ from: Int, _ length: Int) -> TextBytes { TextBytes(start: start + from, count: length) }

    /// True when no byte has its high bit set.
    var isASCII: Bool {
        var all: UInt64 = 0
        var index = 0
        while index &+ 8 <= count {
            all |= UnsafeRawPointer(start + index).loadUnaligned(as: UInt64.self)
            index &+= 8
        }
        while index < count {
            all |= UInt64(start[index])
            index &+= 1
        }
        return all & 0x8080_8080_8080_8080 == 0
    }

    /// Code points: bytes that do not continue one.
    var characterCount: Int {
        var continuing = 0
        var index = 0
        while index &+ 8 <= count {
            let word = UnsafeRawPointer(start + index).loadUnaligned(as: UInt64.self)
            continuing &+= (word &>> 7 & ~(word &>> 6) & 0x0101_0101_0101_0101).nonzeroBitCount
            index &+= 8
        }
        while index < count {
            continuing &+= Int(unsafeBitCast(start[index] & 0xC0 == 0x80, to: UInt8.self))
            index &+= 1
        }
        return count &- continuing
    }

    /// Copies the bytes: a few words where there are few.
    @inline(__always)
    func copy(to target: UnsafeMutablePointer<UInt8>) {
        let (from, to) = (UnsafeRawPointer(start), UnsafeMutableRawPointer(target))
        if count > 16 {
            target.update(from: start, count: count)
        } else if count >= 8 {
            // Where both words overlap they have the same bytes.
            let last = from.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
            to.storeBytes(of: last, toByteOffset: count &- 8, as: UInt64.self)
        } else if count >= 4 {
            let last = from.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            to.storeBytes(of: from.loadUnaligned(as: UInt32.self), as: UInt32.self)
            to.storeBytes(of: last, toByteOffset: count &- 4, as: UInt32.self)
        } else if count > 0 {
            // The middle one is the first or the last of two.
            let (middle, last) = (start[count &>> 1], start[count &- 1])
            target[0] = start[0]
            target[count &>> 1] = middle
            target[count &- 1] = last
        }
    }

    /// The byte at which the code point after `characters` others begins, counted from the byte `from`.
    func offset(ofCharacter characters: Int, from: Int = 0) -> Int {
        var index = from
        var left = characters
        while left > 0 && index < count {
            index &+= 1
            while index < count && start[index] & 0xC0 == 0x80 { index &+= 1 }
            left &-= 1
        }
        return index
    }

    /// The byte at which the other bytes begin; -1 when they are nowhere.
    func offset(of needle: TextBytes, from: Int = 0) -> Int {
        guard needle.count > 0 else { return from }
        guard count &- from >= needle.count else { return -1 }
        let first = needle[0]
        let last = count &- needle.count
        let pattern = UInt64(first) &* 0x0101_0101_0101_0101
        var index = from
        // Eight places at once: bytes that are the first one become zero. Above such a byte others may be taken for zero too.
        while index &+ 8 <= count {
            let word = UnsafeRawPointer(start + index).loadUnaligned(as: UInt64.self) ^ pattern
            var zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
            while zeros != 0 {
                let place = index &+ zeros.trailingZeroBitCount &>> 3
                if starts(at: place, with: needle) { return place }
                zeros &= zeros &- 1
            }
            index &+= 8
        }
        while index <= last {
            if start[index] == first && starts(at: index, with: needle) { return index }
            index &+= 1
        }
        return -1
    }

    /// True when the other bytes stand at a place; it must lie inside.
    @inline(__always)
    func starts(at index: Int, with other: TextBytes) -> Bool {
        guard index >= 0, count &- index >= other.count else { return false }
        var offset = 0
        while offset < other.count {
            if start[index &+ offset] != other.start[offset] { return false }
            offset &+= 1
        }
        return true
    }

    var string: String { String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) }
}

/// The texts of an operand.
struct TextOperand {
    private let base: UnsafePointer<TextView>
    private let mask: Int

    init(_ argument: KernelArgument) {
        base = UnsafePointer(argument.column.text)
        mask = argument.rowMask
    }

    /// The bytes of a row that is not NULL.
    @inline(__always)
    subscript(_ row: Int) -> TextBytes {
        let place = base + (row & mask)
        return TextBytes(start: TextView.bytes(at: place), count: place.pointee.count)
    }
}

/// The numbers of an operand.
struct NumberOperand {
    private let base: UnsafeMutablePointer<Int64>
    private let mask: Int

    init(_ argument: KernelArgument) {
        base = argument.column.int64
        mask = argument.rowMask
    }

    @inline(__always) subscript(_ row: Int) -> Int64 { base[row & mask] }
}

/// Texts longer than this are not made; the function gives NULL instead.
let longestMadeText = 16 << 20

/// A text of each row made from the operands' texts; nil becomes NULL. The closure may return views into the
/// operands or into the heap.
@inline(__always)
func makeTexts(_ call: KernelCall, _ body: (_ row: Int, _ heap: ByteHeap) -> TextView?) -> Column {
    makeTexts(writing: call) { row, writer in body(row, writer.heap) }
}

/// The same with a writer, for texts that are put together where they stay.
@inline(__always)
func makeTexts(writing call: KernelCall, _ body: (_ row: Int, _ writer: inout TextWriter) -> TextView?) -> Column {
    let result = call.makeResult()
    var writer = TextWriter()
    for argument in call.arguments where argument.column.kind == .text { result.adoptOwners(of: argument.column) }
    let texts = result.text
    forEachValid(call, into: result) { row in
        guard let view = body(row, &writer) else { return false }
        texts[row] = view
        return true
    }
    if writer.heap.allocatedBytes > 0 { result.owners.append(writer.heap) }
    return result
}
