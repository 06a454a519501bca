import Columnar
import Engine
import Glibc
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
            case 6: return around(Double(bitPattern: (bits >> 53) << 52), by: row % 9 - 4)
            case 7: return around(pow(10, Double(bits % 617) - 308), by: row % 5 - 2)
            case 8: return (9_007_199_254_739_968.0 + Double(row)) * (row % 2 == 0 ? 1.0 : -0.5)
            case 9: return Double(bitPattern: (bits >> 12) >> UInt64(row % 50))
            case 10: return Double(bits >> 44) / (row % 2 == 0 ? 100.0 : 30.0)
            default: return Double(bits >> 11) / 9_007_199_254_740_992 * scales[row % scales.count]
            }
        }
    }

    private static func around(_ value: Double, by steps: Int) -> Double {
        Double(bitPattern: UInt64(bitPattern: Int64(bitPattern: value.bitPattern) + Int64(steps)))
    }

    private static func text(_ value: Double) -> LiteralValue {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
            let place = buffer.baseAddress!
            return .text(Array(buffer.prefix(FloatText.writeAny(value, to: place))))
        }
    }

    @Test(arguments: 0..<11)
    func rowsAtOnceAreWrittenAsOneByOne(kind: Int) throws {
        try compare(Self.numbers(kind), .double) { Self.text($0) }
    }

    @Test(arguments: 0..<11)
    func floatsAtOnceAreWrittenAsOneByOne(kind: Int) throws {
        let values = Self.numbers(kind).map { Float($0) }
        let bits = values.indices.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0 &* 2_654_435_761)) }
        for values in [values, bits] {
            try compare(values.map { Double($0) }, .float) { value in
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
                    .text(Array(buffer.prefix(FloatText.write(Float(value), to: buffer.baseAddress!))))
                }
            }
        }
    }

    private func compare(
        _ values: [Double], _ type: LogicalType, _ text: (Double) -> LiteralValue
    ) throws {
        let type = DataType(type)
        let cast = PlanExpression.cast(.column(0, type), to: DataType(.string), isTry: false)
        let evaluator = try ExpressionHarness.evaluator([cast])
        let literals = values.enumerated().map { $0 % 50 == 7 ? LiteralValue.null : .float64($1) }
        let column = ExpressionHarness.column(type, literals)
        let texts = ExpressionHarness.values(
            try evaluator.evaluate(Batch(columns: [column], rowCount: values.count))[0], values.count)
        for (row, value) in values.enumerated() {
            let wanted = literals[row] == .null ? .null : text(value)
            #expect(texts[row] == wanted, "row \(row), \(value)")
        }
    }
}
