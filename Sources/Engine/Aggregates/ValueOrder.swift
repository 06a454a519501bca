import Columnar

/// Order of two valid values of one kind.
enum ValueOrder {
    /// Negative, zero or positive.
    static func compare(_ a: Column, _ row: Int, _ b: Column, _ other: Int) -> Int {
        switch a.kind {
        case .bits: (a.bit(row) ? 1 : 0) - (b.bit(other) ? 1 : 0)
        case .int64: a.int64[row] < b.int64[other] ? -1 : a.int64[row] > b.int64[other] ? 1 : 0
        case .float64: a.float64[row] < b.float64[other] ? -1 : a.float64[row] > b.float64[other] ? 1 : 0
        case .int128: a.int128[row] < b.int128[other] ? -1 : a.int128[row] > b.int128[other] ? 1 : 0
        case .text: TextView.compare(UnsafePointer(a.text + row), UnsafePointer(b.text + other))
        }
    }
}
