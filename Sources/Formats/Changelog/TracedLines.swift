import Columnar
import Diagnostics

/// Decodes lines of JSON that are one row or none each, and tells which row is whose. Used by one thread.
final class TracedLines {
    /// The rows of some lines.
    struct Rows {
        var batches: [Batch] = []
        /// For each line the row it gave, none where it gave none.
        var places: [RowPlace]
        /// Why lines gave none, where a reason is to be told; the offset is that in the block.
        var rejected: [(line: Int, reject: RejectedLine)] = []

        /// The columns of the rows of some lines, which gave one each.
        func columns(_ lines: [Int], types: [DataType]) -> [Column] {
            // Two images of one record stand on the same line twice, so counts alone do not say that these are all rows in order.
            if batches.count == 1, batches[0].rowCount == lines.count, lines.elementsEqual(places.indices) {
                return batches[0].columns
            }
            let places = lines.map { self.places[$0] }
            return types.indices.map { RowGathering.column($0, of: batches, at: places, type: types[$0]) }
        }
    }

    private let decoder: JSONDecoder

    init(_ decoder: JSONDecoder) { self.decoder = decoder }

    /// Decodes a block whose lines begin at `starts`. In one call when each line gives a row or a reject; lines that
    /// vanish, as bad ones do when errors are ignored, take a call for each line, since nothing else tells which they are.
    func decode(_ block: InputBlock, starts: [Int]) throws -> Rows {
        var rows = Rows(places: Array(repeating: .none, count: starts.count))
        guard try decode(block, 0..<starts.count, starts, into: &rows) else {
            rows = Rows(places: Array(repeating: .none, count: starts.count))
            for line in starts.indices { _ = try decode(block, line..<line + 1, starts, into: &rows) }
            return rows
        }
        return rows
    }

    /// Decodes some of the lines; false when it cannot be told which of them gave the rows.
    private func decode(
        _ block: InputBlock, _ lines: Range<Int>, _ starts: [Int], into rows: inout Rows
    ) throws -> Bool {
        guard let first = lines.first else { return true }
        let end = lines.upperBound < starts.count ? starts[lines.upperBound] : block.count
        var next = first
        var position = starts[first]
        while position < end {
            let decoded = try decoder.decode(block, from: position, to: end, isFinal: true, capacity: lines.count)
            guard decoded.consumed > position else { return false }
            let after = firstLine(notBefore: decoded.consumed, starts, in: next..<lines.upperBound)
            var rejected: Set<Int> = []
            for reject in decoded.rejected {
                let line = firstLine(notBefore: reject.offset + 1, starts, in: next..<after) - 1
                guard line >= next, rejected.insert(line).inserted else { return false }
                rows.rejected.append((line, reject))
            }
            let count = decoded.batch?.rowCount ?? 0
            guard count + rejected.count == after - next || (lines.count == 1 && count == 0) else { return false }
            if let batch = decoded.batch {
                var row: Int32 = 0
                for line in next..<after where !rejected.contains(line) {
                    rows.places[line] = RowPlace(batch: Int32(truncatingIfNeeded: rows.batches.count), row: row)
                    row += 1
                }
                rows.batches.append(batch)
            }
            next = after
            position = decoded.consumed
        }
        return true
    }

    /// The first line of `range` that begins at `offset` or behind it.
    private func firstLine(notBefore offset: Int, _ starts: [Int], in range: Range<Int>) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
