import Columnar

/// Writes the numbers of the set bits, ascending; returns how many there are.
func selectBits(
    _ bits: UnsafePointer<UInt64>, validity: UnsafePointer<UInt64>?, rowCount: Int,
    into rows: UnsafeMutablePointer<Int32>
) -> Int {
    var count = 0
    for index in 0..<((rowCount &+ 63) / 64) {
        var word = bits[index]
        if let validity { word &= validity[index] }
        let base = index &* 64
        let length = min(64, rowCount &- base)
        if length < 64 { word &= (1 << UInt64(length)) &- 1 }
        if word == 0 { continue }
        if word == .max {
            for bit in 0..<64 { rows[count &+ bit] = Int32(truncatingIfNeeded: base &+ bit) }
            count &+= 64
        } else if word.nonzeroBitCount < 16 {
            while word != 0 {
                rows[count] = Int32(truncatingIfNeeded: base &+ word.trailingZeroBitCount)
                count &+= 1
                word &= word &- 1
            }
        } else {
            for bit in 0..<length {
                rows[count] = Int32(truncatingIfNeeded: base &+ bit)
                count &+= Int(truncatingIfNeeded: word >> UInt64(bit) & 1)
            }
        }
    }
    return count
}

/// Writes values to the rows `rows` of a result. A dense argument has one value for each of them, otherwise it has
/// one for each row of the batch.
func scatter(_ argument: KernelArgument, rows: UnsafePointer<Int32>, count: Int, isDense: Bool, into result: Column) {
    let column = argument.column
    for owner in column.owners where !result.owners.contains(where: { $0 === owner }) { result.owners.append(owner) }
    // A constant reads row 0, a dense argument the index, another one the row.
    let indexMask = argument.isConstant || !isDense ? 0 : -1
    let rowMask = argument.isConstant || isDense ? 0 : -1
    switch column.kind {
    case .bits: scatterBits(column.bits, rows, count, indexMask, rowMask, result.bits)
    case .int64: scatterValues(column.int64, rows, count, indexMask, rowMask, result.int64)
    case .float64: scatterValues(column.float64, rows, count, indexMask, rowMask, result.float64)
    case .int128: scatterValues(column.int128, rows, count, indexMask, rowMask, result.int128)
    case .text: scatterValues(column.text, rows, count, indexMask, rowMask, result.text)
    }
    guard column.mayHaveNulls else { return }
    scatterBits(column.validity, rows, count, indexMask, rowMask, result.validity)
    result.mayHaveNulls = true
}

@inline(__always)
private func scatterValues<Value>(
    _ source: UnsafeMutablePointer<Value>, _ rows: UnsafePointer<Int32>, _ count: Int, _ indexMask: Int,
    _ rowMask: Int, _ target: UnsafeMutablePointer<Value>
) {
    for index in 0..<count {
        let row = Int(rows[index])
        target[row] = source[(index & indexMask) | (row & rowMask)]
    }
}

private func scatterBits(
    _ source: UnsafeMutablePointer<UInt64>, _ rows: UnsafePointer<Int32>, _ count: Int, _ indexMask: Int,
    _ rowMask: Int, _ target: UnsafeMutablePointer<UInt64>
) {
    for index in 0..<count {
        let row = Int(rows[index])
        let place = (index & indexMask) | (row & rowMask)
        let bit = source[place >> 6] >> UInt64(place & 63) & 1
        let shift = UInt64(row & 63)
        target[row >> 6] = (target[row >> 6] & ~(1 << shift)) | (bit << shift)
    }
}
