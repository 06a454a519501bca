/// Forgets rows of a join that were not written for the time to live. Times are kept for each chunk of rows, so that a
/// row is forgotten between one and one and an eighth times that after it came, or a little later where rows are few.
final class JoinExpiry {
    private let timesToLive: [Int64?]
    private let wallMilliseconds: () -> Int64
    /// When a chunk was last written, by side.
    private let written: [StateArray<Int64>] = [StateArray(zero: 0), StateArray(zero: 0)]
    private var nextCheck: Int64 = 0

    init(_ timesToLive: [Int64?], wallMilliseconds: @escaping () -> Int64) {
        self.timesToLive = timesToLive
        self.wallMilliseconds = wallMilliseconds
    }

    func wrote(_ numbers: [Int32], _ side: Int) {
        guard timesToLive[side] != nil, let last = numbers.last else { return }
        let now = wallMilliseconds()
        written[side].reserve((Int(last) >> JoinRowStore.chunkShift) + 1)
        var chunk = -1
        for number in numbers where Int(number) >> JoinRowStore.chunkShift != chunk {
            chunk = Int(number) >> JoinRowStore.chunkShift
            written[side].reserve(chunk + 1)
            written[side].base[chunk] = now
        }
    }

    /// A row that was moved counts from when its chunk was written, or that of the rows it came to.
    func moved(_ old: Int32, _ new: Int32, _ side: Int) {
        guard timesToLive[side] != nil else { return }
        let (from, to) = (Int(old) >> JoinRowStore.chunkShift, Int(new) >> JoinRowStore.chunkShift)
        written[side].reserve(max(from, to) + 1)
        // What an earlier chunk of that number left is older than any row.
        written[side].base[to] = max(written[side].base[to], written[side].base[from])
    }

    /// Calls `remove` with each row whose time is over.
    func expire(_ state: JoinState, _ remove: (_ side: Int, _ number: Int32) -> Void) {
        guard let shortest = timesToLive.compactMap({ $0 }).min() else { return }
        let now = wallMilliseconds()
        guard now >= nextCheck else { return }
        nextCheck = now + max(1, shortest / 8)
        for side in 0..<2 {
            guard let timeToLive = timesToLive[side] else { continue }
            for range in state.stores[side].usedRanges()
            where written[side].base[range.lowerBound >> JoinRowStore.chunkShift] + timeToLive <= now {
                for row in range where state.isAlive(row, side) { remove(side, Int32(truncatingIfNeeded: row)) }
            }
        }
    }
}
