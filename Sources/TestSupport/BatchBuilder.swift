package import Columnar

/// Builds batches from rows of plain values, for tests.
package struct BatchBuilder {
    /// A value of a test row.
    package enum Value: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
        ExpressibleByNilLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
    {
        case null
        case integer(Int64)
        case real(Double)
        case decimal(Int128)
        case text(String)
        case boolean(Bool)

        package init(integerLiteral value: Int64) { self = .integer(value) }
        package init(stringLiteral value: String) { self = .text(value) }
        package init(nilLiteral: ()) { self = .null }
        package init(floatLiteral value: Double) { self = .real(value) }
        package init(booleanLiteral value: Bool) { self = .boolean(value) }
    }

    /// A batch of the rows; each must have a value for every type.
    package static func batch(_ types: [DataType], _ rows: [[Value]], kinds: [RowKind]? = nil) -> Batch {
        let heap = ByteHeap()
        let columns = types.enumerated().map { index, type in
            let column = Column(type, capacity: max(1, rows.count))
            if type.kind == .text { column.owners = [heap] }
            for (row, values) in rows.enumerated() { set(values[index], in: column, row: row, heap: heap) }
            return column
        }
        return Batch(columns: columns, rowCount: rows.count, kinds: kinds.map { $0.map(\.rawValue) })
    }

    private static func set(_ value: Value, in column: Column, row: Int, heap: ByteHeap) {
        switch value {
        case .null: column.setNull(row)
        case .integer(let number): column.int64[row] = number
        case .real(let number): column.float64[row] = number
        case .decimal(let number): column.int128[row] = number
        case .text(let text): column.text[row] = heap.add(text)
        case .boolean(let flag): column.setBit(row, flag)
        }
    }

    /// The rows of a batch as plain values.
    package static func rows(of batch: Batch) -> [[Value]] {
        (0..<batch.rowCount).map { row in
            batch.columns.map { column in
                guard column.isValid(row) else { return .null }
                return switch column.kind {
                case .bits: .boolean(column.bit(row))
                case .int64: .integer(column.int64[row])
                case .float64: .real(column.float64[row])
                case .int128: .decimal(column.int128[row])
                case .text: .text(column.string(row))
                }
            }
        }
    }
}
