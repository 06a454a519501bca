import Columnar
import Diagnostics
import Testing

/// Timestamps of nine digits: parts, and texts and back.
struct WideTimeTests {
    private func written(_ nanoseconds: Int128, _ precision: Int) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TimeText.longest) { buffer in
            let count = TimeText.write(nanoseconds: nanoseconds, precision: precision, to: buffer.baseAddress!)
            return String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    private func read(_ text: String) -> Int128? {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBufferPointer { TimeParsing.nanoseconds($0.baseAddress!, $0.count) }
    }

    @Test func whatIsSplitIsJoinedAgain() {
        var random = SplitMix64(seed: 7)
        var values: [Int128] = [0, 1, -1, 999, 1_000, -999, -1_000, -1_001, Int128(Int64.max), Int128(Int64.min)]
        for _ in 0..<2_000 {
            values.append(Int128(Int64(bitPattern: random.next())) * 1_000 + Int128(random.next() % 1_000))
        }
        for value in values {
            let (microseconds, rest) = WideTime.split(value)
            #expect((0..<1_000).contains(rest))
            #expect(WideTime.join(microseconds, rest) == value)
        }
        // Values that no timestamp has are cut, not trapped on.
        for value in [Int128.max, .min] { _ = WideTime.split(value) }
    }

    @Test func textsComeBack() {
        var random = SplitMix64(seed: 11)
        let first = Int128(-62_135_596_800) * 1_000_000_000
        let count = UInt64(315_537_897_600)
        for round in 0..<2_000 {
            let second = Int128(round == 0 ? 0 : round == 1 ? count - 1 : random.next() % count)
            let fraction = Int128(round < 2 ? UInt64(round) * 999_999_999 : random.next() % 1_000_000_000)
            let value = first + second * 1_000_000_000 + fraction
            #expect(read(written(value, 9)) == value)
            #expect(read(written(value, 7)) == WideTime.truncate(value, toPrecision: 7))
            #expect(read(written(value, 8)) == WideTime.truncate(value, toPrecision: 8))
        }
        #expect(written(first, 9) == "0001-01-01 00:00:00.000000000")
        #expect(written(-1, 9) == "1969-12-31 23:59:59.999999999")
    }

    @Test func shortAndBadTexts() {
        #expect(read("1970-01-01") == 0)
        #expect(read("1970-1-1 0:0:0.5") == 500_000_000)
        #expect(read("1970-01-01 00:00:00.0000001") == 100)
        for text in ["x", "1970-13-01", "1970-01-01 00:00:00.1234567890", "1970-01-01 00:00:00.12x"] {
            #expect(read(text) == nil)
        }
    }
}
