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
        for index in 0..<count { continuing &+= Int(unsafeBitCast(start[index] & 0xC0 == 0x80, to: UInt8.self)) }
        return count &- continuing
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
        var index = from
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
    let result = call.makeResult()
    let heap = ByteHeap()
    for argument in call.arguments where argument.column.kind == .text { result.adoptOwners(of: argument.column) }
    let texts = result.text
    forEachValid(call, into: result) { row in
        guard let view = body(row, heap) else { return false }
        texts[row] = view
        return true
    }
    if heap.allocatedBytes > 0 { result.owners.append(heap) }
    return result
}
