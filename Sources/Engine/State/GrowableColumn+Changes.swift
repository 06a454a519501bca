import Columnar

// What has been emitted against what comes now, many rows at once.
extension GrowableColumn {
    /// Sets `differs` to 1 for each row `rows[i]` here that is not the value of row i of `fresh`; NULLs are equal.
    func compare(_ rows: [Int32], with fresh: Column, into differs: inout [UInt8]) {
        let old = column
        switch type.kind {
        case .int64: compareValues(rows, old.int64, fresh, fresh.int64, &differs)
        case .int128: compareValues(rows, old.int128, fresh, fresh.int128, &differs)
        case .bits, .float64, .text:
            for (index, row) in rows.enumerated() where differs[index] == 0 && !equals(Int(row), fresh, index) {
                differs[index] = 1
            }
        }
    }

    @inline(__always)
    private func compareValues<Value: Equatable>(
        _ rows: [Int32], _ old: UnsafePointer<Value>, _ fresh: Column, _ new: UnsafePointer<Value>,
        _ differs: inout [UInt8]
    ) {
        let (oldValidity, newValidity) = (column.validity, fresh.validity)
        let isOldNullable = column.mayHaveNulls
        let isNewNullable = fresh.mayHaveNulls
        for index in rows.indices {
            let row = Int(rows[index])
            let isOld = !isOldNullable || oldValidity[row >> 6] >> UInt64(row & 63) & 1 == 1
            let isNew = !isNewNullable || newValidity[index >> 6] >> UInt64(index & 63) & 1 == 1
            let isOther = isOld != isNew || (isOld && old[row] != new[index])
            differs[index] |= unsafeBitCast(isOther, to: UInt8.self)
        }
    }

    /// Overwrites row `rows[i]` with row i of `fresh`.
    func overwrite(_ rows: [Int32], from fresh: Column) {
        let old = column
        guard !fresh.mayHaveNulls else {
            for (index, row) in rows.enumerated() { set(Int(row), from: fresh, row: index) }
            return
        }
        switch type.kind {
        case .int64: scatterValues(fresh.int64, rows, old.int64)
        case .float64: scatterValues(fresh.float64, rows, old.float64)
        case .int128: scatterValues(fresh.int128, rows, old.int128)
        case .bits, .text: for (index, row) in rows.enumerated() { set(Int(row), from: fresh, row: index) }
        }
    }

    @inline(__always)
    private func scatterValues<Value>(
        _ source: UnsafePointer<Value>, _ rows: [Int32], _ target: UnsafeMutablePointer<Value>
    ) {
        let validity = column.validity
        for index in rows.indices {
            let row = Int(rows[index])
            target[row] = source[index]
            validity[row >> 6] |= 1 << UInt64(row & 63)
        }
    }

    /// The rows `rows` of `fresh`, with those of the listed places taken from here instead: at `places[i]` stands row
    /// `oldRows[i]`.
    func mixed(into fresh: Column, rows: [Int32], places: [Int32], oldRows: [Int32]) -> Column {
        let result = rows.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { gather(fresh, rows: $0, count: buffer.count) } ?? Column(type, capacity: 0)
        }
        let old = column
        guard !oldRows.isEmpty else { return result }
        result.adoptOwners(of: old)
        switch type.kind {
        case .bits: for (place, row) in zip(places, oldRows) { result.setBit(Int(place), old.bit(Int(row))) }
        case .int64: Self.put(old.int64, oldRows, result.int64, places)
        case .float64: Self.put(old.float64, oldRows, result.float64, places)
        case .int128: Self.put(old.int128, oldRows, result.int128, places)
        case .text: Self.put(old.text, oldRows, result.text, places)
        }
        guard old.mayHaveNulls || fresh.mayHaveNulls else { return result }
        for (place, row) in zip(places, oldRows) {
            let (place, mask) = (Int(place) >> 6, UInt64(1) << UInt64(place & 63))
            if old.isValid(Int(row)) { result.validity[place] |= mask } else { result.validity[place] &= ~mask }
        }
        result.mayHaveNulls = !isAllSet(result.validity, count: rows.count)
        return result
    }

    @inline(__always)
    private static func put<Value>(
        _ source: UnsafePointer<Value>, _ rows: [Int32], _ target: UnsafeMutablePointer<Value>, _ places: [Int32]
    ) {
        for index in rows.indices { target[Int(places[index])] = source[Int(rows[index])] }
    }
}
