import Columnar
import StreamSQL

/// The order of the rows of a store: by sort keys, then by arrival.
///
/// Each row has a 64-bit prefix of its sort keys whose unsigned order is that of the keys; rows whose prefixes are
/// equal are compared in full.
final class RowOrder {
    private let keys: [SortPlan.Key]
    private let prefersLatest: Bool
    private let store: RowSlots
    let prefixes = StateArray<UInt64>(zero: 0)
    /// Numbers in the order of arrival.
    let sequences = StateArray<Int64>(zero: 0)

    init(_ keys: [SortPlan.Key], prefersLatest: Bool, store: RowSlots) {
        self.keys = keys
        self.prefersLatest = prefersLatest
        self.store = store
    }

    func reserve(_ places: Int) {
        prefixes.reserve(places)
        sequences.reserve(places)
    }

    var byteSize: Int { prefixes.capacity * 16 }

    func isBefore(_ a: Int32, _ b: Int32) -> Bool {
        let first = prefixes.base[Int(a)]
        let second = prefixes.base[Int(b)]
        if first != second { return first < second }
        let order = compareKeys(Int(a), Int(b))
        if order != 0 { return order < 0 }
        let (one, other) = (sequences.base[Int(a)], sequences.base[Int(b)])
        return prefersLatest ? one > other : one < other
    }

    private func compareKeys(_ a: Int, _ b: Int) -> Int {
        for key in keys {
            let column = store.columns[key.column].column
            let order = Self.compare(column, a, column, b, key)
            if order != 0 { return order }
        }
        return 0
    }

    static func compare(_ column: Column, _ a: Int, _ other: Column, _ b: Int, _ key: SortPlan.Key) -> Int {
        switch (column.isValid(a), other.isValid(b)) {
        case (false, false): return 0
        case (false, true): return key.nullsFirst ? -1 : 1
        case (true, false): return key.nullsFirst ? 1 : -1
        case (true, true):
            let natural: Int
            if column.kind == .float64 {
                // NaN is the greatest value here, so that the order is total.
                let (first, second) = (ordered(column.float64[a]), ordered(other.float64[b]))
                natural = first < second ? -1 : first > second ? 1 : 0
            } else {
                natural = ValueOrder.compare(column, a, other, b)
            }
            return key.isDescending ? -natural : natural
        }
    }

    // MARK: Prefixes

    /// Writes the prefix of each row of a batch.
    func prefixes(of batch: Batch, into result: UnsafeMutablePointer<UInt64>) {
        Self.prefixes(of: batch, keys, into: result)
    }

    static func prefixes(of batch: Batch, _ keys: [SortPlan.Key], into result: UnsafeMutablePointer<UInt64>) {
        guard let key = keys.first else { return result.update(repeating: 0, count: batch.rowCount) }
        let column = batch.columns[key.column]
        let flip: UInt64 = key.isDescending ? .max : 0
        switch column.kind {
        case .bits: fill(column, key, batch.rowCount, result) { (column.bit($0) ? 1 : 0) ^ flip }
        case .int64:
            let values = column.int64
            fill(column, key, batch.rowCount, result) { Self.ordered(values[$0]) ^ flip }
        case .float64:
            let values = column.float64
            fill(column, key, batch.rowCount, result) { Self.ordered(values[$0]) ^ flip }
        case .int128:
            let values = column.int128
            fill(column, key, batch.rowCount, result) { Self.ordered(Int64(clamping: values[$0])) ^ flip }
        case .text:
            let views = UnsafePointer(column.text)
            fill(column, key, batch.rowCount, result) { Self.ordered(views + $0) ^ flip }
        }
    }

    @inline(__always)
    private static func fill(
        _ column: Column, _ key: SortPlan.Key, _ rowCount: Int, _ result: UnsafeMutablePointer<UInt64>,
        _ prefix: (Int) -> UInt64
    ) {
        guard column.mayHaveNulls else {
            for row in 0..<rowCount { result[row] = prefix(row) }
            return
        }
        let null: UInt64 = key.nullsFirst ? 0 : .max
        for row in 0..<rowCount { result[row] = column.isValid(row) ? prefix(row) : null }
    }

    @inline(__always)
    private static func ordered(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) ^ (1 << 63) }

    @inline(__always)
    private static func ordered(_ value: Double) -> UInt64 {
        guard value == value else { return .max }
        let bits = (value + 0).bitPattern
        return bits >> 63 == 1 ? ~bits : bits | (1 << 63)
    }

    /// The first eight bytes, zeros behind the end.
    @inline(__always)
    private static func ordered(_ place: UnsafePointer<TextView>) -> UInt64 {
        let view = place.pointee
        let first = UInt32(truncatingIfNeeded: view.head >> 32).byteSwapped
        let second: UInt32
        if view.isInline {
            second = UInt32(truncatingIfNeeded: view.tail).byteSwapped
        } else {
            second = UnsafeRawPointer(TextView.bytes(at: place) + 4).loadUnaligned(as: UInt32.self).byteSwapped
        }
        return UInt64(first) << 32 | UInt64(second)
    }
}
