import Columnar
import StreamSQL

/// Constants as columns of one row.
enum ConstantColumn {
    static func make(_ value: LiteralValue, _ type: DataType) -> Column {
        let column = Column(type, capacity: 1)
        switch (value, type.kind) {
        case (.boolean(let value), .bits): column.setBit(0, value)
        case (.int64(let value), .int64): column.int64[0] = value
        case (.float64(let value), .float64): column.float64[0] = value
        case (.int128(let value), .int128): column.int128[0] = value
        case (.text(let bytes), .text):
            let heap = ByteHeap(chunkBytes: 64)
            column.text[0] = bytes.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { heap.add($0, count: buffer.count) } ?? TextView()
            }
            column.owners = [heap]
        default: column.setNull(0)
        }
        return column
    }

    static func value(_ column: Column, _ row: Int) -> LiteralValue {
        guard column.isValid(row) else { return .null }
        switch column.kind {
        case .bits: return .boolean(column.bit(row))
        case .int64: return .int64(column.int64[row])
        case .float64: return .float64(column.float64[row])
        case .int128: return .int128(column.int128[row])
        case .text:
            let place = UnsafePointer(column.text + row)
            return .text(Array(UnsafeBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count)))
        }
    }

    /// The constant in every one of `rowCount` rows.
    static func spread(_ constant: Column, rowCount: Int) -> Column {
        let column = Column(constant.type, capacity: rowCount)
        column.owners = constant.owners
        switch constant.kind {
        case .bits: column.bits.update(repeating: constant.bit(0) ? .max : 0, count: (rowCount + 63) / 64)
        case .int64: column.int64.update(repeating: constant.int64[0], count: rowCount)
        case .float64: column.float64.update(repeating: constant.float64[0], count: rowCount)
        case .int128: column.int128.update(repeating: constant.int128[0], count: rowCount)
        case .text: column.text.update(repeating: constant.text[0], count: rowCount)
        }
        if !constant.isValid(0) {
            column.validity.update(repeating: 0, count: (rowCount + 63) / 64)
            column.mayHaveNulls = rowCount > 0
        }
        return column
    }
}
