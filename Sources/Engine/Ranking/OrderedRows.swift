import CPlatform
import Columnar

/// For each group a list of rows in order. Two rows lie in the list's own 16 bytes, more in one array, and from some
/// hundreds on in blocks, so that adding a row costs the logarithm of the list's length at any length.
final class OrderedRows {
    /// Rows of a list that is kept in one array.
    static let arrayLimit = 256

    private struct List: BitwiseCopyable {
        var count: UInt32 = 0
        /// 0 = the rows lie in `word`; `.max` = `word` is a place in `blocked`; else `word` is the address of an array.
        var capacity: UInt32 = 0
        var word: UInt64 = 0
    }
    private static let isBlocked = UInt32.max

    private let lists = StateArray<List>(zero: List())
    private var blocked: [RowBlocks] = []
    private let order: RowOrder
    private var listCount = 0
    private(set) var arrayBytes = 0

    init(_ order: RowOrder) { self.order = order }

    deinit {
        for group in 0..<listCount {
            let list = lists.base[group]
            if list.capacity != 0 && list.capacity != Self.isBlocked { Self.array(list.word).deallocate() }
        }
    }

    var byteSize: Int { blocked.reduce(lists.capacity * 16 + arrayBytes) { $0 + $1.byteSize } }

    func reserve(_ groups: Int) {
        lists.reserve(groups)
        listCount = max(listCount, groups)
    }

    @inline(__always)
    private static func array(_ word: UInt64) -> UnsafeMutablePointer<Int32> {
        UnsafeMutablePointer(bitPattern: UInt(word)).unsafelyUnwrapped
    }

    /// The rows of a list that is not in blocks; valid until the next change.
    @inline(__always)
    private func rows(_ group: Int) -> UnsafeMutablePointer<Int32> {
        let list = lists.base + group
        guard list.pointee.capacity == 0 else { return Self.array(list.pointee.word) }
        return (UnsafeMutableRawPointer(list) + 8).assumingMemoryBound(to: Int32.self)
    }

    @inline(__always)
    private func blocks(_ group: Int) -> RowBlocks? {
        let list = lists.base[group]
        return list.capacity == Self.isBlocked ? blocked[Int(list.word)] : nil
    }

    /// Asks for the memory of a list that will be read soon.
    @inline(__always)
    func prefetch(_ group: Int) { millrace_prefetch(lists.base + group) }

    /// Asks for the rows of a list that has been asked for: for those that tell where another one goes.
    @inline(__always)
    func prefetchRows(_ group: Int, bound: Int) {
        let list = lists.base[group]
        guard list.capacity != 0, list.capacity != Self.isBlocked, list.count > 0 else { return }
        let rows = Self.array(list.word)
        // A full list is asked for its last row first, another is searched from the middle.
        let position = Int(list.count) >= bound ? Int(list.count) - 1 : Int(list.count) >> 1
        millrace_prefetch(order.prefixes.base + Int(rows[position]))
    }

    func count(_ group: Int) -> Int { blocks(group)?.count ?? Int(lists.base[group].count) }

    /// The last row; the list must not be empty.
    func last(_ group: Int) -> Int32 {
        blocks(group)?.last ?? rows(group)[Int(lists.base[group].count) - 1]
    }

    func insert(_ id: Int32, into group: Int) {
        if let blocks = blocks(group) { return blocks.insert(id, order) }
        let count = Int(lists.base[group].count)
        makeRoom(group, count)
        if let blocks = blocks(group) { return blocks.insert(id, order) }
        let rows = self.rows(group)
        let position = Self.position(of: id, in: rows, count, order)
        (rows + position + 1).update(from: rows + position, count: count - position)
        rows[position] = id
        lists.base[group].count &+= 1
    }

    /// Takes a row out; nothing when it is not there.
    func remove(_ id: Int32, from group: Int) {
        if let blocks = blocks(group) { return blocks.remove(id, order) }
        let count = Int(lists.base[group].count)
        let rows = self.rows(group)
        let position = Self.position(of: id, in: rows, count, order)
        guard position < count, rows[position] == id else { return }
        (rows + position).update(from: rows + position + 1, count: count - position - 1)
        lists.base[group].count &-= 1
    }

    /// Whether a list has a row that is neither before nor behind one that is not in it.
    func holdsTwin(of id: Int32, in group: Int) -> Bool {
        if let blocks = blocks(group) { return blocks.holdsTwin(of: id, order) }
        let count = Int(lists.base[group].count)
        let rows = self.rows(group)
        let position = Self.position(of: id, in: rows, count, order)
        return position < count && !order.isBefore(id, rows[position])
    }

    func removeLast(_ group: Int) {
        if let blocks = blocks(group) { return blocks.remove(blocks.last, order) }
        lists.base[group].count &-= 1
    }

    /// Appends the rows at some positions to an array.
    func append(_ positions: Range<Int>, of group: Int, to result: inout [Int32]) {
        if let blocks = blocks(group) { return blocks.append(positions, to: &result) }
        let end = min(positions.upperBound, Int(lists.base[group].count))
        guard positions.lowerBound < end else { return }
        result.append(
            contentsOf: UnsafeBufferPointer(
                start: rows(group) + positions.lowerBound, count: end - positions.lowerBound))
    }

    /// The position of the first row that does not come before `id`.
    @inline(__always)
    static func position(of id: Int32, in rows: UnsafeMutablePointer<Int32>, _ count: Int, _ order: RowOrder) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low &+ high) >> 1
            if rows[middle] != id && order.isBefore(rows[middle], id) { low = middle &+ 1 } else { high = middle }
        }
        return low
    }

    /// Keeps the listed lists alone, which get the numbers of their places in the list.
    func compact(keeping list: [Int32]) {
        var kept: [RowBlocks] = []
        var isKept = [Bool](repeating: false, count: listCount)
        for group in list {
            isKept[Int(group)] = true
            guard let blocks = blocks(Int(group)) else { continue }
            lists.base[Int(group)].word = UInt64(truncatingIfNeeded: kept.count)
            kept.append(blocks)
        }
        for group in 0..<listCount where !isKept[group] {
            let dropped = lists.base[group]
            guard dropped.capacity != 0, dropped.capacity != Self.isBlocked else { continue }
            Self.array(dropped.word).deallocate()
            arrayBytes -= Int(dropped.capacity) * 4
        }
        blocked = kept
        lists.compact(keeping: list)
        listCount = list.count
    }

    /// Room for one more row; turns a long list into blocks.
    private func makeRoom(_ group: Int, _ count: Int) {
        let capacity = lists.base[group].capacity
        guard count >= (capacity == 0 ? 2 : Int(capacity)) else { return }
        if count >= Self.arrayLimit {
            let rows = self.rows(group)
            blocked.append(RowBlocks(UnsafeBufferPointer(start: rows, count: count)))
            rows.deallocate()
            arrayBytes -= count * 4
            lists.base[group] = List(
                count: 0, capacity: Self.isBlocked, word: UInt64(truncatingIfNeeded: blocked.count - 1))
            return
        }
        let size = max(4, count * 2)
        let larger = UnsafeMutablePointer<Int32>.allocate(capacity: size)
        larger.update(from: rows(group), count: count)
        if capacity != 0 { rows(group).deallocate() }
        arrayBytes += (size - Int(capacity)) * 4
        lists.base[group].capacity = UInt32(truncatingIfNeeded: size)
        lists.base[group].word = UInt64(UInt(bitPattern: larger))
    }
}
