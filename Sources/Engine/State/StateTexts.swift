import CPlatform
import Columnar
import ConnectorContract

/// Texts of many rows as bytes. Those that repeat within a block, as channels and addresses of pages do, stand there once,
/// or once in all blocks where their owner numbers them. Bytes that lie close together take fewer bits each: texts of small
/// letters five.
///
/// Layout: number of different texts where it is less than that of the rows, else 0, plus ``isPacked``; with it the place of
/// each row's text among them; the texts. Of numbered texts: ``areNumbered``, the number of the list, how long it was, how
/// many texts come to it, those texts in parts of ``StateColumns/rowLimit``, each row's place in the list. Texts are their
/// lengths, the bits of a byte, the least byte, the bytes. Numbers in the form of ``StateColumns``, the first as 32 bits.
///
/// Without ``isPacked``, as versions before wrote them, neither bits nor least byte stand in front of the bytes.
enum StateTexts {
    /// Texts are no longer compared when so many of the first rows are different ones.
    private static let sampleRows = 256
    private static let isPacked: UInt32 = 1 << 31
    private static let areNumbered = UInt32.max
    /// Texts of a list that are taken for possible.
    private static let longestList = 1 << 16

    static func write(_ column: Column, _ rows: StateRows, numbered: NumberedTexts? = nil, to writer: StateWriter) {
        if let numbered { return write(numbered, rows, to: writer) }
        withUnsafeTemporaryAllocation(of: TextView.self, capacity: StateColumns.rowLimit) { views in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: StateColumns.rowLimit) { firsts in
                guard let views = views.baseAddress, let firsts = firsts.baseAddress else { return }
                collect(column, rows, into: views)
                let count = findDifferent(views, rows, firsts: firsts)
                writer.write(UInt32(truncatingIfNeeded: count) | isPacked)
                guard count > 0 else { return writeTexts(views, rows.count, to: writer) }
                StateColumns.write(rows.scratch, count: rows.count, to: writer)
                // The first of each lies behind those that move here.
                for index in 0..<count { views[index] = views[Int(firsts[index])] }
                writeTexts(views, count, to: writer)
            }
        }
    }

    private static func write(_ texts: NumberedTexts, _ rows: StateRows, to writer: StateWriter) {
        let first = texts.list.count
        for (row, number) in texts.numbers.enumerated() { rows.scratch[row] = Int64(texts.list.place(of: number)) }
        let new = texts.list.numbers(from: first)
        writer.write(areNumbered)
        writer.write(texts.list.id)
        writer.write(UInt32(truncatingIfNeeded: first))
        writer.write(UInt32(truncatingIfNeeded: new.count))
        if !new.isEmpty {
            withUnsafeTemporaryAllocation(of: TextView.self, capacity: new.count) { views in
                guard let views = views.baseAddress else { return }
                for (place, number) in new.enumerated() { views[place] = texts.views[Int(number)] }
                for start in stride(from: 0, to: new.count, by: StateColumns.rowLimit) {
                    writeTexts(views + start, min(new.count - start, StateColumns.rowLimit), to: writer)
                }
            }
        }
        StateColumns.write(rows.scratch, count: rows.count, to: writer)
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
            writeBytes(bytes, to: writer) { copyTexts(views, UnsafePointer(lengths), count, to: $0) }
        }
    }

    /// Packs the bytes that `fill` gives where that makes them fewer.
    private static func writeBytes(
        _ count: Int, to writer: StateWriter, _ fill: (_ target: UnsafeMutableRawPointer) -> Void
    ) {
        // Packing takes bits and least byte in front, and some room behind.
        let spare = 8
        let place = writer.place(2 &+ count &+ spare).assumingMemoryBound(to: UInt8.self)
        let bytes = place + 2
        fill(bytes)
        (place[0], place[1]) = (8, 0)
        guard count > 0 else { return writer.giveBack(spare) }
        var (least, greatest) = (UInt8(0), UInt8(0))
        millrace_byte_range(bytes, count, &least, &greatest)
        let bits = max(1, 8 - (greatest &- least).leadingZeroBitCount)
        guard bits < 8, millrace_packed_size(count, Int32(bits)) < count else { return writer.giveBack(spare) }
        (place[0], place[1]) = (UInt8(bits), least)
        writer.giveBack(count &+ spare &- millrace_pack_bytes(bytes, count, least, Int32(bits)))
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

    /// `lists` are those of the column; nil where no texts are numbered.
    static func read(
        _ reader: inout ByteReader, _ column: Column, _ count: Int, lists: StoredTexts? = nil
    ) throws(DamagedBytesError) {
        let mark = try reader.read(UInt32.self)
        guard mark != areNumbered else { return try readNumbered(&reader, column, count, lists) }
        let different = Int(mark & ~isPacked)
        let read = mark & isPacked == 0 ? readPlainTexts : readTexts
        let heap = ByteHeap()
        column.owners = [heap]
        guard different > 0 else {
            for (row, view) in try read(&reader, count, heap).enumerated() { column.text[row] = view }
            return
        }
        guard different <= count else {
            throw DamagedBytesError(what: "\(different) texts of \(count) rows", offset: reader.offset)
        }
        let places = try StateColumns.readNumbers(&reader, count: count)
        try place(try read(&reader, different, heap), places, in: column, at: reader.offset)
    }

    private static func readNumbered(
        _ reader: inout ByteReader, _ column: Column, _ count: Int, _ lists: StoredTexts?
    ) throws(DamagedBytesError) {
        let id = try reader.read(UInt64.self)
        let first = Int(try reader.read(UInt32.self))
        let new = Int(try reader.read(UInt32.self))
        guard let lists, new <= longestList else {
            throw DamagedBytesError(what: "\(new) numbered texts", offset: reader.offset)
        }
        let list = try lists.extend(id, from: first) { (heap) throws(DamagedBytesError) in
            var texts: [TextView] = []
            for start in stride(from: 0, to: new, by: StateColumns.rowLimit) {
                texts += try readTexts(&reader, min(new - start, StateColumns.rowLimit), heap)
            }
            return texts
        }
        column.owners = [list.heap]
        let places = try StateColumns.readNumbers(&reader, count: count)
        try place(list.views, places, in: column, at: reader.offset)
    }

    private static func place(
        _ texts: [TextView], _ places: [Int64], in column: Column, at offset: Int
    ) throws(DamagedBytesError) {
        for (row, place) in places.enumerated() {
            guard texts.indices.contains(Int(truncatingIfNeeded: place)) else {
                throw DamagedBytesError(what: "text number \(place)", offset: offset)
            }
            column.text[row] = texts[Int(place)]
        }
    }

    private static func readTexts(
        _ reader: inout ByteReader, _ count: Int, _ heap: ByteHeap
    ) throws(DamagedBytesError) -> [TextView] {
        let lengths = try StateColumns.readNumbers(&reader, count: count)
        var total = 0
        for length in lengths {
            guard 0...Int64(UInt32.max) ~= length else {
                throw DamagedBytesError(what: "a text of \(length) bytes", offset: reader.offset)
            }
            total &+= Int(length)
        }
        let bits = Int32(try reader.read(UInt8.self))
        let least = try reader.read(UInt8.self)
        guard 1...8 ~= bits else { throw DamagedBytesError(what: "bytes of \(bits) bits", offset: reader.offset) }
        let stored = try reader.readRaw(bits == 8 ? total : millrace_packed_size(total, bits))
        guard total > 0, let source = stored.baseAddress else {
            return [TextView](repeating: TextView(), count: count)
        }
        // Unpacking writes whole words.
        var place = heap.allocate(total &+ 8)
        if bits == 8 {
            UnsafeMutableRawPointer(place).copyMemory(from: source, byteCount: total)
        } else {
            millrace_unpack_bytes(source, total, least, bits, place)
        }
        return lengths.map { length in
            defer { place += Int(length) }
            return TextView(place, count: Int(length))
        }
    }

    private static func readPlainTexts(
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
