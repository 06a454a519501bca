import Columnar
import ConnectorContract

/// A column that grows, owns the bytes of its texts, and whose rows can be overwritten; the memory of state.
///
/// Growing doubles, so appending costs amortised constant time. Overwritten texts leave their old bytes behind in
/// the heap; when more is dead than alive the texts move to a fresh one, and whoever still shows the old one keeps it.
final class GrowableColumn {
    let type: DataType
    private(set) var column: Column
    private(set) var count = 0
    private var heap: ByteHeap?
    /// Where texts may lie in memory of others; nil where each row has bytes of its own.
    private let shared: SharedTexts?
    /// Bytes of overwritten texts in the heap.
    private var deadBytes = 0
    /// Fewer dead bytes than this are left alone.
    private static let leastDeadBytes = 1 << 20

    /// `sharesTexts`: texts that come often are kept once, and those of lasting memory are not copied.
    init(_ type: DataType, capacity: Int = 64, sharesTexts: Bool = false) {
        self.type = type
        column = Column(type, capacity: capacity)
        heap = type.kind == .text ? ByteHeap() : nil
        shared = sharesTexts && type.kind == .text ? SharedTexts() : nil
        if let heap { column.owners = [heap] + (shared?.owners ?? []) }
    }

    /// Bytes held, roughly.
    var byteSize: Int {
        column.capacity * max(1, type.kind.byteWidth) + (heap?.allocatedBytes ?? 0) + (shared?.byteSize ?? 0)
    }

    func reserve(_ rows: Int) {
        guard rows > column.capacity else { return }
        let larger = Column(type, capacity: max(rows, column.capacity * 2))
        larger.owners = column.owners
        larger.mayHaveNulls = column.mayHaveNulls
        let words = (count + 63) / 64
        larger.validity.update(from: column.validity, count: words)
        if type.kind == .bits {
            larger.bits.update(from: column.bits, count: words)
        } else {
            larger.values.copyMemory(from: column.values, byteCount: count * type.kind.byteWidth)
        }
        column = larger
    }

    // MARK: appending

    /// Appends a row of another column of the same kind.
    func append(_ source: Column, row: Int) {
        reserve(count + 1)
        count += 1
        write(count - 1, from: source, row: row)
    }

    /// Appends a NULL.
    func appendNull() {
        reserve(count + 1)
        column.setNull(count)
        count += 1
    }

    /// NULLs until there are so many rows.
    func extendWithNulls(to rows: Int) {
        guard rows > count else { return }
        reserve(rows)
        while count < rows {
            column.setNull(count)
            count += 1
        }
    }

    func append(int64 value: Int64) {
        reserve(count + 1)
        column.int64[count] = value
        markValid(count)
        count += 1
    }

    func append(float64 value: Double) {
        reserve(count + 1)
        column.float64[count] = value
        markValid(count)
        count += 1
    }

    func append(int128 value: Int128) {
        reserve(count + 1)
        column.int128[count] = value
        markValid(count)
        count += 1
    }

    func append(text bytes: [UInt8]) {
        reserve(count + 1)
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, let heap else {
                column.text[count] = TextView()
                return
            }
            column.text[count] = heap.add(base, count: buffer.count)
        }
        markValid(count)
        count += 1
    }

    @inline(__always)
    private func markValid(_ index: Int) { column.validity[index >> 6] |= 1 << UInt64(index & 63) }

    // MARK: overwriting

    /// Overwrites a row with a row of another column of the same kind.
    func set(_ index: Int, from source: Column, row: Int) {
        if type.kind == .text && column.isValid(index) && index < count { forget(index) }
        write(index, from: source, row: row)
    }

    /// Writes a row that holds no text yet.
    private func write(_ index: Int, from source: Column, row: Int) {
        guard source.isValid(row) else { return column.setNull(index) }
        markValid(index)
        switch type.kind {
        case .bits: column.setBit(index, source.bit(row))
        case .int64: column.int64[index] = source.int64[row]
        case .float64: column.float64[index] = source.float64[row]
        case .int128: column.int128[index] = source.int128[row]
        case .text:
            let place = UnsafePointer(source.text + row)
            guard let heap else { return }
            shared?.reserve(index + 1)
            shared?.mark(index, false)
            column.text[index] = heap.add(TextView.bytes(at: place), count: place.pointee.count)
        }
    }

    /// Overwrites a row with one that ``RowCoding`` wrote.
    func read(_ index: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        let scratch = ByteHeap(chunkBytes: 256)
        let value = Column(type, capacity: 1)
        value.owners = [scratch]
        try RowCoding.read(&reader, into: value, row: 0, heap: scratch)
        set(index, from: value, row: 0)
    }

    /// Counts the bytes of a text that is about to go; moves the others when most of the heap is dead.
    private func forget(_ index: Int) {
        let views = column.text
        let bytes = views[index].count
        guard bytes > TextView.inlineLimit else { return }
        views[index] = TextView()
        if let shared, shared.isShared(index) { return shared.mark(index, false) }
        guard let old = heap else { return }
        deadBytes += bytes
        guard deadBytes > Self.leastDeadBytes, deadBytes > old.allocatedBytes / 2 else { return }
        // Rows may have been added that were not marked yet.
        shared?.reserve(count)
        let fresh = ByteHeap()
        // Batches that show this column's memory must not see its texts move: they get a column of their own.
        let moved = Column(type, capacity: column.capacity)
        moved.mayHaveNulls = column.mayHaveNulls
        moved.validity.update(from: column.validity, count: (count + 63) / 64)
        for row in 0..<count {
            let place = UnsafePointer(column.text + row)
            let isShared = shared?.isShared(row) ?? false
            moved.text[row] =
                isShared ? place.pointee : fresh.add(TextView.bytes(at: place), count: place.pointee.count)
        }
        moved.owners = [fresh] + (shared?.owners ?? [])
        column = moved
        heap = fresh
        deadBytes = 0
    }

    /// Forgets all rows.
    func removeAll() {
        column = Column(type, capacity: 64)
        heap = type.kind == .text ? ByteHeap() : nil
        if let heap { column.owners = [heap] + (shared?.owners ?? []) }
        count = 0
        deadBytes = 0
    }

    // MARK: reading

    /// Makes rows up to `rows` exist; the new ones are unspecified until they are set.
    func extend(to rows: Int) {
        guard rows > count else { return }
        reserve(rows)
        if type.kind == .text { (column.text + count).update(repeating: TextView(), count: rows - count) }
        count = rows
    }

    /// Gives the text of a row up; the row is unspecified until it is set.
    func clear(_ index: Int) { if type.kind == .text && column.isValid(index) { forget(index) } }

    /// Makes a row NULL; the memory of its text may be used again.
    func setNull(_ index: Int) {
        clear(index)
        column.setNull(index)
    }

    /// Writes the rows `rows` of another column of the same kind to the rows `places`, which are new or were cleared.
    func set(
        _ places: UnsafePointer<Int32>, from source: Column, rows: UnsafePointer<Int32>, count: Int
    ) {
        guard !source.mayHaveNulls, !column.mayHaveNulls else {
            for index in 0..<count { set(Int(places[index]), from: source, row: Int(rows[index])) }
            return
        }
        switch type.kind {
        case .bits: for index in 0..<count { column.setBit(Int(places[index]), source.bit(Int(rows[index]))) }
        case .int64: scatter(source.int64, rows, column.int64, places, count)
        case .float64: scatter(source.float64, rows, column.float64, places, count)
        case .int128: scatter(source.int128, rows, column.int128, places, count)
        case .text:
            scatter(source.text, rows, column.text, places, count)
            if let shared { share(places, count, from: source, shared) }
            ownTexts(places, count)
        }
    }

    /// Marks the texts that can stay where they are, or lie in the pool.
    private func share(
        _ places: UnsafePointer<Int32>, _ count: Int, from source: Column, _ shared: SharedTexts
    ) {
        shared.reserve(self.count)
        let canShare = shared.canShare(source)
        if canShare { column.owners += shared.adopt(source) }
        let target = column.text
        let marks = shared.marks.base
        guard !canShare, shared.pool.isOpen else {
            for index in 0..<count {
                let place = Int(places[index])
                marks[place] = canShare && !target[place].isInline ? 1 : 0
            }
            return
        }
        let pool = shared.pool
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, count)) { hashes in
            for index in 0..<count where !target[Int(places[index])].isInline {
                hashes[index] = pool.hash(target + Int(places[index]))
            }
            for index in 0..<count {
                let place = Int(places[index])
                let kept = target[place].isInline ? nil : pool.text(target + place, hash: hashes[index])
                if let kept { target[place] = kept }
                marks[place] = kept != nil ? 1 : 0
            }
        }
    }

    /// Copies texts that still lie elsewhere into one piece of memory.
    private func ownTexts(_ places: UnsafePointer<Int32>, _ count: Int) {
        guard let heap else { return }
        let target = column.text
        let marks = shared?.marks.base
        @inline(__always)
        func isForeign(_ place: Int) -> Bool { !target[place].isInline && (marks.map { $0[place] == 0 } ?? true) }
        var bytes = 0
        for index in 0..<count where isForeign(Int(places[index])) { bytes &+= target[Int(places[index])].count }
        guard bytes > 0 else { return }
        var free = heap.allocate(bytes)
        for index in 0..<count where isForeign(Int(places[index])) {
            let view = target + Int(places[index])
            let length = view.pointee.count
            free.update(from: TextView.bytes(at: view), count: length)
            view.pointee.tail = UInt64(UInt(bitPattern: free))
            free += length
        }
    }

    @inline(__always)
    private func scatter<Value>(
        _ source: UnsafeMutablePointer<Value>, _ rows: UnsafePointer<Int32>, _ target: UnsafeMutablePointer<Value>,
        _ places: UnsafePointer<Int32>, _ count: Int
    ) {
        for index in 0..<count { target[Int(places[index])] = source[Int(rows[index])] }
    }

    /// True when row `index` here and row `row` there are the same value; NULLs are equal.
    func equals(_ index: Int, _ other: Column, _ row: Int) -> Bool {
        let valid = column.isValid(index)
        guard valid == other.isValid(row) else { return false }
        guard valid else { return true }
        switch type.kind {
        case .bits: return column.bit(index) == other.bit(row)
        case .int64: return column.int64[index] == other.int64[row]
        case .float64:
            return column.float64[index].bitPattern == other.float64[row].bitPattern
                || column.float64[index] == other.float64[row]
        case .int128: return column.int128[index] == other.int128[row]
        case .text: return TextView.equal(UnsafePointer(column.text + index), UnsafePointer(other.text + row))
        }
    }

    /// The texts of some rows side by side, those of NULLs empty; false where one of them lies in memory that may go, or
    /// be used again.
    func collectLasting(_ rows: StateRows, into views: UnsafeMutablePointer<TextView>) -> Bool {
        guard let shared else { return false }
        let texts = column.text
        for (place, row) in rows.groups.enumerated() {
            let row = Int(row)
            let view = !column.mayHaveNulls || column.isValid(row) ? texts[row] : TextView()
            guard view.isInline || shared.isShared(row) else { return false }
            views[place] = view
        }
        return true
    }

    /// A column of the rows at `indexes`, sharing the texts' bytes.
    func gathered(_ indexes: [Int32]) -> Column {
        indexes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return Column(type, capacity: 0) }
            return gather(column, rows: base, count: buffer.count)
        }
    }
}
