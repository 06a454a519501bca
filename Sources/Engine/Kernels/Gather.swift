package import Columnar

// Compaction: the chosen rows of a column, densely.

/// The rows `rows` of a column, in that order; texts keep pointing into the column's heaps.
package func gather(_ column: Column, rows: UnsafePointer<Int32>, count: Int) -> Column {
    let result = Column(column.type, capacity: count)
    result.owners = column.owners
    switch column.kind {
    case .bits: gatherBits(column.bits, rows: rows, count: count, into: result.bits)
    case .int64: gatherValues(column.int64, rows: rows, count: count, into: result.int64)
    case .float64: gatherValues(column.float64, rows: rows, count: count, into: result.float64)
    case .int128: gatherValues(column.int128, rows: rows, count: count, into: result.int128)
    case .text: gatherValues(column.text, rows: rows, count: count, into: result.text)
    }
    if column.mayHaveNulls {
        gatherBits(column.validity, rows: rows, count: count, into: result.validity)
        result.mayHaveNulls = !isAllSet(result.validity, count: count)
    }
    return result
}

/// The rows `rows` of a batch, with their kinds.
package func gather(_ batch: Batch, rows: UnsafePointer<Int32>, count: Int) -> Batch {
    let columns = batch.columns.map { gather($0, rows: rows, count: count) }
    var kinds: [UInt8]?
    if let old = batch.kinds {
        kinds = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count { buffer[index] = old[Int(rows[index])] }
            initialized = count
        }
    }
    let retained = batch.rowCount > 0 ? batch.retainedBytes / batch.rowCount &* count : 0
    return Batch(columns: columns, rowCount: count, kinds: kinds, retainedBytes: retained)
}

@inline(__always)
private func gatherValues<Value>(
    _ source: UnsafeMutablePointer<Value>, rows: UnsafePointer<Int32>, count: Int,
    into target: UnsafeMutablePointer<Value>
) {
    for index in 0..<count { target[index] = source[Int(rows[index])] }
}

/// Bits of a bitmap by row number, packed into words.
func gatherBits(
    _ source: UnsafePointer<UInt64>, rows: UnsafePointer<Int32>, count: Int, into target: UnsafeMutablePointer<UInt64>
) {
    var index = 0
    while index < count {
        let length = min(64, count &- index)
        var word: UInt64 = 0
        for bit in 0..<length {
            let row = Int(rows[index &+ bit])
            word |= (source[row >> 6] >> UInt64(row & 63) & 1) << UInt64(bit)
        }
        target[index >> 6] = word
        index &+= 64
    }
}

/// True when the first `count` bits of a bitmap are all set.
func isAllSet(_ words: UnsafePointer<UInt64>, count: Int) -> Bool {
    var all = UInt64.max
    for index in 0..<(count >> 6) { all &= words[index] }
    let rest = count & 63
    if rest > 0 { all &= words[count >> 6] | (UInt64.max << UInt64(rest)) }
    return all == .max
}
