import Columnar

/// The rows one side of a join keeps, in columns of chunks: rows never move while they grow in number, texts are
/// copied once, and a chunk whose rows are all gone gives its memory back.
///
/// A row is known by its number: chunk and place in it. Numbers of rows that were removed are not used again before
/// ``releaseEmptyChunks()``. Where rows are never removed a full chunk is packed: its numbers and texts then take the
/// bytes they need, and the memory it was filled in is that of the next one.
final class JoinRowStore {
    static let chunkShift = 10
    static let chunkRows = 1 << chunkShift

    private final class Chunk {
        /// Empty once the chunk is packed.
        var columns: [Column]
        var packed: PackedRows?
        let heap: ByteHeap?
        private let ownsHeap: Bool
        var used = 0
        var live = 0

        /// The last gathering that took texts from here.
        var stamp: UInt64 = 0

        init(_ columns: [Column], heap shared: ByteHeap?) {
            self.columns = columns
            ownsHeap = shared == nil
            heap = shared ?? (columns.contains { $0.kind == .text } ? ByteHeap() : nil)
            if let heap { for column in columns where column.kind == .text { column.owners = [heap] } }
        }

        var byteSize: Int {
            columns.reduce((packed?.byteCount ?? 0) + (ownsHeap ? heap?.allocatedBytes ?? 0 : 0)) {
                $0 + $1.capacity * max(1, $1.kind.byteWidth)
            }
        }
    }

    let types: [DataType]
    /// By chunk, then by column: reading a row touches no object.
    private let places = StateArray<ChunkColumn>(zero: ChunkColumn())
    /// Columns that hold a NULL somewhere.
    private var hasNulls: [Bool]
    private var chunks: [Chunk?] = []
    private var freeChunks: [Int] = []
    /// The chunk that takes the next rows; -1 before the first.
    private var current = -1
    private(set) var liveCount = 0
    private(set) var usedCount = 0
    private var closedBytes = 0
    /// Holds the texts of all chunks where rows are never removed.
    private let sharedHeap: ByteHeap?
    /// Of text columns whose texts are in the shared heap.
    private let pools: [TextPool?]
    private let codes: [TextCodes?]
    /// A packed chunk whose columns were asked for, laid out again.
    private var unpacked: (chunk: Int, columns: [Column]) = (-1, [])
    private var stamp: UInt64 = 0
    /// Is given each chunk that is full before it is packed: the number of its first row, its columns, how many rows, and
    /// for each column the numbers of its texts in ``textList(_:)``, empty where they have none.
    var willPack: ((_ first: Int, _ columns: [Column], _ rows: Int, _ coded: [[UInt16]]) -> Void)?

    /// `keepsAll`: rows are never removed, so texts need not go away with their chunk.
    init(_ types: [DataType], keepsAll: Bool) {
        self.types = types.map { $0.nullable(true) }
        hasNulls = types.map { _ in false }
        let heap = keepsAll ? ByteHeap(isLasting: true) : nil
        sharedHeap = heap
        pools = types.map { type in type.kind == .text ? heap.map { TextPool(heap: $0) } : nil }
        codes = types.map { keepsAll && $0.kind == .text ? TextCodes() : nil }
    }

    /// One more than the greatest row number.
    var numberLimit: Int { chunks.count << Self.chunkShift }
    var deadCount: Int { usedCount - liveCount }
    /// The chunk that takes the next rows, as ``willPack`` gives it; nil before the first row.
    var open: (first: Int, columns: [Column], rows: Int)? {
        guard current >= 0, let chunk = chunks[current] else { return nil }
        return (current << Self.chunkShift, chunk.columns, chunk.used)
    }
    /// The numbered texts of a column, where it has some.
    func textList(_ column: Int) -> UnsafePointer<TextView>? { codes[column].map { UnsafePointer($0.views.base) } }
    /// Bytes held, roughly.
    var byteSize: Int {
        closedBytes + (current >= 0 ? chunks[current]?.byteSize ?? 0 : 0) + (sharedHeap?.allocatedBytes ?? 0)
            + pools.reduce(0) { $0 + ($1?.byteSize ?? 0) } + codes.reduce(0) { $0 + ($1?.byteSize ?? 0) }
    }

    // MARK: adding and removing

    /// Copies rows in; appends their numbers to `numbers`.
    func append(_ columns: [Column], rows: [Int32], numbers: inout [Int32]) {
        rows.withUnsafeBufferPointer { buffer in
            var done = 0
            while done < buffer.count {
                let chunk = roomyChunk()
                let part = UnsafeBufferPointer(
                    rebasing: buffer[done..<min(buffer.count, done + Self.chunkRows - chunk.used)])
                for (index, column) in chunk.columns.enumerated() {
                    Self.copy(columns[index], part, column, at: chunk.used, chunk.heap, pools[index])
                    if column.mayHaveNulls { hasNulls[index] = true }
                }
                let first = Int32(truncatingIfNeeded: current << Self.chunkShift | chunk.used)
                for offset in 0..<part.count { numbers.append(first &+ Int32(truncatingIfNeeded: offset)) }
                chunk.used += part.count
                chunk.live += part.count
                liveCount += part.count
                usedCount += part.count
                done += part.count
            }
        }
    }

    private func roomyChunk() -> Chunk {
        if current >= 0, let chunk = chunks[current], chunk.used < Self.chunkRows { return chunk }
        let columns = close() ?? types.map { Column($0, capacity: JoinRowStore.chunkRows) }
        let chunk = Chunk(columns, heap: sharedHeap)
        if let free = freeChunks.popLast() {
            chunks[free] = chunk
            current = free
        } else {
            chunks.append(chunk)
            current = chunks.count - 1
        }
        places.reserve(chunks.count * types.count)
        for (index, column) in chunk.columns.enumerated() {
            places.base[current * types.count + index] = ChunkColumn(column)
        }
        return chunk
    }

    /// The current chunk is full. Gives its columns for the next one where it was packed.
    private func close() -> [Column]? {
        guard current >= 0, let chunk = chunks[current] else { return nil }
        defer { closedBytes += chunk.byteSize }
        guard let sharedHeap else { return nil }
        let coded = chunk.columns.enumerated().map { index, column in
            codes[index]?.codes(of: column.text, rowCount: chunk.used) ?? []
        }
        willPack?(current << Self.chunkShift, chunk.columns, chunk.used, coded)
        let packed = PackedRows(chunk.columns, rowCount: chunk.used, coded: coded, heap: sharedHeap)
        for (index, column) in packed.columns.enumerated() {
            places.base[current * types.count + index] = column
        }
        let columns = chunk.columns
        chunk.packed = packed
        chunk.columns = []
        for column in columns where column.mayHaveNulls {
            column.validity.update(repeating: .max, count: column.wordCount)
            column.mayHaveNulls = false
        }
        return columns
    }

    private static func copy(
        _ source: Column, _ rows: UnsafeBufferPointer<Int32>, _ target: Column, at first: Int, _ heap: ByteHeap?,
        _ pool: TextPool?
    ) {
        switch target.kind {
        case .bits: for (offset, row) in rows.enumerated() { target.setBit(first + offset, source.bit(Int(row))) }
        case .int64: copyValues(source.int64, rows, target.int64 + first)
        case .float64: copyValues(source.float64, rows, target.float64 + first)
        case .int128: copyValues(source.int128, rows, target.int128 + first)
        case .text:
            if let heap { copyTexts(source, rows, target.text + first, heap, pool) }
        }
        guard source.mayHaveNulls else { return }
        for (offset, row) in rows.enumerated() where !source.isValid(Int(row)) { target.setNull(first + offset) }
    }

    /// Copies texts into one piece of memory; those of NULLs are empty.
    private static func copyTexts(
        _ source: Column, _ rows: UnsafeBufferPointer<Int32>, _ target: UnsafeMutablePointer<TextView>,
        _ heap: ByteHeap, _ pool: TextPool?
    ) {
        let views = source.text
        if let pool, pool.isOpen {
            for (offset, row) in rows.enumerated() {
                target[offset] = source.isValid(Int(row)) ? views[Int(row)] : TextView()
            }
            return pool.replace(target, count: rows.count, elsewhere: heap)
        }
        var bytes = 0
        for (offset, row) in rows.enumerated() {
            target[offset] = source.isValid(Int(row)) ? views[Int(row)] : TextView()
            if !target[offset].isInline { bytes &+= target[offset].count }
        }
        var free = heap.allocate(bytes)
        for offset in 0..<rows.count {
            let view = target[offset]
            guard !view.isInline, let text = UnsafePointer<UInt8>(bitPattern: UInt(view.tail)) else { continue }
            free.update(from: text, count: view.count)
            target[offset].tail = UInt64(UInt(bitPattern: free))
            free += view.count
        }
    }

    @inline(__always)
    private static func copyValues<Value>(
        _ source: UnsafeMutablePointer<Value>, _ rows: UnsafeBufferPointer<Int32>,
        _ target: UnsafeMutablePointer<Value>
    ) {
        for offset in 0..<rows.count { target[offset] = source[Int(rows[offset])] }
    }

    /// Counts a row as gone; its values stay readable until the chunk is released.
    func remove(_ number: Int32) {
        chunks[Int(number) >> Self.chunkShift]?.live -= 1
        liveCount -= 1
    }

    /// Gives back the memory of chunks without rows, whose numbers may come again.
    func releaseEmptyChunks() {
        for (index, chunk) in chunks.enumerated() where index != current {
            guard let chunk, chunk.live == 0 else { continue }
            closedBytes -= chunk.byteSize
            usedCount -= chunk.used
            chunks[index] = nil
            freeChunks.append(index)
        }
    }

    /// Row numbers of full chunks of which less than a quarter is alive: worth moving together.
    func sparseRows() -> [Range<Int>] {
        chunks.enumerated().compactMap { index, chunk in
            guard index != current, let chunk, chunk.live > 0, chunk.live * 4 < chunk.used else { return nil }
            return (index << Self.chunkShift)..<(index << Self.chunkShift + chunk.used)
        }
    }

    /// Row numbers that were given out, chunk by chunk.
    func usedRanges() -> [Range<Int>] {
        chunks.enumerated().compactMap { index, chunk in
            chunk.map { (index << Self.chunkShift)..<(index << Self.chunkShift + $0.used) }
        }
    }

    // MARK: reading

    /// The columns that hold a row, and its place in them; valid until rows are added.
    func place(of number: Int32) -> (columns: [Column], row: Int) {
        let index = Int(number) >> Self.chunkShift
        let row = Int(number) & (Self.chunkRows - 1)
        guard let chunk = chunks[index] else { return ([], row) }
        guard chunk.packed != nil else { return (chunk.columns, row) }
        if unpacked.chunk != index {
            unpacked = (
                index, gathered((0..<chunk.used).map { Int32(truncatingIfNeeded: index << Self.chunkShift | $0) })
            )
        }
        return (unpacked.columns, row)
    }

    /// Whether columns `own` of a row equal columns `other` of a row elsewhere; NULLs are equal.
    func equals(_ number: Int32, _ own: [Int], _ columns: [Column], _ other: [Int], row: Int) -> Bool {
        let place = Int(number) & (Self.chunkRows - 1)
        for index in own.indices {
            let column = columns[other[index]]
            let ownPlace = self.place(own[index], number)
            let isValid = !hasNulls[own[index]] || ownPlace.isValid(place)
            guard isValid == column.isValid(row) else { return false }
            if isValid, !ownPlace.equals(place, column, row, codes[own[index]]) { return false }
        }
        return true
    }

    /// The value of a column of whole numbers; nil when it is NULL.
    func int64(_ column: Int, of number: Int32) -> Int64? {
        let row = Int(number) & (Self.chunkRows - 1)
        let place = place(column, number)
        return !hasNulls[column] || place.isValid(row) ? place.int64(row) : nil
    }

    /// One column of these rows; texts stay where they are and are kept alive.
    func gathered(_ column: Int, _ numbers: UnsafeBufferPointer<Int32>) -> Column {
        let result = Column(types[column], capacity: numbers.count)
        switch result.kind {
        case .bits:
            for index in 0..<numbers.count {
                result.setBit(index, place(column, numbers[index]).bit(Int(numbers[index]) & (Self.chunkRows - 1)))
            }
        case .int64: collect(column, numbers, result.int64) { $0.int64($1) }
        case .float64: collect(column, numbers, result.float64) { $0.plain($1, as: Double.self) }
        case .int128: collect(column, numbers, result.int128) { $0.plain($1, as: Int128.self) }
        case .text:
            let codes = codes[column]
            collect(column, numbers, result.text) { $0.text($1, codes) }
            keepAlive(numbers, result)
        }
        if hasNulls[column] { collectNulls(column, numbers, result) }
        return result
    }

    @inline(__always)
    private func place(_ column: Int, _ number: Int32) -> ChunkColumn {
        places.base[Int(number) >> Self.chunkShift &* types.count &+ column]
    }

    @inline(__always)
    private func collect<Value: BitwiseCopyable>(
        _ column: Int, _ numbers: UnsafeBufferPointer<Int32>, _ target: UnsafeMutablePointer<Value>,
        _ value: (ChunkColumn, Int) -> Value
    ) {
        let places = self.places.base + column
        let columnCount = types.count
        for index in 0..<numbers.count {
            let number = Int(numbers[index])
            target[index] = value(
                places[(number >> Self.chunkShift) &* columnCount], number & (Self.chunkRows - 1))
        }
    }

    /// A batch that was taken in, with its texts where they lie here: whoever keeps rows that are never removed need
    /// not copy them once more.
    func withOwnTexts(_ batch: Batch, rows: [Int32], numbers: [Int32]) -> Batch {
        guard let sharedHeap else { return batch }
        let columns = batch.columns.enumerated().map { index, column in
            guard column.kind == .text else { return column }
            let result = Column(column.type, capacity: batch.rowCount)
            result.owners = [sharedHeap]
            result.text.update(repeating: TextView(), count: batch.rowCount)
            if column.mayHaveNulls {
                result.validity.update(from: column.validity, count: (batch.rowCount + 63) / 64)
                result.mayHaveNulls = true
            }
            for (row, number) in zip(rows, numbers) {
                result.text[Int(row)] = place(index, number).text(Int(number) & (Self.chunkRows - 1), codes[index])
            }
            return result
        }
        return Batch(columns: columns, rowCount: batch.rowCount, kinds: batch.kinds)
    }

    private func collectNulls(_ column: Int, _ numbers: UnsafeBufferPointer<Int32>, _ result: Column) {
        for index in 0..<numbers.count
        where !place(column, numbers[index]).isValid(Int(numbers[index]) & (Self.chunkRows - 1)) {
            result.setNull(index)
        }
    }

    private func keepAlive(_ numbers: UnsafeBufferPointer<Int32>, _ result: Column) {
        if let sharedHeap {
            result.owners = [sharedHeap]
            return
        }
        stamp &+= 1
        var lastChunk = -1
        for number in numbers where Int(number) >> Self.chunkShift != lastChunk {
            lastChunk = Int(number) >> Self.chunkShift
            keepAlive(lastChunk, result)
        }
    }

    private func keepAlive(_ chunkIndex: Int, _ result: Column) {
        guard let chunk = chunks[chunkIndex], chunk.stamp != stamp, let heap = chunk.heap else { return }
        chunk.stamp = stamp
        result.owners.append(heap)
    }

    func gathered(_ numbers: [Int32]) -> [Column] {
        numbers.withUnsafeBufferPointer { buffer in types.indices.map { gathered($0, buffer) } }
    }
}

/// Single values of columns.
enum ColumnValues {
    /// Copies a value to a row of a new column of the same kind, which keeps the owners of its text.
    static func copy(_ source: Column, _ row: Int, to target: Column, _ place: Int) {
        guard source.isValid(row) else { return target.setNull(place) }
        switch source.kind {
        case .bits: target.setBit(place, source.bit(row))
        case .int64: target.int64[place] = source.int64[row]
        case .float64: target.float64[place] = source.float64[row]
        case .int128: target.int128[place] = source.int128[row]
        case .text: target.text[place] = source.text[row]
        }
    }

    /// Whether two values of one kind are the same; NULLs are equal.
    @inline(__always)
    static func areEqual(_ a: Column, _ x: Int, _ b: Column, _ y: Int) -> Bool {
        let isValid = a.isValid(x)
        guard isValid == b.isValid(y) else { return false }
        guard isValid else { return true }
        switch a.kind {
        case .bits: return a.bit(x) == b.bit(y)
        case .int64: return a.int64[x] == b.int64[y]
        case .float64:
            return a.float64[x] == b.float64[y] || (a.float64[x] != a.float64[x] && b.float64[y] != b.float64[y])
        case .int128: return a.int128[x] == b.int128[y]
        case .text: return TextView.equal(UnsafePointer(a.text + x), UnsafePointer(b.text + y))
        }
    }
}
