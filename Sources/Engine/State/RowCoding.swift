import Columnar
import ConnectorContract
import StreamSQL

/// Rows as bytes, for state that goes to disk: for each column a byte (0 = NULL, 1 = a value), then the value.
///
/// The form is part of the stored format: it changes only with the format version of the store.
enum RowCoding {
    static func append(_ column: Column, row: Int, to writer: inout ByteWriter) {
        guard column.isValid(row) else { return writer.write(UInt8(0)) }
        writer.write(UInt8(1))
        switch column.kind {
        case .bits: writer.write(UInt8(column.bit(row) ? 1 : 0))
        case .int64: writer.write(column.int64[row])
        case .float64: writer.write(column.float64[row].bitPattern)
        case .int128: writer.write(column.int128[row])
        case .text:
            let place = UnsafePointer(column.text + row)
            writer.write(bytes: UnsafeRawBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count))
        }
    }

    /// Reads one value into row `row` of `column`, whose texts go to `heap`.
    static func read(
        _ reader: inout ByteReader, into column: Column, row: Int, heap: ByteHeap
    ) throws(DamagedBytesError) {
        let flag = try reader.read(UInt8.self)
        guard flag == 1 else {
            guard flag == 0 else { throw DamagedBytesError(what: "value flag \(flag)", offset: reader.offset) }
            return column.setNull(row)
        }
        switch column.kind {
        case .bits: column.setBit(row, try reader.read(UInt8.self) != 0)
        case .int64: column.int64[row] = try reader.read(Int64.self)
        case .float64: column.float64[row] = Double(bitPattern: try reader.read(UInt64.self))
        case .int128: column.int128[row] = try reader.read(Int128.self)
        case .text:
            let count = try reader.read(UInt32.self)
            let bytes = try reader.readRaw(Int(count))
            guard let base = bytes.baseAddress, count > 0 else {
                column.text[row] = TextView()
                return
            }
            column.text[row] = heap.add(base.assumingMemoryBound(to: UInt8.self), count: Int(count))
        }
    }
}

extension RowCoding {
    /// Passes over a value of this kind.
    static func skip(_ reader: inout ByteReader, _ kind: PhysicalKind) throws(DamagedBytesError) {
        guard try reader.read(UInt8.self) != 0 else { return }
        switch kind {
        case .bits: _ = try reader.readRaw(1)
        case .int64, .float64: _ = try reader.readRaw(8)
        case .int128: _ = try reader.readRaw(16)
        case .text: _ = try reader.readRaw(Int(try reader.read(UInt32.self)))
        }
    }

    /// What stands for a column that a row did not have when it was stored.
    static func appendBeginning(_ piece: NodeState.Piece, to writer: inout ByteWriter) {
        guard piece.beginning == .zero else { return writer.write(UInt8(0)) }
        switch piece.kind {
        case .int64, .float64:
            writer.write(UInt8(1))
            writer.write(Int64(0))
        case .int128:
            writer.write(UInt8(1))
            writer.write(Int128(0))
        case .bits, .text: writer.write(UInt8(0))
        }
    }
}

/// Columns under construction from stored rows.
struct RowDecoder {
    private let heap = ByteHeap()
    let columns: [Column]
    private(set) var rowCount = 0

    init(types: [DataType], capacity: Int) {
        columns = types.map { Column($0, capacity: capacity) }
        for column in columns where column.kind == .text { column.owners = [heap] }
    }

    /// Reads the next row of some of the columns; call ``endRow()`` when all are read.
    func read(_ reader: inout ByteReader, columns range: Range<Int>) throws(DamagedBytesError) {
        for index in range { try RowCoding.read(&reader, into: columns[index], row: rowCount, heap: heap) }
    }

    mutating func endRow() { rowCount += 1 }

    func batch() -> Batch { Batch(columns: columns, rowCount: rowCount) }
}
