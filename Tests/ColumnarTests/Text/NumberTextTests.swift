import Columnar
import Testing

/// Numbers to text and back.
struct NumberTextTests {
    private func written(_ body: (UnsafeMutablePointer<UInt8>) -> Int) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
            let count = body(buffer.baseAddress!)
            return String(decoding: UnsafeBufferPointer(rebasing: buffer[..<count]), as: UTF8.self)
        }
    }

    @Test func integers() {
        for value in [
            0, 1, -1, 9, 10, 99, 100, 101, 12_345, -98_765, .max, .min, 999_999_999_999_999_999,
            1_000_000_000_000_000_000,
        ] as [Int64] {
            #expect(written { NumberText.write(value, to: $0) } == String(value))
        }
        var power: UInt64 = 1
        for _ in 0..<20 {
            for value in [power, power &- 1] {
                #expect(written { NumberText.write(unsigned: value, to: $0) } == String(value))
            }
            power = power &* 10
        }
    }

    @Test func decimals() {
        let cases: [(Int128, Int, String)] = [
            (0, 0, "0"), (0, 2, "0.00"), (5, 3, "0.005"), (-5, 3, "-0.005"), (12_345, 2, "123.45"),
            (-12_345, 5, "-0.12345"), (12_345, 0, "12345"),
            (.max, 38, "1.70141183460469231731687303715884105727"),
            (.min, 0, "-170141183460469231731687303715884105728"), (1, 38, "0.00000000000000000000000000000000000001"),
        ]
        for (unscaled, scale, expected) in cases {
            #expect(written { NumberText.write(unscaled, scale: scale, to: $0) } == expected)
        }
    }

    @Test func doubles() {
        let cases: [(Double, String)] = [
            (1.7976931348623157e308, "1.7976931348623157E308"), (.leastNonzeroMagnitude, "4.9E-324"),
            (.leastNonzeroMagnitude * 2, "9.9E-324"),
            (.leastNonzeroMagnitude * 10, "4.9E-323"), (.leastNonzeroMagnitude * 20, "9.9E-323"), (-0.0, "-0.0"),
            (0, "0.0"), (0.1, "0.1"), (-2.5, "-2.5"), (1e7, "1.0E7"),
            (9_999_999, "9999999.0"), (1e-3, "0.001"), (9.99e-4, "9.99E-4"),
            (9.007199254740992e15, "9.007199254740992E15"), (123456.789, "123456.789"),
            (1234567.8900000001, "1234567.8900000001"), (-1.5e10, "-1.5E10"), (100, "100.0"), (2e23, "2.0E23"),
            (.nan, "NaN"), (-.infinity, "-Infinity"), (1, "1.0"), (0.010, "0.01"),
        ]
        for (value, expected) in cases { #expect(written { FloatText.write(value, to: $0) } == expected) }
        let floats: [(Float, String)] = [
            (3.4028235e38, "3.4028235E38"), (.leastNonzeroMagnitude, "1.4E-45"), (0.1, "0.1"), (1e10, "1.0E10"),
            (16_777_216, "1.6777216E7"), (-3.75, "-3.75"), (.infinity, "Infinity"),
        ]
        for (value, expected) in floats { #expect(written { FloatText.write(value, to: $0) } == expected) }
    }

    @Test func doublesReadBack() {
        var state: UInt64 = 42
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(bitPattern: state)
            guard value.isFinite else { continue }
            let text = Array(written { FloatText.write(value, to: $0) }.utf8)
            let read = text.withUnsafeBufferPointer { NumberParsing.double($0.baseAddress!, $0.count) }
            #expect(read?.bitPattern == value.bitPattern, "\(value)")
            #expect(text.contains(0x2E))
        }
    }

    @Test func integersReadBack() {
        for value in [Int64.min, .max, 0, -1, 42, 1_000_000] {
            let text = Array(String(value).utf8)
            #expect(text.withUnsafeBufferPointer { NumberParsing.integer($0.baseAddress!, $0.count) } == value)
        }
    }
}
