package import Columnar
package import ConnectorContract
import Diagnostics

/// Turns rows of a batch into bytes and back: one bit per column for NULL, then the values that are there.
///
/// Bits take a byte, numbers their width in little-endian order, texts a 32-bit length and their bytes. Equal rows have
/// equal bytes, so bytes serve as keys too.
package struct RowCodec: Sendable {
    /// The columns a row is made of, in order.
    package let fields: [Field]
    /// Where each of them stands in the batches that are encoded.
    private let positions: [Int]
    private let kinds: [PhysicalKind]
    private let bitmapBytes: Int

    /// A codec over all the fields, or over those at `positions` alone.
    package init(fields all: [Field], positions: [Int]? = nil) {
        self.positions = (positions ?? Array(all.indices)).filter(all.indices.contains)
        fields = self.positions.map { all[$0] }
        kinds = fields.map(\.type.kind)
        bitmapBytes = (fields.count + 7) / 8
    }

    /// Throws unless the batch has a column of the right shape at each position.
    package func check(_ batch: Batch, table: String) throws {
        for (index, position) in positions.enumerated() {
            guard position < batch.columns.count else {
                throw MillraceError(
                    .internalError, code: "row_shape",
                    "table \(table) takes a column `\(fields[index].name)` that the batch does not have")
            }
            let column = batch.columns[position]
            guard column.kind == kinds[index] || column.type.logical == .null else {
                throw MillraceError(
                    .internalError, code: "row_shape",
                    "column `\(fields[index].name)` of table \(table) is \(fields[index].type), the batch brings \(column.type)"
                )
            }
            guard column.capacity >= batch.rowCount else {
                throw MillraceError(
                    .internalError, code: "row_shape", "a column of table \(table) is shorter than its batch")
            }
        }
    }

    /// Appends a row of a batch that passed ``check(_:table:)``.
    package func encode(_ batch: Batch, row: Int, into bytes: inout [UInt8]) {
        let base = bytes.count
        for _ in 0..<bitmapBytes { bytes.append(0) }
        for index in positions.indices {
            let column = batch.columns[positions[index]]
            if !column.isValid(row) || (column.type.logical == .null && kinds[index] != .int64) {
                bytes[base + index >> 3] |= 1 << UInt8(index & 7)
                continue
            }
            switch kinds[index] {
            case .bits: bytes.append(column.bit(row) ? 1 : 0)
            case .int64: append(column.int64[row], to: &bytes)
            case .float64: append(column.float64[row].bitPattern, to: &bytes)
            case .int128: append(column.int128[row], to: &bytes)
            case .text:
                let place = UnsafePointer(column.text + row)
                let count = place.pointee.count
                append(UInt32(truncatingIfNeeded: count), to: &bytes)
                bytes.append(contentsOf: UnsafeBufferPointer(start: TextView.bytes(at: place), count: count))
            }
        }
    }

    /// Writes an encoded row into row `row` of `columns`, one for each field; texts are copied to `heap`.
    package func decode(
        _ bytes: UnsafeRawBufferPointer, into columns: [Column], row: Int, heap: ByteHeap
    ) throws(DamagedBytesError) {
        var reader = ByteReader(bytes)
        let bitmap = try reader.readRaw(bitmapBytes)
        for index in kinds.indices {
            let column = columns[index]
            if bitmap[index >> 3] >> UInt8(index & 7) & 1 == 1 {
                column.setNull(row)
                continue
            }
            switch kinds[index] {
            case .bits: column.setBit(row, try reader.read(UInt8.self) != 0)
            case .int64: column.int64[row] = try reader.read(Int64.self)
            case .float64: column.float64[row] = Double(bitPattern: try reader.read(UInt64.self))
            case .int128: column.int128[row] = try reader.read(Int128.self)
            case .text:
                let count = Int(try reader.read(UInt32.self))
                let text = try reader.readRaw(count).bindMemory(to: UInt8.self)
                column.text[row] = text.baseAddress.map { heap.add($0, count: count) } ?? TextView()
            }
        }
        guard reader.remaining == 0 else { throw DamagedBytesError(what: "row too long", offset: reader.offset) }
    }

    /// Throws unless the bytes are a row of this codec.
    package func verify(_ bytes: UnsafeRawBufferPointer) throws(DamagedBytesError) {
        var reader = ByteReader(bytes)
        let bitmap = try reader.readRaw(bitmapBytes)
        for index in kinds.indices where bitmap[index >> 3] >> UInt8(index & 7) & 1 == 0 {
            switch kinds[index] {
            case .bits: _ = try reader.readRaw(1)
            case .text: _ = try reader.readRaw(Int(try reader.read(UInt32.self)))
            default: _ = try reader.readRaw(kinds[index].byteWidth)
            }
        }
        guard reader.remaining == 0 else { throw DamagedBytesError(what: "row too long", offset: reader.offset) }
    }

    private func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
