import StreamSQL

/// Cuts event time into slices and says which windows a slice belongs to. Times in microseconds.
///
/// A slice is named by its end. Windows are unions of slices, so that overlapping windows share what they hold.
struct SliceAssigner {
    let shape: WindowShape
    /// Length of a slice.
    let slice: Int64
    private let size: Int64
    private let offset: Int64

    init(_ shape: WindowShape) {
        self.shape = shape
        switch shape {
        case .tumble(let size, let offset):
            slice = size * 1_000
            self.size = size * 1_000
            self.offset = offset * 1_000
        case .hop(let slide, let size, let offset):
            slice = Self.greatestCommonDivisor(slide, size) * 1_000
            self.size = size * 1_000
            self.offset = offset * 1_000
        case .session(let gap):
            // Sessions are not made of slices; nobody asks for those of one.
            slice = gap * 1_000
            size = slice
            offset = 0
        case .cumulate(let step, let size, let offset):
            slice = step * 1_000
            self.size = size * 1_000
            self.offset = offset * 1_000
        }
    }

    private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (x, y) = (max(a, 1), max(b, 1))
        while y != 0 { (x, y) = (y, x % y) }
        return x
    }

    @inline(__always)
    private static func floored(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return value &- (rest < 0 ? rest &+ divisor : rest)
    }

    /// The end of the slice that holds `time`.
    @inline(__always)
    func sliceEnd(of time: Int64) -> Int64 { Self.floored(time &- offset, slice) &+ offset &+ slice }

    /// The windows that hold a slice, as (start, end), earliest end first.
    func windows(ofSliceEnding end: Int64) -> [(start: Int64, end: Int64)] {
        switch shape {
        case .tumble, .session: return [(end - slice, end)]
        case .cumulate:
            let start = Self.floored(end - slice - offset, size) + offset
            return stride(from: end, through: start + size, by: Int(slice)).map { (start, $0) }
        case .hop(let slide, _, _):
            let step = slide * 1_000
            var windows: [(start: Int64, end: Int64)] = []
            // The last window that holds the slice starts at or before the slice's start.
            var start = Self.floored(end - slice - offset, step) + offset
            while start + size >= end {
                windows.append((start, start + size))
                start -= step
            }
            return windows.reversed()
        }
    }

    /// The end of the longest window that begins here.
    func windowEnd(from start: Int64) -> Int64 { start + size }

    /// The ends of the slices that make up a window.
    func slices(start: Int64, end: Int64) -> [Int64] {
        stride(from: start + slice, through: end, by: Int(slice)).map { $0 }
    }

    /// The end of the last window that holds the slice: when it has fired, the slice is done.
    func lastWindowEnd(ofSliceEnding end: Int64) -> Int64 { windows(ofSliceEnding: end).last?.end ?? end }
}
