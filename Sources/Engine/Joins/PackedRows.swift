import Columnar

/// A chunk of rows that no longer changes, each column in the bytes its values need.
///
/// Whole numbers are kept as distances from the least of them. Texts are kept under numbers of two bytes where few are
/// different, else by the place of their bytes in the heap. What would gain nothing stays as it is.
final class PackedRows {
    private let memory: UnsafeMutableRawPointer
    let byteCount: Int
    private(set) var columns: [ChunkColumn] = []

    /// The texts of `source` lie in `heap`, which outlives this; `coded` has the numbers of those of a column, or nothing
    /// where they have none.
    init(_ source: [Column], rowCount: Int, coded: [[UInt16]], heap: ByteHeap) {
        let layouts = source.enumerated().map { index, column in
            coded[index].isEmpty ? PackedLayout(column, rowCount: rowCount, heap) : PackedLayout(form: .codes)
        }
        var size = 0
        for (index, layout) in layouts.enumerated() {
            size += layout.byteCount(source[index], rowCount) + Self.validityBytes(source[index], rowCount)
        }
        byteCount = size + 64
        memory = .allocate(byteCount: byteCount, alignment: 64)
        var place = memory
        for (index, layout) in layouts.enumerated() {
            let column = source[index]
            var result = ChunkColumn(values: place, base: layout.base, form: layout.form)
            if layout.form == .codes {
                coded[index].withUnsafeBytes {
                    place.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(place), byteCount: $0.count)
                }
            } else {
                layout.write(column, rowCount, to: place)
            }
            place += layout.byteCount(column, rowCount)
            let bitmap = Self.validityBytes(column, rowCount)
            if bitmap > 0 {
                place.copyMemory(from: column.validity, byteCount: bitmap)
                result.validity = place.assumingMemoryBound(to: UInt64.self)
                place += bitmap
            }
            columns.append(result)
        }
    }

    deinit { memory.deallocate() }

    private static func validityBytes(_ column: Column, _ rowCount: Int) -> Int {
        column.mayHaveNulls ? (rowCount + 63) / 64 * 8 : 0
    }
}

/// How the values of a column of a chunk lie in memory.
enum ValueForm: UInt8, BitwiseCopyable {
    /// As in a ``Column``.
    case plain
    /// Whole numbers above the base.
    case bytes1, bytes2, bytes4
    /// Numbers of texts, two bytes each.
    case codes
    /// Four bytes for each text's distance from the base, then one or two for each text's length.
    case spans1, spans2
}

/// Where the values of a column of a chunk lie. Positions are those of rows in the chunk.
struct ChunkColumn: BitwiseCopyable {
    private var values: UnsafeMutableRawPointer?
    /// Nil where no value is NULL.
    var validity: UnsafeMutablePointer<UInt64>?
    private var base: UInt64
    private var form: ValueForm

    init() {
        values = nil
        validity = nil
        base = 0
        form = .plain
    }

    init(values: UnsafeMutableRawPointer, base: UInt64, form: ValueForm) {
        self.values = values
        self.base = base
        self.form = form
        validity = nil
    }

    init(_ column: Column) {
        self.init(values: column.values, base: 0, form: .plain)
        validity = column.validity
    }

    @inline(__always)
    private var start: UnsafeMutableRawPointer { values.unsafelyUnwrapped }

    @inline(__always)
    func isValid(_ row: Int) -> Bool {
        guard let validity else { return true }
        return validity[row >> 6] >> UInt64(row & 63) & 1 == 1
    }

    @inline(__always)
    func plain<Value: BitwiseCopyable>(_ row: Int, as type: Value.Type) -> Value {
        start.load(fromByteOffset: row &* MemoryLayout<Value>.stride, as: type)
    }

    @inline(__always)
    func bit(_ row: Int) -> Bool { plain(row >> 6, as: UInt64.self) >> UInt64(row & 63) & 1 == 1 }

    @inline(__always)
    func int64(_ row: Int) -> Int64 {
        let distance: UInt64
        switch form {
        case .bytes1: distance = UInt64(plain(row, as: UInt8.self))
        case .bytes2: distance = UInt64(plain(row, as: UInt16.self))
        case .bytes4: distance = UInt64(plain(row, as: UInt32.self))
        default: return plain(row, as: Int64.self)
        }
        return Int64(bitPattern: base &+ distance)
    }

    @inline(__always)
    func text(_ row: Int, _ codes: TextCodes?) -> TextView {
        switch form {
        case .codes:
            guard let codes else { return TextView() }
            return codes.views.base[Int(plain(row, as: UInt16.self))]
        case .spans1, .spans2:
            let lengths = start + JoinRowStore.chunkRows &* 4
            let count =
                form == .spans1
                ? Int(lengths.load(fromByteOffset: row, as: UInt8.self))
                : Int(lengths.load(fromByteOffset: row &* 2, as: UInt16.self))
            guard count > 0 else { return TextView() }
            let address = UInt(truncatingIfNeeded: base &+ UInt64(plain(row, as: UInt32.self)))
            return TextView(UnsafePointer(bitPattern: address).unsafelyUnwrapped, count: count)
        default: return plain(row, as: TextView.self)
        }
    }

    /// Whether a value is that of another column's row; neither is NULL.
    func equals(_ row: Int, _ other: Column, _ otherRow: Int, _ codes: TextCodes?) -> Bool {
        switch other.kind {
        case .bits: return bit(row) == other.bit(otherRow)
        case .int64: return int64(row) == other.int64[otherRow]
        case .float64:
            let (own, value) = (plain(row, as: Double.self), other.float64[otherRow])
            return own == value || (own != own && value != value)
        case .int128: return plain(row, as: Int128.self) == other.int128[otherRow]
        case .text:
            return withUnsafePointer(to: text(row, codes)) { TextView.equal($0, UnsafePointer(other.text + otherRow)) }
        }
    }
}

/// The form that a column of a chunk is packed in.
struct PackedLayout {
    var form = ValueForm.plain
    var base: UInt64 = 0

    init(form: ValueForm) { self.form = form }

    /// Texts too short to lie in the heap are copied there where the others are kept by their places.
    init(_ column: Column, rowCount: Int, _ heap: ByteHeap) {
        switch column.kind {
        case .int64: measureNumbers(column, rowCount)
        case .text: measureTexts(column, rowCount, heap)
        case .bits, .float64, .int128: break
        }
    }

    private mutating func measureNumbers(_ column: Column, _ rowCount: Int) {
        let values = column.int64
        var (least, greatest) = (Int64.max, Int64.min)
        for row in 0..<rowCount where column.isValid(row) {
            least = min(least, values[row])
            greatest = max(greatest, values[row])
        }
        base = UInt64(bitPattern: least <= greatest ? least : 0)
        let width = least <= greatest ? UInt64(bitPattern: greatest) &- UInt64(bitPattern: least) : 0
        form = width < 1 << 8 ? .bytes1 : width < 1 << 16 ? .bytes2 : width < 1 << 32 ? .bytes4 : .plain
    }

    private mutating func measureTexts(_ column: Column, _ rowCount: Int, _ heap: ByteHeap) {
        // Distances and lengths lie at fixed places of a whole chunk.
        guard rowCount == JoinRowStore.chunkRows else { return }
        var (least, end) = (UInt64.max, UInt64(0))
        var longest = 0
        var short = 0
        for row in 0..<rowCount {
            let view = column.text[row]
            longest = max(longest, view.count)
            if view.isInline {
                short += view.count
            } else {
                least = min(least, view.tail)
                end = max(end, view.tail)
            }
        }
        guard longest < 1 << 16, least <= end else { return }
        if short > 0 {
            var free = heap.allocate(short)
            least = min(least, UInt64(UInt(bitPattern: free)))
            end = max(end, UInt64(UInt(bitPattern: free)) &+ UInt64(short))
            guard end &- least < 1 << 32 else { return }
            for row in 0..<rowCount where column.text[row].isInline {
                let view = column.text + row
                let count = view.pointee.count
                free.update(from: TextView.bytes(at: view), count: count)
                // Only the place is wanted here: reading makes the view anew from the bytes.
                view.pointee.tail = UInt64(UInt(bitPattern: free))
                free += count
            }
        }
        guard end &- least < 1 << 32 else { return }
        base = least
        form = longest < 1 << 8 ? .spans1 : .spans2
    }

    func byteCount(_ column: Column, _ rowCount: Int) -> Int {
        let bytes: Int
        switch form {
        case .plain: bytes = column.kind == .bits ? (rowCount + 63) / 64 * 8 : rowCount * column.kind.byteWidth
        case .bytes1: bytes = rowCount
        case .bytes2, .codes: bytes = rowCount * 2
        case .bytes4: bytes = rowCount * 4
        case .spans1: bytes = rowCount * 5
        case .spans2: bytes = rowCount * 6
        }
        return (bytes + 15) & ~15
    }

    func write(_ column: Column, _ rowCount: Int, to place: UnsafeMutableRawPointer) {
        switch form {
        case .plain:
            let bytes = column.kind == .bits ? (rowCount + 63) / 64 * 8 : rowCount * column.kind.byteWidth
            place.copyMemory(from: column.values, byteCount: bytes)
        case .bytes1: writeNumbers(column, rowCount, to: place, as: UInt8.self)
        case .bytes2: writeNumbers(column, rowCount, to: place, as: UInt16.self)
        case .bytes4: writeNumbers(column, rowCount, to: place, as: UInt32.self)
        case .spans1: writeSpans(column, rowCount, to: place, as: UInt8.self)
        case .spans2: writeSpans(column, rowCount, to: place, as: UInt16.self)
        case .codes: break
        }
    }

    private func writeNumbers<Narrow: FixedWidthInteger & BitwiseCopyable>(
        _ column: Column, _ rowCount: Int, to place: UnsafeMutableRawPointer, as type: Narrow.Type
    ) {
        let target = place.bindMemory(to: type, capacity: rowCount)
        let values = column.int64
        // What lies under a NULL does not matter.
        for row in 0..<rowCount { target[row] = Narrow(truncatingIfNeeded: UInt64(bitPattern: values[row]) &- base) }
    }

    private func writeSpans<Length: FixedWidthInteger & BitwiseCopyable>(
        _ column: Column, _ rowCount: Int, to place: UnsafeMutableRawPointer, as type: Length.Type
    ) {
        let distances = place.bindMemory(to: UInt32.self, capacity: rowCount)
        let lengths = (place + JoinRowStore.chunkRows * 4).bindMemory(to: type, capacity: rowCount)
        for row in 0..<rowCount {
            let view = column.text[row]
            distances[row] = UInt32(truncatingIfNeeded: view.tail &- base)
            lengths[row] = Length(truncatingIfNeeded: view.count)
        }
    }
}
