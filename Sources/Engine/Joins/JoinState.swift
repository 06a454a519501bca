import Columnar
import ConnectorContract
import StreamSQL

/// The rows that a join keeps of both inputs, found by key.
///
/// One table holds the keys of both sides; a key is the head of a list of rows on each side and is compared with the
/// key columns of one of them, so that keys are not stored beside the rows.
final class JoinState {
    let plan: StreamJoinPlan
    let stores: [JoinRowStore]
    let keys: [[Int]]
    private let nullSafe: [Bool]
    private let seed: UInt64

    /// Keys by hash, and for each side the first row of a key; -1 is none.
    private let index = HashSlots()
    private let heads: [StateArray<Int32>] = [StateArray(zero: -1), StateArray(zero: -1)]
    private var freeKeys: [Int32] = []
    private var keyLimit: Int32 = 0

    /// For each row of a side: its neighbours in the list of its key, and its key; -1 for a row that is gone.
    private let following: [StateArray<Int32>] = [StateArray(zero: -1), StateArray(zero: -1)]
    private let preceding: [StateArray<Int32>] = [StateArray(zero: -1), StateArray(zero: -1)]
    private let keyOf: [StateArray<Int32>] = [StateArray(zero: -1), StateArray(zero: -1)]
    /// Partners of each row, on sides where that matters.
    let matches: [StateArray<Int32>] = [StateArray(zero: 0), StateArray(zero: 0)]
    /// ``JoinRowFlags`` of each row.
    let flags: [StateArray<UInt8>] = [StateArray(zero: 0), StateArray(zero: 0)]
    /// Rows by all their values, on sides that take rows back.
    private let rowIndexes: [HashSlots?]
    private let allColumns: [[Int]]

    init(_ plan: StreamJoinPlan, leftFields: [Field], rightFields: [Field], seed: UInt64) {
        self.plan = plan
        self.seed = seed
        let isTimed = plan.timing != .unbounded
        stores = [
            JoinRowStore(
                leftFields.map(\.type),
                keepsAll: !isTimed && !plan.leftRetracts && plan.leftTimeToLiveMilliseconds == nil),
            JoinRowStore(
                rightFields.map(\.type),
                keepsAll: !isTimed && !plan.rightRetracts && plan.rightTimeToLiveMilliseconds == nil),
        ]
        keys = [plan.leftKeys, plan.rightKeys]
        nullSafe = plan.leftKeys.indices.map { $0 < plan.nullSafe.count && plan.nullSafe[$0] }
        rowIndexes = [plan.leftRetracts ? HashSlots() : nil, plan.rightRetracts ? HashSlots() : nil]
        allColumns = [Array(leftFields.indices), Array(rightFields.indices)]
    }

    var rowCount: Int { stores[0].liveCount + stores[1].liveCount }

    var byteSize: Int {
        stores.indices.reduce(index.byteSize + Int(keyLimit) * 8) { sum, side in
            sum + stores[side].byteSize + following[side].capacity * 17 + (rowIndexes[side]?.byteSize ?? 0)
        }
    }

    // MARK: keys

    func hash(_ batch: Batch, _ side: Int) -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: batch.rowCount) { buffer, count in
            if let base = buffer.baseAddress { hashColumns(batch, keys[side], seed: seed, into: base) }
            count = batch.rowCount
        }
    }

    /// Whether the columns hold keys that can't match anything.
    func mayHaveNullKeys(_ batch: Batch, _ side: Int) -> Bool {
        keys[side].indices.contains { !nullSafe[$0] && batch.columns[keys[side][$0]].mayHaveNulls }
    }

    /// A key with a NULL matches nothing, unless NULL equals NULL there.
    func hasNullKey(_ batch: Batch, _ side: Int, row: Int) -> Bool {
        keys[side].indices.contains { !nullSafe[$0] && !batch.columns[keys[side][$0]].isValid(row) }
    }

    /// The key of a row of a batch; -1 when no row has it.
    func key(_ columns: [Column], _ side: Int, row: Int, hash: UInt64) -> Int32 {
        index.find(hash) { key in
            let holder = heads[0].base[Int(key)] >= 0 ? 0 : 1
            return stores[holder].equals(heads[holder].base[Int(key)], keys[holder], columns, keys[side], row: row)
        }
    }

    func head(_ key: Int32, _ side: Int) -> Int32 { heads[side].base[Int(key)] }
    func next(_ row: Int32, _ side: Int) -> Int32 { following[side].base[Int(row)] }
    func isAlive(_ row: Int, _ side: Int) -> Bool { keyOf[side].base[row] >= 0 }

    private func newKey(_ hash: UInt64) -> Int32 {
        let key: Int32
        if let free = freeKeys.popLast() {
            key = free
        } else {
            key = keyLimit
            keyLimit += 1
            for side in heads { side.reserve(Int(keyLimit)) }
        }
        index.insert(key, hash: hash)
        return key
    }

    // MARK: rows

    /// Takes rows of a batch in; returns their numbers. `hashes` are those of all rows of the batch.
    func insert(_ batch: Batch, _ side: Int, rows: [Int32], hashes: [UInt64]) -> [Int32] {
        var numbers: [Int32] = []
        numbers.reserveCapacity(rows.count)
        stores[side].append(batch.columns, rows: rows, numbers: &numbers)
        reserve(side)
        let rowHashes = rowIndexes[side] == nil ? [] : fullHashes(batch, side)
        for (position, number) in numbers.enumerated() {
            let row = Int(rows[position])
            var key = self.key(batch.columns, side, row: row, hash: hashes[row])
            if key < 0 { key = newKey(hashes[row]) }
            link(number, side, to: key)
            rowIndexes[side]?.insert(number, hash: rowHashes[row])
        }
        return numbers
    }

    private func reserve(_ side: Int) {
        let limit = stores[side].numberLimit
        following[side].reserve(limit)
        preceding[side].reserve(limit)
        keyOf[side].reserve(limit)
        matches[side].reserve(limit)
        flags[side].reserve(limit)
    }

    private func link(_ number: Int32, _ side: Int, to key: Int32) {
        let head = heads[side].base[Int(key)]
        following[side].base[Int(number)] = head
        preceding[side].base[Int(number)] = -1
        if head >= 0 { preceding[side].base[Int(head)] = number }
        heads[side].base[Int(key)] = number
        keyOf[side].base[Int(number)] = key
        matches[side].base[Int(number)] = 0
        flags[side].base[Int(number)] = 0
    }

    /// The hash of each row over all columns.
    func fullHashes(_ batch: Batch, _ side: Int) -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: batch.rowCount) { buffer, count in
            if let base = buffer.baseAddress { hashColumns(batch, allColumns[side], seed: seed, into: base) }
            count = batch.rowCount
        }
    }

    /// A row equal to a row of a batch; -1 when there is none.
    func find(_ batch: Batch, _ side: Int, row: Int, fullHash: UInt64) -> Int32 {
        guard let rowIndex = rowIndexes[side] else { return -1 }
        return rowIndex.find(fullHash) { number in
            stores[side].equals(number, allColumns[side], batch.columns, allColumns[side], row: row)
        }
    }

    /// Lets a row go. Its values stay readable until ``settle()``.
    func remove(_ number: Int32, _ side: Int) {
        let key = keyOf[side].base[Int(number)]
        guard key >= 0 else { return }
        let before = preceding[side].base[Int(number)]
        let after = following[side].base[Int(number)]
        if before >= 0 { following[side].base[Int(before)] = after } else { heads[side].base[Int(key)] = after }
        if after >= 0 { preceding[side].base[Int(after)] = before }
        keyOf[side].base[Int(number)] = -1
        rowIndexes[side]?.remove(number)
        stores[side].remove(number)
        if heads[0].base[Int(key)] < 0 && heads[1].base[Int(key)] < 0 {
            index.remove(key)
            freeKeys.append(key)
        }
    }

    // MARK: memory

    /// Gives back what rows that are gone have left; rows may get other numbers, which `moved` is told.
    func settle(_ moved: (_ side: Int, _ old: Int32, _ new: Int32) -> Void) {
        for side in 0..<2 where stores[side].deadCount > max(4 * JoinRowStore.chunkRows, stores[side].liveCount) {
            for range in stores[side].sparseRows() {
                for old in range where isAlive(old, side) {
                    let new = move(Int32(truncatingIfNeeded: old), side)
                    moved(side, Int32(truncatingIfNeeded: old), new)
                }
            }
            stores[side].releaseEmptyChunks()
        }
    }

    private func move(_ old: Int32, _ side: Int) -> Int32 {
        let (columns, row) = stores[side].place(of: old)
        var numbers: [Int32] = []
        stores[side].append(columns, rows: [Int32(truncatingIfNeeded: row)], numbers: &numbers)
        reserve(side)
        guard let new = numbers.first else { return old }
        let key = keyOf[side].base[Int(old)]
        let before = preceding[side].base[Int(old)]
        let after = following[side].base[Int(old)]
        following[side].base[Int(new)] = after
        preceding[side].base[Int(new)] = before
        if before >= 0 { following[side].base[Int(before)] = new } else { heads[side].base[Int(key)] = new }
        if after >= 0 { preceding[side].base[Int(after)] = new }
        keyOf[side].base[Int(new)] = key
        matches[side].base[Int(new)] = matches[side].base[Int(old)]
        flags[side].base[Int(new)] = flags[side].base[Int(old)]
        if let rowIndex = rowIndexes[side] {
            let hash = rowIndex.hashes.base[Int(old)]
            rowIndex.remove(old)
            rowIndex.insert(new, hash: hash)
        }
        keyOf[side].base[Int(old)] = -1
        stores[side].remove(old)
        return new
    }
}

/// What is noted of each row that a join keeps.
enum JoinRowFlags {
    /// The row stands downstream without a partner: padded with NULLs, or as the row of a semi or anti join.
    static let isShown: UInt8 = 1
    /// The row is in the list of those whose partners changed.
    static let isTouched: UInt8 = 2
    /// What is stored of the row must be written again.
    static let isUnsaved: UInt8 = 4
}
