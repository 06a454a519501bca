import Columnar
import ConnectorContract

/// Texts of many rows as bytes. Those that repeat within a block, as channels and addresses of pages do, stand there once.
///
/// Layout: number of different texts where it is less than that of the rows, else 0; with it the place of each row's text
/// among them; the lengths of the texts; their bytes. Numbers in the form of ``StateColumns``, the first as 32 bits.
enum StateTexts {
    /// Texts are no longer compared when so many of the first rows are different ones.
    private static let sampleRows = 256

    static func write(_ column: Column, _ rows: StateRows, to writer: StateWriter) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: StateColumns.rowLimit) { firsts in
            guard let firsts = firsts.baseAddress else { return }
            let count = findDifferent(column, rows, firsts: firsts)
            writer.write(UInt32(truncatingIfNeeded: count))
            guard count > 0 else {
                return writeTexts(column, rows.count, rows, to: writer) { rows.groups[$0] }
            }
            StateColumns.write(rows.scratch, count: rows.count, to: writer)
            writeTexts(column, count, rows, to: writer) { rows.groups[Int(firsts[$0])] }
        }
    }

    /// Where each row's text stands among the different ones, into the scratch, and the first row of each of those; 0
    /// where most are different. Views are compared, not bytes: texts of a pool have one address.
    private static func findDifferent(
        _ column: Column, _ rows: StateRows, firsts: UnsafeMutablePointer<Int32>
    ) -> Int {
        guard rows.count >= 64 else { return 0 }
        let mask = StateColumns.rowLimit * 2 - 1
        return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: mask + 1) { slots in
            slots.update(repeating: 0)
            var count = 0
            for (row, group) in rows.groups.enumerated() {
                let view = Self.view(column, Int(group))
                var slot = Int(truncatingIfNeeded: ((view.tail ^ view.head) &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
                while slots[slot] != 0 {
                    let other = Self.view(column, Int(rows.groups[Int(firsts[Int(slots[slot]) - 1])]))
                    if other.head == view.head, other.tail == view.tail { break }
                    slot = (slot &+ 1) & mask
                }
                if slots[slot] == 0 {
                    firsts[count] = Int32(truncatingIfNeeded: row)
                    count += 1
                    slots[slot] = UInt16(truncatingIfNeeded: count)
                }
                rows.scratch[row] = Int64(slots[slot]) - 1
                if row == sampleRows, count > sampleRows * 7 / 8 { return 0 }
            }
            return count < rows.count * 7 / 8 ? count : 0
        }
    }

    @inline(__always)
    private static func view(_ column: Column, _ row: Int) -> TextView {
        column.isValid(row) ? column.text[row] : TextView()
    }

    private static func writeTexts(
        _ column: Column, _ count: Int, _ rows: StateRows, to writer: StateWriter, row: (Int) -> Int32
    ) {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: StateColumns.rowLimit) { lengths in
            guard let lengths = lengths.baseAddress else { return }
            var bytes = 0
            for index in 0..<count {
                let length = view(column, Int(row(index))).count
                lengths[index] = Int64(length)
                bytes &+= length
            }
            StateColumns.write(lengths, count: count, to: writer)
            var place = writer.place(bytes)
            for index in 0..<count where lengths[index] > 0 {
                let text = UnsafePointer(column.text + Int(row(index)))
                place.copyMemory(from: TextView.bytes(at: text), byteCount: Int(lengths[index]))
                place += Int(lengths[index])
            }
        }
    }

    // MARK: reading

    static func read(_ reader: inout ByteReader, _ column: Column, _ count: Int) throws(DamagedBytesError) {
        let different = Int(try reader.read(UInt32.self))
        let heap = ByteHeap()
        column.owners = [heap]
        guard different > 0 else {
            for (row, view) in try readTexts(&reader, count, heap).enumerated() { column.text[row] = view }
            return
        }
        guard different <= count else {
            throw DamagedBytesError(what: "\(different) texts of \(count) rows", offset: reader.offset)
        }
        let places = try StateColumns.readNumbers(&reader, count: count)
        let texts = try readTexts(&reader, different, heap)
        for (row, place) in places.enumerated() {
            guard texts.indices.contains(Int(truncatingIfNeeded: place)) else {
                throw DamagedBytesError(what: "text number \(place)", offset: reader.offset)
            }
            column.text[row] = texts[Int(place)]
        }
    }

    private static func readTexts(
        _ reader: inout ByteReader, _ count: Int, _ heap: ByteHeap
    ) throws(DamagedBytesError) -> [TextView] {
        var views: [TextView] = []
        views.reserveCapacity(count)
        for length in try StateColumns.readNumbers(&reader, count: count) {
            let bytes = try reader.readRaw(Int(truncatingIfNeeded: length))
            guard let base = bytes.baseAddress, length > 0 else {
                views.append(TextView())
                continue
            }
            views.append(heap.add(base.assumingMemoryBound(to: UInt8.self), count: bytes.count))
        }
        return views
    }
}
