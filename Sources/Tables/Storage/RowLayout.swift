import Columnar
import ConnectorContract

/// The columns that stored rows of a table are made of, stored beside them: when the table is declared otherwise later,
/// its rows are read by what they were.
struct RowLayout: Equatable {
    struct Column: Equatable {
        var name: String
        /// The type as text.
        var type: String
        var kind: PhysicalKind
    }

    var columns: [Column]

    init(_ fields: [Field]) {
        columns = fields.map { Column(name: $0.name, type: "\($0.type.logical)", kind: $0.type.kind) }
    }

    // MARK: storing

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt32(truncatingIfNeeded: columns.count))
        for column in columns {
            writer.write(column.name)
            writer.write(column.type)
            writer.write(column.kind.rawValue)
        }
        return writer.bytes
    }

    init(decoding bytes: [UInt8]) throws {
        columns = try bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            var columns: [Column] = []
            for _ in 0..<(try reader.read(UInt32.self)) {
                let (name, type) = (try reader.readString(), try reader.readString())
                guard let kind = PhysicalKind(rawValue: try reader.read(UInt8.self)) else {
                    throw DamagedBytesError(what: "kind of a column", offset: reader.offset)
                }
                columns.append(Column(name: name, type: type, kind: kind))
            }
            return columns
        }
    }

    // MARK: reading rows of another layout

    /// A row of `old` in this layout: columns of the same name and type keep their values, others are NULL.
    func row(_ row: [UInt8], of old: RowLayout) throws(DamagedBytesError) -> [UInt8] {
        let values = try old.values(of: row)
        var result = [UInt8](repeating: 0, count: (columns.count + 7) / 8)
        for (index, column) in columns.enumerated() {
            guard let place = old.columns.firstIndex(of: column), let value = values[place] else {
                result[index >> 3] |= 1 << UInt8(index & 7)
                continue
            }
            result += row[value]
        }
        return result
    }

    /// Where the value of each column stands in a row; nil for NULL.
    private func values(of row: [UInt8]) throws(DamagedBytesError) -> [Range<Int>?] {
        let bitmap = (columns.count + 7) / 8
        guard row.count >= bitmap else { throw DamagedBytesError(what: "row cut short", offset: 0) }
        var offset = bitmap
        var places: [Range<Int>?] = []
        for (index, column) in columns.enumerated() {
            guard row[index >> 3] >> UInt8(index & 7) & 1 == 0 else {
                places.append(nil)
                continue
            }
            var width = column.kind == .bits ? 1 : column.kind.byteWidth
            if column.kind == .text {
                guard row.count - offset >= 4 else { throw DamagedBytesError(what: "row cut short", offset: offset) }
                width = (0..<4).reduce(4) { $0 + Int(row[offset + $1]) << (8 * $1) }
            }
            guard row.count - offset >= width else { throw DamagedBytesError(what: "row cut short", offset: offset) }
            places.append(offset..<(offset + width))
            offset += width
        }
        return places
    }
}
