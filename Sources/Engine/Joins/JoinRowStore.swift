import Columnar

/// The rows one side of a join keeps, in columns of chunks: rows never move while they grow in number, texts are
/// copied once, and a chunk whose rows are all gone gives its memory back.
///
/// A row is known by its number: chunk and place in it. Numbers of rows that were removed are not used again before
/// ``releaseEmptyChunks()``.
final class JoinRowStore {
    static let chunkShift = 10
    static let chunkRows = 1 << chunkShift

    private final class Chunk {
        let columns: [Column]
        let heap: ByteHeap?
        private let ownsHeap: Bool
        var used = 0
        var live = 0

        /// The last gathering that took texts from here.
        var stamp: UInt64 = 0

        init(_ types: [DataType], heap shared: ByteHeap?) {
            columns = types.map { Column($0, capacity: JoinRowStore.chunkRows) }
            ownsHeap = shared == nil
            heap = shared ?? (types.contains { $0.kind == .text } ? ByteHeap() : nil)
            if let heap { for column in columns where column.kind == .text { column.owners = [heap] } }
        }

        var byteSize: Int {
            columns.reduce(ownsHeap ? heap?.allocatedBytes ?? 0 : 0) { $0 + $1.capacity * max(1, $1.kind.byteWidth) }
        }
    }

    let types: [DataType]
    private var chunks: [Chunk?] = []
    private var freeChunks: [Int] = []
    /// The chunk that takes the next rows; -1 before the first.
    private var current = -1
    private(set) var liveCount = 0
    private(set) var usedCount = 0
    private var closedBytes = 0
    /// Holds the texts of all chunks where rows are never removed.
    private let sharedHeap: ByteHeap?
    private var stamp: UInt64 = 0

    /// `keepsAll`: rows are never removed, so texts need not go away with their chunk.
    init(_ types: [DataType], keepsAll: Bool) {
        self.types = types.map { $0.nullable(true) }
        sharedHeap = keepsAll ? ByteHeap() : nil
    }

    /// One more than the greatest row number.
    var numberLimit: Int { chunks.count << Self.chunkShift }
    var deadCount: Int { usedCount - liveCount }
    /// Bytes held, roughly.
    var byteSize: Int {
        closedBytes + (current >= 0 ? chunks[current]?.byteSize ?? 0 : 0) + (sharedHeap?.allocatedBytes ?? 0)
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
                    Self.copy(columns[index], part, column, at: chunk.used, chunk.heap)
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
        if current >= 0 { closedBytes += chunks[current]?.byteSize ?? 0 }
        let chunk = Chunk(types, heap: sharedHeap)
        if let free = freeChunks.popLast() {
            chunks[free] = chunk
            current = free
        } else {
            chunks.append(chunk)
            current = chunks.count - 1
        }
        return chunk
    }

    private static func copy(
        _ source: Column, _ rows: UnsafeBufferPointer<Int32>, _ target: Column, at first: Int, _ heap: ByteHeap?
    ) {
        switch target.kind {
        case .bits: for (offset, row) in rows.enumerated() { target.setBit(first + offset, source.bit(Int(row))) }
        case .int64: copyValues(source.int64, rows, target.int64 + first)
        case .float64: copyValues(source.float64, rows, target.float64 + first)
        case .int128: copyValues(source.int128, rows, target.int128 + first)
        case .text:
            guard let heap else { return }
            for (offset, row) in rows.enumerated() where source.isValid(Int(row)) {
                let view = UnsafePointer(source.text + Int(row))
                target.text[first + offset] = heap.add(TextView.bytes(at: view), count: view.pointee.count)
            }
        }
        guard source.mayHaveNulls else { return }
        for (offset, row) in rows.enumerated() where !source.isValid(Int(row)) { target.setNull(first + offset) }
    }

    @inline(__always)
    private static func copyValues<Value>(
        _ source: UnsafeMutablePointer<Value>, _ rows: UnsafeBufferPointer<Int32>,
        _ target: UnsafeMutablePointer<Value>
    ) {
        for (offset, row) in rows.enumerated() { target[offset] = source[Int(row)] }
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

    /// The columns that hold a row, and its place in them.
    @inline(__always)
    func place(of number: Int32) -> (columns: [Column], row: Int) {
        (chunks[Int(number) >> Self.chunkShift]?.columns ?? [], Int(number) & (Self.chunkRows - 1))
    }

    /// Whether columns `own` of a row equal columns `other` of a row elsewhere; NULLs are equal.
    func equals(_ number: Int32, _ own: [Int], _ columns: [Column], _ other: [Int], row: Int) -> Bool {
        guard let chunk = chunks[Int(number) >> Self.chunkShift] else { return false }
        let place = Int(number) & (Self.chunkRows - 1)
        for index in own.indices
        where !ColumnValues.areEqual(chunk.columns[own[index]], place, columns[other[index]], row) { return false }
        return true
    }

    /// The value of a column of whole numbers; nil when it is NULL.
    func int64(_ column: Int, of number: Int32) -> Int64? {
        guard let chunk = chunks[Int(number) >> Self.chunkShift] else { return nil }
        let place = Int(number) & (Self.chunkRows - 1)
        return chunk.columns[column].isValid(place) ? chunk.columns[column].int64[place] : nil
    }

    /// One column of these rows; texts stay where they are and are kept alive.
    func gathered(_ column: Int, _ numbers: UnsafeBufferPointer<Int32>) -> Column {
        let result = Column(types[column], capacity: numbers.count)
        stamp &+= 1
        switch result.kind {
        case .bits: collect(column, numbers, result) { result.setBit($1, $0.bit($2)) }
        case .int64:
            let target = result.int64
            collect(column, numbers, result) { target[$1] = $0.int64[$2] }
        case .float64:
            let target = result.float64
            collect(column, numbers, result) { target[$1] = $0.float64[$2] }
        case .int128:
            let target = result.int128
            collect(column, numbers, result) { target[$1] = $0.int128[$2] }
        case .text:
            let target = result.text
            collect(column, numbers, result) { target[$1] = $0.text[$2] }
        }
        return result
    }

    @inline(__always)
    private func collect(
        _ column: Int, _ numbers: UnsafeBufferPointer<Int32>, _ result: Column, _ take: (Column, Int, Int) -> Void
    ) {
        var lastChunk = -1
        var source: Column?
        for (index, number) in numbers.enumerated() {
            let chunkIndex = Int(number) >> Self.chunkShift
            if chunkIndex != lastChunk {
                lastChunk = chunkIndex
                source = chunks[chunkIndex]?.columns[column]
                if result.kind == .text { keepAlive(chunkIndex, result) }
            }
            guard let source else { continue }
            let place = Int(number) & (Self.chunkRows - 1)
            if source.isValid(place) { take(source, index, place) } else { result.setNull(index) }
        }
    }

    private func keepAlive(_ chunkIndex: Int, _ result: Column) {
        if let sharedHeap {
            if result.owners.isEmpty { result.owners = [sharedHeap] }
            return
        }
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
