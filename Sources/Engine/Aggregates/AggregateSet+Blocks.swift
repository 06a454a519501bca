import Columnar
import ConnectorContract

// Groups by the thousand: what epochs hold of an aggregation. Each call's values stand together, after their length, so
// that a changed query takes those that it still has without looking into them.
extension AggregateSet {
    /// How the values of a call are written.
    private enum Layout {
        /// A counted piece for each group, as ``AggregateState/write(_:to:)`` gives it.
        static let pieces: UInt8 = 0
        /// As ``AggregateState/writeColumns(_:to:)`` gives them.
        static let columns: UInt8 = 1
    }

    func writeColumns(_ rows: StateRows, to writer: StateWriter) {
        writer.write(UInt16(truncatingIfNeeded: states.count))
        for state in states {
            let start = writer.beginLength()
            if state.hasColumns {
                writer.write(Layout.columns)
                state.writeColumns(rows, to: writer)
            } else {
                writer.write(Layout.pieces)
                var pieces = ByteWriter()
                for group in rows.groups { pieces.writeCounted { state.write(Int(group), to: &$0) } }
                writer.write(raw: pieces.bytes)
            }
            writer.endLength(start)
        }
    }

    /// Takes the values of as many rows as there are groups; those of the group -1 are passed over.
    func readColumns(_ groups: [Int32], from reader: inout ByteReader) throws(DamagedBytesError) {
        let count = try reader.read(UInt16.self)
        guard Int(count) == states.count else {
            throw DamagedBytesError(what: "\(count) aggregates", offset: reader.offset)
        }
        for state in states {
            var call = ByteReader(try reader.readRaw(Int(try reader.read(UInt32.self))))
            if try call.read(UInt8.self) == Layout.columns {
                try state.readColumns(groups, from: &call)
            } else {
                for group in groups {
                    var piece = ByteReader(try call.readCounted())
                    if group >= 0 { try state.read(Int(group), from: &piece) }
                }
            }
        }
    }

    /// The values of a call for so many groups without rows.
    static func emptyColumn(_ piece: [UInt8], rows: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(Layout.pieces)
        for _ in 0..<rows { writer.writeCounted { writer in piece.withUnsafeBytes { writer.writeRaw($0) } } }
        return writer.bytes
    }
}
