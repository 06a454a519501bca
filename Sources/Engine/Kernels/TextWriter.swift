import Columnar

/// Writes the texts of one batch: short ones straight into their views, longer ones one after the other into blocks of a heap.
struct TextWriter {
    /// Whole words may be stored, so this much behind a text may be overwritten by it.
    static let slack = 16
    private static let blockBytes = 8 * 1_024

    let heap = ByteHeap()
    private var next: UnsafeMutablePointer<UInt8>?
    /// Bytes left at `next`; negative while there is no block, so that even an empty text asks for one.
    private var room = -1

    init() {}

    /// Memory for so many bytes and the slack; it stays the same until ``keep(_:)``.
    @inline(__always)
    private mutating func place(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if room < count { refill(count) }
        return next.unsafelyUnwrapped
    }

    @inline(never)
    private mutating func refill(_ count: Int) {
        room = max(count, Self.blockBytes)
        next = heap.allocate(room &+ Self.slack)
    }

    @inline(__always)
    private mutating func keep(_ count: Int) {
        next = next.unsafelyUnwrapped + count
        room &-= count
    }

    @inline(__always)
    mutating func add(_ text: PackedText) -> TextView {
        var view = text.inlineView
        if text.count > TextView.inlineLimit {
            let place = place(PackedText.longest)
            text.store(to: place)
            view.tail = UInt64(UInt(bitPattern: place))
            keep(text.count)
        }
        return view
    }

    /// A text of at most `most` bytes that the closure writes, with whole words where it likes; it gives how many bytes.
    @inline(__always)
    mutating func add(upTo most: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int) -> TextView {
        let place = place(most)
        let count = write(place)
        if count > TextView.inlineLimit { keep(count) }
        return TextView(place, count: count)
    }

    /// Texts of at most `most` bytes together, of which the closure makes views; it gives how many bytes they took.
    @inline(__always)
    mutating func addMany<Result>(
        upTo most: Int, _ write: (UnsafeMutablePointer<UInt8>) -> (count: Int, Result)
    ) -> Result {
        let written = write(place(most))
        keep(written.count)
        return written.1
    }
}

/// A text of each row where no operand is NULL, made from scratch: it points into no operand.
@inline(__always)
func writeTexts(_ call: KernelCall, _ body: (_ row: Int, _ writer: inout TextWriter) -> TextView) -> Column {
    let result = call.makeResult()
    var writer = TextWriter()
    let texts = result.text
    forEachValid(call, into: result) { row in
        texts[row] = body(row, &writer)
        return true
    }
    if writer.heap.allocatedBytes > 0 { result.owners.append(writer.heap) }
    return result
}
