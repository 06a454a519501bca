import Columnar

/// Row numbers of a batch that are still to be dealt with, ascending.
struct RowList: ~Copyable {
    let rows: UnsafeMutablePointer<Int32>
    private(set) var count: Int

    /// Every row of a batch.
    init(all rowCount: Int) {
        rows = .allocate(capacity: max(1, rowCount))
        for row in 0..<rowCount { rows[row] = Int32(truncatingIfNeeded: row) }
        count = rowCount
    }

    private init(capacity: Int) {
        rows = .allocate(capacity: max(1, capacity))
        count = 0
    }

    deinit { rows.deallocate() }

    /// Moves the rows where the condition is true to a list of their own. The condition has one value for each
    /// row of this list, or is a constant.
    mutating func takeTrue(_ condition: KernelArgument) -> RowList {
        var taken = RowList(capacity: count)
        let column = condition.column
        let bits = column.bits
        let validity = column.validity
        let mayHaveNulls = column.mayHaveNulls
        let mask = condition.rowMask
        var kept = 0
        var moved = 0
        for index in 0..<count {
            let place = index & mask
            var isTrue = bits[place >> 6] >> UInt64(place & 63) & 1
            if mayHaveNulls { isTrue &= validity[place >> 6] >> UInt64(place & 63) & 1 }
            let row = rows[index]
            taken.rows[moved] = row
            rows[kept] = row
            moved &+= Int(isTrue)
            kept &+= 1 &- Int(isTrue)
        }
        taken.count = moved
        count = kept
        return taken
    }

    /// Takes the values of an operand of AND or OR over: FALSE (TRUE for OR) decides a row, NULL makes it NULL
    /// unless a later operand decides it.
    mutating func decide(_ argument: KernelArgument, isAnd: Bool, into result: Column) {
        let column = argument.column
        let mask = argument.rowMask
        var kept = 0
        for index in 0..<count {
            let place = index & mask
            let row = Int(rows[index])
            if !column.isValid(place) {
                result.validity[row >> 6] &= ~(1 << UInt64(row & 63))
                result.mayHaveNulls = true
            } else if column.bit(place) != isAnd {
                result.setBit(row, !isAnd)
                result.validity[row >> 6] |= 1 << UInt64(row & 63)
                continue
            }
            rows[kept] = rows[index]
            kept &+= 1
        }
        count = kept
    }
}
