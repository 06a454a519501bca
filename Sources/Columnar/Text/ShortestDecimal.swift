/// The shortest decimal that reads back as a binary number: `digits` times ten to `exponent`, the nearest one of those
/// that are equally short.
struct ShortestDecimal {
    var digits: UInt64
    var exponent: Int

    /// A finite DOUBLE above zero.
    init(_ value: Double) {
        let raw = Int(value.exponentBitPattern)
        let significand = value.significandBitPattern
        self.init(
            raw == 0 ? significand : significand | 1 << 52, exponent: max(raw, 1) &- 1_075,
            isLowerCloser: significand == 0 && raw > 1)
    }

    /// A finite FLOAT above zero.
    init(_ value: Float) {
        let raw = Int(value.exponentBitPattern)
        let significand = UInt64(value.significandBitPattern)
        self.init(
            raw == 0 ? significand : significand | 1 << 23, exponent: max(raw, 1) &- 150,
            isLowerCloser: significand == 0 && raw > 1)
    }

    /// Takes `significand` times two to `exponent`. The interval of all that round to it is scaled by a power of ten so
    /// that it holds one or two whole numbers, or a multiple of ten; bits that are cut off are kept as a lowest odd bit,
    /// which suffices to compare. This is the method of Raffaello Giulietti, which Java uses too.
    private init(_ significand: UInt64, exponent q: Int, isLowerCloser: Bool) {
        let k = (q &* 1_262_611 &- (isLowerCloser ? 524_031 : 0)) &>> 22
        let shift = UInt64(truncatingIfNeeded: q &+ PowersOfTen.floorLog2(0 &- k) &+ 1)
        let power = PowersOfTen.scaled(0 &- k)
        @inline(__always) func scaled(_ quarters: UInt64) -> UInt64 {
            let factor = quarters &<< shift
            let low = power.low.multipliedFullWidth(by: factor).high
            let product = power.high.multipliedFullWidth(by: factor)
            let (middle, carry) = product.low.addingReportingOverflow(low)
            return (product.high &+ (carry ? 1 : 0)) | (middle > 1 ? 1 : 0)
        }
        // A number between two is read as the even one: the borders count for those only.
        let odd = significand & 1
        let lower = scaled(4 &* significand &- (isLowerCloser ? 1 : 2)) &+ odd
        let value = scaled(4 &* significand)
        let upper = scaled(4 &* significand &+ 2) &- odd
        let floor = value / 4
        if floor >= 10 {
            let tens = floor / 10
            let isFloorInside = lower <= 40 &* tens
            let isNextInside = 40 &* tens &+ 40 <= upper
            if isFloorInside != isNextInside {
                digits = tens &+ (isNextInside ? 1 : 0)
                exponent = k &+ 1
                dropZeros()
                return
            }
        }
        let isFloorInside = lower <= 4 &* floor
        let isNextInside = 4 &* floor &+ 4 <= upper
        exponent = k
        if isFloorInside != isNextInside {
            digits = floor &+ (isNextInside ? 1 : 0)
        } else {
            let middle = 4 &* floor &+ 2
            digits = floor &+ (value > middle || (value == middle && floor & 1 == 1) ? 1 : 0)
        }
        dropZeros()
    }

    private mutating func dropZeros() {
        while digits >= 10, digits % 10 == 0 {
            digits /= 10
            exponent &+= 1
        }
    }

    /// The two digits nearest to `units` times `unit` times ten to `power - 1`: Java never writes a single digit, and
    /// for the smallest numbers the second one is not zero.
    mutating func widen(units: Double, unit: Double, power: Int) {
        guard digits < 10 else { return }
        var value = units * unit
        exponent = power &- 1
        while value >= 99.5 {
            value /= 10
            exponent &+= 1
        }
        digits = UInt64(value.rounded(.toNearestOrEven))
        dropZeros()
    }

    /// Writes the number as Java does: plain from 0.001 to below ten millions, else with an exponent.
    func write(isNegative: Bool, to target: UnsafeMutablePointer<UInt8>) -> Int {
        var start = target
        if isNegative {
            start[0] = 0x2D
            start += 1
        }
        let sign = start - target
        // Digits go one place further back, for the point to come in front of some of them.
        let count = NumberText.write(unsigned: digits, to: start + 1)
        let whole = count &+ exponent
        if whole > 0 && whole <= 7 {
            if whole >= count {
                for index in 0..<count { start[index] = start[index &+ 1] }
                for index in count..<whole { start[index] = 0x30 }
                start[whole] = 0x2E
                start[whole &+ 1] = 0x30
                return sign &+ whole &+ 2
            }
            for index in 0..<whole { start[index] = start[index &+ 1] }
            start[whole] = 0x2E
            return sign &+ count &+ 1
        }
        if whole <= 0 && whole > -3 {
            let zeros = 2 &- whole
            var index = count &- 1
            while index >= 0 {
                start[zeros &+ index] = start[index &+ 1]
                index &-= 1
            }
            for index in 0..<zeros { start[index] = 0x30 }
            start[1] = 0x2E
            return sign &+ zeros &+ count
        }
        start[0] = start[1]
        start[1] = 0x2E
        var length = count &+ 1
        if count == 1 {
            start[2] = 0x30
            length = 3
        }
        start[length] = 0x45
        return sign &+ length &+ 1 &+ NumberText.write(Int64(whole &- 1), to: start + length + 1)
    }
}
