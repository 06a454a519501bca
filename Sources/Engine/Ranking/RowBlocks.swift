/// A long list of rows in order, cut into blocks: rows move inside a block only.
final class RowBlocks {
    private static let blockRows = 256
    /// Neighbours that hold no more together become one.
    private static let mergedRows = 160

    private var blocks: [UnsafeMutablePointer<Int32>] = []
    private var counts: [Int] = []
    private(set) var count: Int

    init(_ rows: UnsafeBufferPointer<Int32>) {
        count = rows.count
        for start in stride(from: 0, to: rows.count, by: Self.blockRows / 2) {
            let length = min(Self.blockRows / 2, rows.count - start)
            let block = Self.makeBlock()
            if let base = rows.baseAddress { block.update(from: base + start, count: length) }
            blocks.append(block)
            counts.append(length)
        }
    }

    deinit { for block in blocks { block.deallocate() } }

    private static func makeBlock() -> UnsafeMutablePointer<Int32> { .allocate(capacity: blockRows) }

    var byteSize: Int { blocks.count * (Self.blockRows * 4 + 16) }

    /// The last row; -1 when there is none.
    var last: Int32 { blocks.isEmpty ? -1 : blocks[blocks.count - 1][counts[counts.count - 1] - 1] }

    func insert(_ id: Int32, _ order: RowOrder) {
        count += 1
        guard !blocks.isEmpty else {
            blocks.append(Self.makeBlock())
            blocks[0][0] = id
            return counts.append(1)
        }
        var block = min(self.block(of: id, order), blocks.count - 1)
        if counts[block] == Self.blockRows {
            split(block)
            if order.isBefore(blocks[block][counts[block] - 1], id) { block += 1 }
        }
        let rows = blocks[block]
        let position = OrderedRows.position(of: id, in: rows, counts[block], order)
        (rows + position + 1).update(from: rows + position, count: counts[block] - position)
        rows[position] = id
        counts[block] += 1
    }

    func remove(_ id: Int32, _ order: RowOrder) {
        let block = self.block(of: id, order)
        guard block < blocks.count else { return }
        let rows = blocks[block]
        let position = OrderedRows.position(of: id, in: rows, counts[block], order)
        guard position < counts[block], rows[position] == id else { return }
        (rows + position).update(from: rows + position + 1, count: counts[block] - position - 1)
        counts[block] -= 1
        count -= 1
        if counts[block] == 0 { drop(block) } else { merge(block) }
    }

    /// Whether there is a row that is neither before nor behind one that is not here.
    func holdsTwin(of id: Int32, _ order: RowOrder) -> Bool {
        let block = self.block(of: id, order)
        guard block < blocks.count else { return false }
        let position = OrderedRows.position(of: id, in: blocks[block], counts[block], order)
        return position < counts[block] && !order.isBefore(id, blocks[block][position])
    }

    func append(_ positions: Range<Int>, to result: inout [Int32]) {
        var begin = 0
        for (block, length) in zip(blocks, counts) {
            if begin >= positions.upperBound { return }
            let low = max(positions.lowerBound - begin, 0)
            let high = min(positions.upperBound - begin, length)
            if low < high { result.append(contentsOf: UnsafeBufferPointer(start: block + low, count: high - low)) }
            begin += length
        }
    }

    /// The first block whose last row does not come before `id`.
    private func block(of id: Int32, _ order: RowOrder) -> Int {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) >> 1
            let last = blocks[middle][counts[middle] - 1]
            if last != id && order.isBefore(last, id) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func split(_ block: Int) {
        let half = counts[block] / 2
        let second = Self.makeBlock()
        second.update(from: blocks[block] + half, count: counts[block] - half)
        blocks.insert(second, at: block + 1)
        counts.insert(counts[block] - half, at: block + 1)
        counts[block] = half
    }

    private func drop(_ block: Int) {
        blocks.remove(at: block).deallocate()
        counts.remove(at: block)
    }

    private func merge(_ block: Int) {
        for first in [block - 1, block] where first >= 0 && first + 1 < blocks.count {
            guard counts[first] + counts[first + 1] <= Self.mergedRows else { continue }
            (blocks[first] + counts[first]).update(from: blocks[first + 1], count: counts[first + 1])
            counts[first] += counts[first + 1]
            return drop(first + 1)
        }
    }
}
