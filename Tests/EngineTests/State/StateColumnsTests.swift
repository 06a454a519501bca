import Columnar
import ConnectorContract
import Testing

@testable import Engine

@Suite("Columns of state in epochs")
struct StateColumnsTests {
    private static let types: [DataType] = [
        DataType(.bigint), DataType(.varchar(100)), DataType(.boolean), DataType(.double),
        DataType(.decimal(precision: 20, scale: 2)), DataType(.varchar(100)),
    ]

    private static func columns(rows: Int, step: Int64, nulls: Bool) -> [Column] {
        let heap = ByteHeap()
        let repeated = (0..<7).map { heap.add("a text that comes again and again \($0)") }
        let columns = types.map { Column($0, capacity: rows) }
        columns[1].owners = [heap]
        columns[5].owners = [heap]
        for row in 0..<rows {
            columns[0].int64[row] = Int64(row) &* step &- 40
            columns[1].text[row] = heap.add(String(repeating: "ab", count: row % 40))
            columns[2].setBit(row, row % 3 == 0)
            columns[3].float64[row] = Double(row) / 4
            columns[4].int128[row] = Int128(row) << 70
            columns[5].text[row] = repeated[row % 7]
            if nulls, row % 5 == 0 { columns[row / 5 % 6].setNull(row) }
        }
        return columns
    }

    @Test(
        "what was written is read",
        arguments: [0, 1, 200, 60_000, 4_000_000_000, Int64.max / 3] as [Int64], [false, true])
    func roundTrip(step: Int64, nulls: Bool) throws {
        let columns = Self.columns(rows: 600, step: step, nulls: nulls)
        for list in [[3], Array(0..<600).reversed(), Array(stride(from: 1, to: 600, by: 7))] as [[Int32]] {
            for column in columns {
                let writer = StateWriter()
                StateRows.forEach(list) { StateColumns.write(column, of: $0, to: writer) }
                let bytes = try writer.take("state", .append).flatMap(\.bytes)
                try bytes.withUnsafeBytes { buffer in
                    var reader = ByteReader(buffer)
                    let read = try StateColumns.read(&reader, column.type, count: list.count)
                    #expect(reader.remaining == 0)
                    for (place, row) in list.enumerated() {
                        #expect(ColumnText.of(read, place) == ColumnText.of(column, Int(row)))
                    }
                    // Every shorter sequence of bytes is refused, not trapped on.
                    for count in stride(from: 0, to: buffer.count, by: max(1, buffer.count / 9)) {
                        var short = ByteReader(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                        #expect(throws: DamagedBytesError.self) {
                            _ = try StateColumns.read(&short, column.type, count: list.count)
                        }
                    }
                }
            }
        }
    }

    @Test("a column that is NULL or 0 throughout", arguments: [false, true])
    func beginnings(isZero: Bool) throws {
        for type in Self.types where !isZero || type.kind != .text && type.kind != .bits {
            let bytes = StateColumns.beginning(type.kind, isZero: isZero, rows: 9)
            try bytes.withUnsafeBytes { buffer in
                var reader = ByteReader(buffer)
                let column = try StateColumns.read(&reader, type, count: 9)
                #expect(reader.remaining == 0)
                for row in 0..<9 { #expect(column.isValid(row) == isZero) }
            }
        }
    }

    @Test("texts that repeat are written once")
    func repeatedTexts() throws {
        let columns = Self.columns(rows: 600, step: 1, nulls: false)
        let writer = StateWriter()
        StateRows.forEach(Array(0..<600)) { StateColumns.write(columns[5], of: $0, to: writer) }
        #expect(try writer.take("state", .append).reduce(0) { $0 + $1.bytes.count } < 1_200)
    }
}

/// A value as text, to compare columns by.
private enum ColumnText {
    static func of(_ column: Column, _ row: Int) -> String {
        guard column.isValid(row) else { return "NULL" }
        return switch column.kind {
        case .bits: "\(column.bit(row))"
        case .int64: "\(column.int64[row])"
        case .float64: "\(column.float64[row])"
        case .int128: "\(column.int128[row])"
        case .text: column.string(row)
        }
    }
}
