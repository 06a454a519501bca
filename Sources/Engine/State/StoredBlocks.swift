import Columnar
import ConnectorContract

/// Rows as blocks of columns, for state that goes to disk: up to some thousand rows each, one block after another.
///
/// Block: u32 its length, u32 rows, u16 columns, for each column u32 its length and the column in the form of
/// ``StateColumns``. In front of the columns of the rows may stand one of numbers that the owner tells rows by.
enum StoredBlocks {
    /// Writes rows of columns as one block, or as several where it would be too long; `numbers` are by row as the columns
    /// are, `texts` by column.
    static func write(
        _ columns: [Column], _ rows: StateRows, numbers: UnsafePointer<Int64>? = nil, texts: [NumberedTexts?] = [],
        to writer: StateWriter
    ) {
        let listed = texts.map { $0?.list.count ?? 0 }
        let start = writer.beginLength()
        writer.write(UInt32(truncatingIfNeeded: rows.count))
        writer.write(UInt16(truncatingIfNeeded: columns.count + (numbers == nil ? 0 : 1)))
        if let numbers {
            let length = writer.beginLength()
            writer.write(UInt8(0))
            StateColumns.write(numbers, of: rows, to: writer)
            writer.endLength(length)
        }
        for (index, column) in columns.enumerated() {
            let length = writer.beginLength()
            StateColumns.write(
                column, of: rows, numbered: texts.indices.contains(index) ? texts[index] : nil, to: writer)
            writer.endLength(length)
        }
        if rows.count > 1, writer.isTooLong(since: start) {
            writer.rewind(to: start)
            for (text, count) in zip(texts, listed) { text?.list.cut(to: count) }
            let (first, second) = rows.halves
            write(columns, first, numbers: numbers, to: writer)
            return write(columns, second, numbers: numbers, to: writer)
        }
        writer.endLength(start)
        writer.endRow()
    }

    /// Calls `body` with each block; `types` are those of all columns, that of the numbers included. `lists`, one for each
    /// of them, go through all changes of a state, from the oldest on.
    static func forEach(
        in bytes: [UInt8], _ types: [DataType], lists: [StoredTexts] = [], _ body: (Batch) throws -> Void
    ) throws {
        try bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            while reader.remaining > 0 {
                var block = ByteReader(try reader.readRaw(Int(try reader.read(UInt32.self))))
                try body(try read(&block, types, lists, at: reader.offset))
            }
        }
    }

    private static func read(
        _ block: inout ByteReader, _ types: [DataType], _ lists: [StoredTexts], at offset: Int
    ) throws(DamagedBytesError) -> Batch {
        let rowCount = Int(try block.read(UInt32.self))
        let columnCount = Int(try block.read(UInt16.self))
        guard (1...StateColumns.rowLimit).contains(rowCount), columnCount == types.count else {
            throw DamagedBytesError(what: "block of \(rowCount) rows, \(columnCount) columns", offset: offset)
        }
        var columns: [Column] = []
        for (index, type) in types.enumerated() {
            var column = ByteReader(try block.readRaw(Int(try block.read(UInt32.self))))
            columns.append(
                try StateColumns.read(
                    &column, type, count: rowCount, lists: lists.indices.contains(index) ? lists[index] : nil))
        }
        return Batch(columns: columns, rowCount: rowCount)
    }
}

extension Ownership {
    /// A batch of the rows that this instance owns; nil where there are none. `keys` are the columns the exchange in
    /// front deals by.
    func part(of batch: Batch, keys: [Int]) -> Batch? {
        let own = rows(of: batch, keys: keys)
        guard own.count < batch.rowCount else { return batch }
        return own.withUnsafeBufferPointer { rows in
            guard let base = rows.baseAddress, !own.isEmpty else { return nil }
            return gather(batch, rows: base, count: own.count)
        }
    }
}
