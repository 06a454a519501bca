import CPlatform
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
        withUnsafeTemporaryAllocation(of: TextView.self, capacity: StateColumns.rowLimit) { views in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: StateColumns.rowLimit) { firsts in
                guard let views = views.baseAddress, let firsts = firsts.baseAddress else { return }
                collect(column, rows, into: views)
                let count = findDifferent(views, rows, firsts: firsts)
                writer.write(UInt32(truncatingIfNeeded: count))
                guard count > 0 else { return writeTexts(views, rows.count, to: writer) }
                StateColumns.write(rows.scratch, count: rows.count, to: writer)
                // The first of each lies behind those that move here.
                for index in 0..<count { views[index] = views[Int(firsts[index])] }
                writeTexts(views, count, to: writer)
            }
        }
    }

    /// The rows' views side by side; NULLs are empty.
    private static func collect(_ column: Column, _ rows: StateRows, into views: UnsafeMutablePointer<TextView>) {
        let texts = column.text
        guard column.mayHaveNulls else {
            for (row, group) in rows.groups.enumerated() { views[row] = texts[Int(group)] }
            return
        }
        for (row, group) in rows.groups.enumerated() {
            views[row] = column.isValid(Int(group)) ? texts[Int(group)] : TextView()
        }
    }

    /// Where each row's text stands among the different ones, into the scratch, and the first row of each of those; 0
    /// where most are different. Views are compared, not bytes: texts of a pool have one address.
    private static func findDifferent(
        _ views: UnsafePointer<TextView>, _ rows: StateRows, firsts: UnsafeMutablePointer<Int32>
    ) -> Int {
        guard rows.count >= 64 else { return 0 }
        let mask = StateColumns.rowLimit * 2 - 1
        let scratch = rows.scratch
        return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: mask + 1) { slots in
            slots.update(repeating: 0)
            var count = 0
            for row in 0..<rows.count {
                let view = views[row]
                var slot = Int(truncatingIfNeeded: ((view.tail ^ view.head) &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
                while slots[slot] != 0 {
                    let other = views[Int(firsts[Int(slots[slot]) - 1])]
                    if other.head == view.head, other.tail == view.tail { break }
                    slot = (slot &+ 1) & mask
                }
                if slots[slot] == 0 {
                    firsts[count] = Int32(truncatingIfNeeded: row)
                    count += 1
                    slots[slot] = UInt16(truncatingIfNeeded: count)
                }
                scratch[row] = Int64(slots[slot]) - 1
                if row == sampleRows, count > sampleRows * 7 / 8 { return 0 }
            }
            return count < rows.count * 7 / 8 ? count : 0
        }
    }

    private static func writeTexts(_ views: UnsafePointer<TextView>, _ count: Int, to writer: StateWriter) {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: StateColumns.rowLimit) { lengths in
            guard let lengths = lengths.baseAddress else { return }
            var bytes = 0
            for index in 0..<count {
                let length = views[index].count
                lengths[index] = Int64(length)
                bytes &+= length
                // Most lie far apart: they come while the others are measured.
                if length > TextView.inlineLimit { fetch(TextView.bytes(at: views + index), length) }
            }
            StateColumns.write(lengths, count: count, to: writer)
            copyTexts(views, UnsafePointer(lengths), count, to: writer.place(bytes))
        }
    }

    /// Copies texts behind each other; those that lie so already go at once.
    private static func copyTexts(
        _ views: UnsafePointer<TextView>, _ lengths: UnsafePointer<Int64>, _ count: Int,
        to target: UnsafeMutableRawPointer
    ) {
        var place = target
        var index = 0
        while index < count {
            let start = TextView.bytes(at: views + index)
            var length = Int(lengths[index])
            index += 1
            // Inline texts lie in their views, with lengths in front of them: never next to each other.
            while index < count, lengths[index] > 0, TextView.bytes(at: views + index) == start + length {
                length &+= Int(lengths[index])
                index += 1
            }
            if length > 0 { place.copyMemory(from: start, byteCount: length) }
            place += length
        }
    }

    /// Asks for the memory of a text, of a long one for that of its ends.
    @inline(__always)
    private static func fetch(_ text: UnsafePointer<UInt8>, _ length: Int) {
        millrace_prefetch(text)
        millrace_prefetch(text + (length &- 1))
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
