import CPlatform

/// The values of one column of a batch, with their validity.
///
/// Memory is 64-byte aligned and padded to whole vectors. Written by the thread that makes it, then only read;
/// handing it over is handing over the reference. Values under a cleared validity bit are zero-like but unspecified.
package final class Column: @unchecked Sendable {
    package let type: DataType
    package let kind: PhysicalKind
    /// Rows there is room for.
    package let capacity: Int
    /// One bit per row, set where the value is not NULL. Bits past the row count are unspecified.
    @usableFromInline package let validity: UnsafeMutablePointer<UInt64>
    /// False promises that all rows are valid, and that the validity bitmap need not be looked at.
    ///
    /// Read for each row by many loops: the run-time check of exclusive access, which a plain flag has no use for, was
    /// a tenth of what windows cost.
    @exclusivity(unchecked) @usableFromInline package var mayHaveNulls: Bool
    /// What the text views of this column point into.
    package var owners: [AnyObject] = []

    private let memory: UnsafeMutableRawPointer
    private let memoryBytes: Int
    private let validityWords: Int

    /// A column with all validity bits set and unspecified values.
    package init(_ type: DataType, capacity: Int) {
        self.type = type
        kind = type.kind
        self.capacity = capacity
        let words = (capacity + 63) / 64 + 1
        validityWords = words
        let valueBytes = kind == .bits ? words * 8 : capacity * kind.byteWidth
        let bitmapBytes = (words * 8 + 63) & ~63
        memoryBytes = bitmapBytes + ((valueBytes + 127) & ~63)
        memory = millrace_piece_new(memoryBytes)
        validity = memory.bindMemory(to: UInt64.self, capacity: words)
        validity.update(repeating: .max, count: words)
        mayHaveNulls = false
        values = memory + bitmapBytes
        if kind == .bits { bits.update(repeating: 0, count: words) }
    }

    deinit { millrace_piece_free(memory, memoryBytes) }

    /// The first value; read it through the accessor of the column's kind.
    @usableFromInline package let values: UnsafeMutableRawPointer

    @inlinable package var bits: UnsafeMutablePointer<UInt64> { values.assumingMemoryBound(to: UInt64.self) }
    @inlinable package var int64: UnsafeMutablePointer<Int64> { values.assumingMemoryBound(to: Int64.self) }
    @inlinable package var float64: UnsafeMutablePointer<Double> { values.assumingMemoryBound(to: Double.self) }
    @inlinable package var int128: UnsafeMutablePointer<Int128> { values.assumingMemoryBound(to: Int128.self) }
    @inlinable package var text: UnsafeMutablePointer<TextView> { values.assumingMemoryBound(to: TextView.self) }

    /// Words of a bitmap over this column's capacity.
    package var wordCount: Int { validityWords }

    @inlinable package func isValid(_ row: Int) -> Bool {
        !mayHaveNulls || validity[row >> 6] >> UInt64(row & 63) & 1 == 1
    }

    package func setNull(_ row: Int) {
        validity[row >> 6] &= ~(1 << UInt64(row & 63))
        mayHaveNulls = true
        switch kind {
        case .bits: bits[row >> 6] &= ~(1 << UInt64(row & 63))
        case .int64: int64[row] = 0
        case .float64: float64[row] = 0
        case .int128: int128[row] = 0
        case .text: text[row] = TextView()
        }
    }

    @inlinable package func setBit(_ row: Int, _ value: Bool) {
        let mask: UInt64 = 1 << UInt64(row & 63)
        if value { bits[row >> 6] |= mask } else { bits[row >> 6] &= ~mask }
    }

    @inlinable package func bit(_ row: Int) -> Bool { bits[row >> 6] >> UInt64(row & 63) & 1 == 1 }

    /// Keeps another column's owners alive too; for results whose views point into their argument.
    package func adoptOwners(of other: Column) {
        for owner in other.owners where !owners.contains(where: { $0 === owner }) { owners.append(owner) }
    }

    /// The text at a row as a `String`, damaged UTF-8 repaired; for edges only.
    package func string(_ row: Int) -> String {
        let place = UnsafePointer(text + row)
        return String(
            decoding: UnsafeBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count), as: UTF8.self)
    }
}
