import Columnar
import Engine
import StreamSQL
import Testing

/// DOUBLE as text, many rows at once, beside one number after the other by its shortest digits.
struct DoubleTextTests {
    private static let rowCount = 64 * 32 + 17

    /// Numbers of one kind; the same ones each time.
    private static func numbers(_ kind: Int) -> [Double] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 &* UInt64(kind + 1)
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 31
        }
        let special: [Double] = [
            0, -0.0, 1, -1, 0.001, 0.000_999, 9_999_999.999_999_9, 1e7, -1e7, 123_456.789_012_345, .nan, .infinity,
            -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 9.999_999_999_999_998, 0.1, 100, 1e22,
        ]
        let scales = [1.0, 10, 100, 1e3, 1e5, 1e8, 1e10, 1e14]
        return (0..<rowCount).map { row in
            let bits = next()
            switch kind {
            case 0: return Double(bits >> 40) / 1_024
            case 1: return Double(Int64(bits >> 36)) / 100 - 1_000_000
            case 2: return Double(Int64(truncatingIfNeeded: bits) % 1_000_000_000_000_000) / scales[row % scales.count]
            case 3: return Double(bitPattern: bits)
            case 4: return row % 3 == 0 ? special[Int(bits % UInt64(special.count))] : Double(bits >> 44)
            default: return Double(bits >> 11) / 9_007_199_254_740_992 * scales[row % scales.count]
            }
        }
    }

    private static func text(_ value: Double) -> LiteralValue {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
            let place = buffer.baseAddress!
            return .text(Array(buffer.prefix(FloatText.writeAny(value, to: place))))
        }
    }

    @Test(arguments: 0..<6)
    func rowsAtOnceAreWrittenAsOneByOne(kind: Int) throws {
        let values = Self.numbers(kind)
        let type = DataType(.double)
        let cast = PlanExpression.cast(.column(0, type), to: DataType(.string), isTry: false)
        let evaluator = try ExpressionHarness.evaluator([cast])
        let literals = values.enumerated().map { $0 % 50 == 7 ? LiteralValue.null : .float64($1) }
        let column = ExpressionHarness.column(type, literals)
        let texts = ExpressionHarness.values(
            try evaluator.evaluate(Batch(columns: [column], rowCount: values.count))[0], values.count)
        for (row, value) in values.enumerated() {
            let wanted = literals[row] == .null ? .null : Self.text(value)
            #expect(texts[row] == wanted, "row \(row), \(value)")
        }
    }
}
