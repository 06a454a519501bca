import Columnar

extension TextView {
    /// Numbers below it have at most eight digits, which one word holds.
    @inline(__always) static var shortNumberLimit: UInt64 { 100_000_000 }

    /// The text of a whole number of at most eight digits, without a detour through longer words.
    @inline(__always)
    init(shortNumber value: Int64) {
        let digits = DigitWord.digits(value.magnitude)
        let zeros = min(digits.trailingZeroBitCount &>> 3, 7)
        let text = (digits | DigitWord.zeros) &>> UInt64(8 &* zeros)
        let count = UInt64(truncatingIfNeeded: 8 &- zeros)
        self.init()
        if value < 0 {
            head = count &+ 1 | (text &<< 8 | 0x2D) &<< 32
            tail = text &>> 24
        } else {
            head = count | text &<< 32
            tail = text &>> 32
        }
    }
}
