import Columnar
import ConnectorContract

/// A column that grows, owns the bytes of its texts, and whose rows can be overwritten; the memory of state.
///
/// Growing doubles, so appending costs amortised constant time. Overwritten texts leave their old bytes behind in
/// the heap until the column goes; state that overwrites texts often must be rebuilt now and then by its owner.
final class GrowableColumn {
    let type: DataType
    private(set) var column: Column
    private(set) var count = 0
    private let heap: ByteHeap?

    init(_ type: DataType, capacity: Int = 64) {
        self.type = type
        column = Column(type, capacity: capacity)
        heap = type.kind == .text ? ByteHeap() : nil
        if let heap { column.owners = [heap] }
    }

    /// Bytes held, roughly.
    var byteSize: Int { column.capacity * max(1, type.kind.byteWidth) + (heap?.allocatedBytes ?? 0) }

    func reserve(_ rows: Int) {
        guard rows > column.capacity else { return }
        let larger = Column(type, capacity: max(rows, column.capacity * 2))
        larger.owners = column.owners
        larger.mayHaveNulls = column.mayHaveNulls
        let words = (count + 63) / 64
        larger.validity.update(from: column.validity, count: words)
        if type.kind == .bits {
            larger.bits.update(from: column.bits, count: words)
        } else {
            larger.values.copyMemory(from: column.values, byteCount: count * type.kind.byteWidth)
        }
        column = larger
    }

    /// Appends a row of another column of the same kind.
    func append(_ source: Column, row: Int) {
        reserve(count + 1)
        count += 1
        set(count - 1, from: source, row: row)
    }

    /// Appends a NULL.
    func appendNull() {
        reserve(count + 1)
        column.setNull(count)
        count += 1
    }

    /// Overwrites a row with a row of another column of the same kind.
    func set(_ index: Int, from source: Column, row: Int) {
        guard source.isValid(row) else { return column.setNull(index) }
        column.validity[index >> 6] |= 1 << UInt64(index & 63)
        switch type.kind {
        case .bits: column.setBit(index, source.bit(row))
        case .int64: column.int64[index] = source.int64[row]
        case .float64: column.float64[index] = source.float64[row]
        case .int128: column.int128[index] = source.int128[row]
        case .text:
            let place = UnsafePointer(source.text + row)
            column.text[index] = heap!.add(TextView.bytes(at: place), count: place.pointee.count)
        }
    }

    /// True when row `index` here and row `row` there are the same value; NULLs are equal.
    func equals(_ index: Int, _ other: Column, _ row: Int) -> Bool {
        let valid = column.isValid(index)
        guard valid == other.isValid(row) else { return false }
        guard valid else { return true }
        switch type.kind {
        case .bits: return column.bit(index) == other.bit(row)
        case .int64: return column.int64[index] == other.int64[row]
        case .float64:
            return column.float64[index].bitPattern == other.float64[row].bitPattern
                || column.float64[index] == other.float64[row]
        case .int128: return column.int128[index] == other.int128[row]
        case .text: return TextView.equal(UnsafePointer(column.text + index), UnsafePointer(other.text + row))
        }
    }

    /// A column of the rows at `indexes`, sharing the texts' bytes.
    func gathered(_ indexes: [Int32]) -> Column {
        indexes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return Column(type, capacity: 0) }
            return gather(column, rows: base, count: buffer.count)
        }
    }
}
