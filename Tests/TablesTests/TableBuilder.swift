import Columnar
import ConnectorContract
import Tables

/// A value of a test row.
enum Cell: Equatable {
    case null
    case int(Int64)
    case text(String)
    case double(Double)
    case flag(Bool)
    case decimal(Int128)
}

let orderFields = [
    Field("id", DataType(.bigint, isNullable: false)), Field("name", DataType(.string)),
    Field("amount", DataType(.decimal(precision: 20, scale: 2))), Field("rate", DataType(.double)),
    Field("ok", DataType(.boolean)),
]

func description(
    _ name: String = "t", fields: [Field] = orderFields, key: [Int] = [0], options: [String: String] = [:]
) -> TableDescription {
    TableDescription(name: name, physicalFields: fields, primaryKey: key, options: options)
}

/// A batch of rows with their kinds.
func batch(_ rows: [(RowKind, [Cell])], fields: [Field] = orderFields) -> Batch {
    let heap = ByteHeap()
    let columns = fields.map { Column($0.type, capacity: max(rows.count, 1)) }
    for column in columns where column.kind == .text { column.owners = [heap] }
    for (row, entry) in rows.enumerated() {
        for (index, cell) in entry.1.enumerated() {
            switch cell {
            case .null: columns[index].setNull(row)
            case .int(let value): columns[index].int64[row] = value
            case .text(let value): columns[index].text[row] = heap.add(value)
            case .double(let value): columns[index].float64[row] = value
            case .flag(let value): columns[index].setBit(row, value)
            case .decimal(let value): columns[index].int128[row] = value
            }
        }
    }
    return Batch(columns: columns, rowCount: rows.count, kinds: rows.map(\.0.rawValue))
}

func order(_ id: Int64, _ name: String?, _ amount: Int128 = 100, rate: Double = 0.5, ok: Bool = true) -> [Cell] {
    [.int(id), name.map { .text($0) } ?? .null, .decimal(amount), .double(rate), .flag(ok)]
}

/// All rows of a table as cells, in reading order.
func rows(_ table: ResultTable) -> [[Cell]] {
    table.batches().flatMap { batch in
        (0..<batch.rowCount).map { row in
            batch.columns.map { column in
                if !column.isValid(row) { return .null }
                switch column.kind {
                case .bits: return .flag(column.bit(row))
                case .int64: return .int(column.int64[row])
                case .float64: return .double(column.float64[row])
                case .int128: return .decimal(column.int128[row])
                case .text: return .text(column.string(row))
                }
            }
        }
    }
}
