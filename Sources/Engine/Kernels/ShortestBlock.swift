import CDecimals
import Columnar

/// Writes the shortest decimals of 64 rows of DOUBLE or FLOAT at once, whatever number of digits they have.
final class ShortestBlock {
    static let rowCount = 64
    /// A longest text, with sign and exponent.
    private static let longest = 24

    private let block = UnsafeMutablePointer<millrace_shortest_block>.allocate(capacity: 1)
    private let isFloat: Bool

    /// How texts look by the place of their first digit.
    private static let forms: [millrace_number_form] = (0..<Int(MILLRACE_PLACE_COUNT)).map { place in
        var form = millrace_number_form()
        millrace_set_number_form(&form, Int64(place) + Int64(MILLRACE_LEAST_EXPONENT))
        return form
    }

    init(isFloat: Bool) {
        self.isFloat = isFloat
        block.initialize(to: millrace_shortest_block())
    }

    deinit { block.deallocate() }

    /// Writes the rows whose decimals are beyond doubt; gives bits of those that the caller has to write: zeros, powers of
    /// two, what is subnormal or no number, and the rare ones that lie next to a tie.
    @inline(__always)
    func write(
        _ values: UnsafePointer<Double>, to texts: UnsafeMutablePointer<TextView>, _ writer: inout TextWriter
    ) -> UInt64 {
        if isFloat { millrace_take_floats(values, block) } else { millrace_take_doubles(values, block) }
        PowersOfTen.words.withUnsafeBufferPointer { powers in
            millrace_multiply(powers.baseAddress, Int64(PowersOfTen.smallest), block)
        }
        let written = isFloat ? millrace_choose_digits(1, block) : millrace_choose_digits(0, block)
        writer.addMany(upTo: Self.rowCount * Self.longest) { place in
            let views = UnsafeMutableRawPointer(texts).assumingMemoryBound(to: millrace_number_view.self)
            let end = Self.forms.withUnsafeBufferPointer { forms in
                millrace_write_numbers(values, block, forms.baseAddress, place, views)
            }
            return (end.map { $0 - place } ?? 0, ())
        }
        return ~written
    }
}
