import CPlatform
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

    /// What is known of a key, in one place: its first row on each side, -1 for none, and, where keys are one whole
    /// number, the key itself (0 for NULL).
    private struct Key: BitwiseCopyable {
        var left: Int32 = -1
        var right: Int32 = -1
        var value: Int64 = 0
    }

    /// Keys by hash.
    private let index = HashSlots()
    private let known = StateArray<Key>(zero: Key())
    /// Keys are one whole number, which is compared without looking at a row.
    private let isNumber: Bool
    private var freeKeys: [Int32] = []
    private var keyLimit: Int32 = 0

    /// For each row of a side: its neighbours in the list of its key, and its key; -1 for a row that is gone. Where
    /// rows are never removed only the next one is kept.
    private let following: [StateArray<Int32>] = [StateArray(zero: -1), StateArray(zero: -1)]
    private let preceding: [StateArray<Int32>] = [StateArray(zero: -1), StateArray(zero: -1)]
    private let keyOf: [StateArray<Int32>] = [StateArray(zero: -1), StateArray(zero: -1)]
    /// Partners of each row, on sides where that matters.
    let matches: [StateArray<Int32>] = [StateArray(zero: 0), StateArray(zero: 0)]
    /// ``JoinRowFlags`` of each row.
    let flags: [StateArray<UInt8>] = [StateArray(zero: 0), StateArray(zero: 0)]
    /// Rows by all their values, on sides that take rows back.
    private let rowIndexes: [HashSlots?]
    /// Whether rows of a side are ever removed, and whether ``matches`` and ``flags`` are kept of them.
    private let isRemovable: [Bool]
    private let isTracked: [Bool]
    private let allColumns: [[Int]]

    init(_ plan: StreamJoinPlan, leftFields: [Field], rightFields: [Field], seed: UInt64) {
        self.plan = plan
        self.seed = seed
        let isTimed = plan.timing != .unbounded
        isRemovable = [
            isTimed || plan.leftRetracts || plan.leftTimeToLiveMilliseconds != nil,
            isTimed || plan.rightRetracts || plan.rightTimeToLiveMilliseconds != nil,
        ]
        isTracked = [
            isTimed || plan.kind.keepsUnmatched(0) || plan.kind == .semi, isTimed || plan.kind.keepsUnmatched(1),
        ]
        stores = [
            JoinRowStore(leftFields.map(\.type), keepsAll: !isRemovable[0]),
            JoinRowStore(rightFields.map(\.type), keepsAll: !isRemovable[1]),
        ]
        keys = [plan.leftKeys, plan.rightKeys]
        isNumber =
            plan.leftKeys.count == 1 && leftFields[plan.leftKeys[0]].type.kind == .int64
            && rightFields[plan.rightKeys[0]].type.kind == .int64
        nullSafe = plan.leftKeys.indices.map { $0 < plan.nullSafe.count && plan.nullSafe[$0] }
        rowIndexes = [plan.leftRetracts ? HashSlots() : nil, plan.rightRetracts ? HashSlots() : nil]
        allColumns = [Array(leftFields.indices), Array(rightFields.indices)]
    }

    var rowCount: Int { stores[0].liveCount + stores[1].liveCount }

    var byteSize: Int {
        stores.indices.reduce(index.byteSize + known.capacity * 16) { sum, side in
            let rowBytes = 4 + (isRemovable[side] ? 8 : 0) + (isTracked[side] ? 5 : 0)
            return sum + stores[side].byteSize + following[side].capacity * rowBytes
                + (rowIndexes[side]?.byteSize ?? 0)
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
        if isNumber {
            let column = columns[keys[side][0]]
            return key(column.isValid(row) ? column.int64[row] : 0, hash)
        }
        return index.find(hash) { key in
            let holder = known.base[Int(key)].left >= 0 ? 0 : 1
            return stores[holder].equals(head(key, holder), keys[holder], columns, keys[side], row: row)
        }
    }

    /// The key that is a whole number. NULL is kept as 0, so that 0 alone is told apart by the hash.
    @inline(__always)
    private func key(_ value: Int64, _ hash: UInt64) -> Int32 {
        let known = self.known.base
        return index.findUnhashed(hash) { key in
            known[Int(key)].value == value && (value != 0 || index.hashes.base[Int(key)] == hash)
        }
    }

    /// The keys of rows of a batch, -1 where no row has it yet. `hashes` are those of all rows of the batch.
    func keys(of batch: Batch, _ side: Int, rows: [Int32], hashes: [UInt64]) -> [Int32] {
        [Int32](unsafeUninitializedCapacity: rows.count) { found, count in
            count = rows.count
            guard isNumber, !batch.columns[keys[side][0]].mayHaveNulls else {
                for (position, row) in rows.enumerated() {
                    found[position] = key(batch.columns, side, row: Int(row), hash: hashes[Int(row)])
                }
                return
            }
            let values = batch.columns[keys[side][0]].int64
            rows.withUnsafeBufferPointer { rows in
                hashes.withUnsafeBufferPointer { hashes in
                    for position in 0..<rows.count {
                        if position &+ 16 < rows.count { prefetch(hashes, rows.baseAddress, position) }
                        let row = Int(rows[position])
                        found[position] = key(values[row], hashes[row])
                    }
                }
            }
        }
    }

    /// Asks for the slot of the row farthest ahead, and for the key of one half way to it.
    @inline(__always)
    private func prefetch(_ hashes: UnsafeBufferPointer<UInt64>, _ rows: UnsafePointer<Int32>?, _ position: Int) {
        guard let rows else { return }
        index.prefetch(hashes[Int(rows[position &+ 16])])
        let key = index.first(hashes[Int(rows[position &+ 8])])
        if key >= 0 { millrace_prefetch(known.base + Int(key)) }
    }

    @inline(__always)
    func head(_ key: Int32, _ side: Int) -> Int32 {
        side == 0 ? known.base[Int(key)].left : known.base[Int(key)].right
    }

    @inline(__always)
    private func setHead(_ key: Int32, _ side: Int, _ row: Int32) {
        if side == 0 { known.base[Int(key)].left = row } else { known.base[Int(key)].right = row }
    }

    @inline(__always)
    func next(_ row: Int32, _ side: Int) -> Int32 { following[side].base[Int(row)] }
    /// The key of a row of a side whose rows can be removed; its number is another's once the key has no rows.
    @inline(__always)
    func key(of row: Int32, _ side: Int) -> Int32 { keyOf[side].base[Int(row)] }
    func isAlive(_ row: Int, _ side: Int) -> Bool { !isRemovable[side] || keyOf[side].base[row] >= 0 }

    private func newKey(_ columns: [Column], _ side: Int, row: Int, hash: UInt64) -> Int32 {
        let key: Int32
        if let free = freeKeys.popLast() {
            key = free
        } else {
            key = keyLimit
            keyLimit += 1
            known.reserve(Int(keyLimit))
        }
        known.base[Int(key)] = Key()
        if isNumber {
            let column = columns[keys[side][0]]
            known.base[Int(key)].value = column.isValid(row) ? column.int64[row] : 0
        }
        index.insert(key, hash: hash)
        return key
    }

    // MARK: rows

    /// Takes rows of a batch in; returns their numbers. `hashes` are those of all rows of the batch, `found` the keys
    /// of the rows where they have been looked up already.
    func insert(
        _ batch: Batch, _ side: Int, rows: [Int32], hashes: [UInt64], found: [Int32]? = nil
    ) -> [Int32] {
        var numbers: [Int32] = []
        numbers.reserveCapacity(rows.count)
        stores[side].append(batch.columns, rows: rows, numbers: &numbers)
        reserve(side)
        let rowHashes = rowIndexes[side] == nil ? [] : fullHashes(batch, side)
        let runs = KeyRuns(batch, keys[side])
        var last: (row: Int, key: Int32)?
        for position in numbers.indices {
            let row = Int(rows[position])
            var key = found?[position] ?? -1
            if key < 0, let last, hashes[last.row] == hashes[row], runs.areEqual(last.row, row) { key = last.key }
            // An earlier row of the batch may have brought the key.
            if key < 0 { key = self.key(batch.columns, side, row: row, hash: hashes[row]) }
            if key < 0 { key = newKey(batch.columns, side, row: row, hash: hashes[row]) }
            last = (row, key)
            link(numbers[position], side, to: key)
            rowIndexes[side]?.insert(numbers[position], hash: rowHashes[row])
        }
        return numbers
    }

    private func reserve(_ side: Int) {
        let limit = stores[side].numberLimit
        following[side].reserve(limit)
        if isRemovable[side] {
            preceding[side].reserve(limit)
            keyOf[side].reserve(limit)
        }
        if isTracked[side] {
            matches[side].reserve(limit)
            flags[side].reserve(limit)
        }
    }

    @inline(__always)
    private func link(_ number: Int32, _ side: Int, to key: Int32) {
        let head = head(key, side)
        following[side].base[Int(number)] = head
        setHead(key, side, number)
        if isRemovable[side] {
            preceding[side].base[Int(number)] = -1
            if head >= 0 { preceding[side].base[Int(head)] = number }
            keyOf[side].base[Int(number)] = key
        }
        if isTracked[side] {
            matches[side].base[Int(number)] = 0
            flags[side].base[Int(number)] = 0
        }
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
        guard isRemovable[side] else { return }
        let key = keyOf[side].base[Int(number)]
        guard key >= 0 else { return }
        let before = preceding[side].base[Int(number)]
        let after = following[side].base[Int(number)]
        if before >= 0 { following[side].base[Int(before)] = after } else { setHead(key, side, after) }
        if after >= 0 { preceding[side].base[Int(after)] = before }
        keyOf[side].base[Int(number)] = -1
        rowIndexes[side]?.remove(number)
        stores[side].remove(number)
        if head(key, 0) < 0 && head(key, 1) < 0 {
            index.remove(key)
            freeKeys.append(key)
        }
    }

    // MARK: memory

    /// Gives back what rows that are gone have left; rows may get other numbers, which `moved` is told, and `settled` of
    /// each side where numbers may come again.
    func settle(
        _ moved: (_ side: Int, _ old: Int32, _ new: Int32) -> Void, settled: (_ side: Int) -> Void = { _ in }
    ) {
        for side in 0..<2
        where isRemovable[side] && stores[side].deadCount > max(4 * JoinRowStore.chunkRows, stores[side].liveCount) {
            for range in stores[side].sparseRows() {
                for old in range where isAlive(old, side) {
                    let new = move(Int32(truncatingIfNeeded: old), side)
                    moved(side, Int32(truncatingIfNeeded: old), new)
                }
            }
            stores[side].releaseEmptyChunks()
            settled(side)
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
        if before >= 0 { following[side].base[Int(before)] = new } else { setHead(key, side, new) }
        if after >= 0 { preceding[side].base[Int(after)] = new }
        keyOf[side].base[Int(new)] = key
        if isTracked[side] {
            matches[side].base[Int(new)] = matches[side].base[Int(old)]
            flags[side].base[Int(new)] = flags[side].base[Int(old)]
        }
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

/// Tells rows of a batch that have the same key, where the key is of numbers without NULLs: rows of one window come
/// together, and their key is looked up once.
private struct KeyRuns {
    private let values: [UnsafeMutablePointer<Int64>]
    private let areKnown: Bool

    init(_ batch: Batch, _ keys: [Int]) {
        let columns = keys.map { batch.columns[$0] }
        areKnown = columns.allSatisfy { $0.kind == .int64 && !$0.mayHaveNulls }
        values = areKnown ? columns.map { $0.int64 } : []
    }

    /// False also where it is not known.
    @inline(__always)
    func areEqual(_ one: Int, _ other: Int) -> Bool {
        guard areKnown else { return false }
        for column in values where column[one] != column[other] { return false }
        return true
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
