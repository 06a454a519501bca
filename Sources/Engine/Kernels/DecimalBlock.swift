import CDecimals
import CPlatform
import Columnar

/// Writes plain decimals of 64 rows at once.
///
/// The rows share a scale, that of the greatest among them, so that digits and points come from vectors and nothing
/// branches on the length of a row's text. The steps go through all rows one after the other: what one stores, the next
/// loads at other offsets, which must not follow at once.
final class DecimalBlock {
    static let rowCount = 64
    /// From a text to the next: 16 characters, room for a sign in front, and room behind to load 16 bytes from anywhere.
    private static let stride = 48
    private static let front = 16
    /// A longest text, with sign.
    private static let longest = 17
    /// Blocks that are left to the caller at once after one in which so many rows had no plain decimal.
    private static let pause = 7
    private static let mostLeft = 4

    private let characters = UnsafeMutablePointer<UInt8>.allocate(capacity: rowCount * stride)
    /// A bit for each character of a row that is shown.
    private let shown = UnsafeMutablePointer<UInt32>.allocate(capacity: rowCount)
    /// Where a row's text starts, in the low byte, and its length.
    private let places = UnsafeMutablePointer<UInt32>.allocate(capacity: rowCount)
    private let shape = UnsafeMutablePointer<millrace_decimal_shape>.allocate(capacity: 1)
    private var wholeDigits = 0
    private var rest = 0

    init() {
        characters.initialize(repeating: 0, count: Self.rowCount * Self.stride)
        shown.initialize(repeating: 0, count: Self.rowCount)
        places.initialize(repeating: 0, count: Self.rowCount)
        shape.initialize(to: millrace_decimal_shape())
    }

    deinit {
        characters.deallocate()
        shown.deallocate()
        places.deallocate()
        shape.deallocate()
    }

    /// Writes the rows that have short plain decimals; gives bits of those that the caller has to write: a few, or all.
    @inline(__always)
    func write(
        _ values: UnsafePointer<Double>, to texts: UnsafeMutablePointer<TextView>, _ writer: inout TextWriter
    ) -> UInt64 {
        guard rest == 0 else {
            rest &-= 1
            return .max
        }
        let written = makeCharacters(values)
        guard written.nonzeroBitCount >= Self.rowCount &- Self.mostLeft else {
            rest = Self.pause
            return .max
        }
        place(values)
        let tooLong = writer.addMany(upTo: Self.rowCount * Self.longest) { copy(to: $0, texts) }
        return ~written | tooLong
    }

    /// Digits and points of all rows; gives bits of those that have a plain decimal.
    @inline(__always)
    private func makeCharacters(_ values: UnsafePointer<Double>) -> UInt64 {
        let greatest = millrace_greatest_plain(values)
        var digits = 1
        var limit = 10.0
        while greatest >= limit {
            digits &+= 1
            limit *= 10
        }
        if digits != wholeDigits {
            wholeDigits = digits
            millrace_set_decimal_shape(shape, Int64(digits))
        }
        var written: UInt64 = 0
        var row = 0
        while row < Self.rowCount {
            let four = millrace_decimal_texts(
                values + row, shape, characters + (row &* Self.stride &+ Self.front), Int64(Self.stride), shown + row)
            written |= UInt64(four) &<< UInt64(row)
            row &+= 4
        }
        return written
    }

    /// Finds where texts start and end, and sets signs in front of them.
    @inline(__always)
    private func place(_ values: UnsafePointer<Double>) {
        for row in 0..<Self.rowCount {
            let bits = shown[row]
            let first = bits.trailingZeroBitCount &+ Self.front
            let last = 31 &- bits.leadingZeroBitCount &+ Self.front
            let sign = Int(truncatingIfNeeded: values[row].bitPattern &>> 63)
            // Without a sign it is not looked at.
            characters[row &* Self.stride &+ first &- 1] = 0x2D
            let count = last &- first &+ 1 &+ sign
            places[row] = UInt32(truncatingIfNeeded: first &- sign | count &<< 8)
        }
    }

    /// Copies the texts to where they stay and makes views of them; gives how many bytes they took, and bits of the rows that
    /// are longer than what is copied.
    @inline(__always)
    private func copy(
        to target: UnsafeMutablePointer<UInt8>, _ texts: UnsafeMutablePointer<TextView>
    ) -> (count: Int, UInt64) {
        var place = target
        var tooLong: UInt64 = 0
        for row in 0..<Self.rowCount {
            let found = Int(truncatingIfNeeded: places[row])
            let count = found &>> 8
            let source = UnsafeRawPointer(characters + (row &* Self.stride &+ found & 0xFF))
            let low = source.loadUnaligned(as: UInt64.self)
            let high = source.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            UnsafeMutableRawPointer(place).storeBytes(of: low, as: UInt64.self)
            UnsafeMutableRawPointer(place).storeBytes(of: high, toByteOffset: 8, as: UInt64.self)
            let isInline = count <= TextView.inlineLimit
            let inside = millrace_first_bytes(Int64(isInline ? count : TextView.inlineLimit))
            var view = TextView()
            view.head = UInt64(truncatingIfNeeded: count) | (low & inside.low) &<< 32
            let tail = (low & inside.low) &>> 32 | (high & inside.high) &<< 32
            view.tail = isInline ? tail : UInt64(UInt(bitPattern: place))
            texts[row] = view
            place += isInline ? 0 : count
            tooLong |= (count > PackedText.longest ? 1 : 0) &<< UInt64(row)
        }
        return (place - target, tooLong)
    }
}
