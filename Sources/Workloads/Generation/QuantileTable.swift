/// A distribution given by its quantiles at every 64th, with straight lines between them.
///
/// Integers only: the same draw gives the same value on every machine, which a logarithm from the C library
/// does not promise.
struct QuantileTable {
    private let points: [Int64]

    /// Sixty-five ascending values, from the smallest to the largest possible one.
    init(_ points: [Int64]) {
        precondition(points.count == 65, "a quantile table has 65 points")
        self.points = points
    }

    var smallest: Int64 { points[0] }
    var largest: Int64 { points[64] }

    /// The value at a sixteen-bit draw.
    @inline(__always)
    func value(_ draw: Int) -> Int64 {
        let segment = (draw & 0xFFFF) &>> 10
        let low = points[segment]
        return low &+ ((points[segment &+ 1] &- low) &* Int64(draw & 1_023)) &>> 10
    }
}
