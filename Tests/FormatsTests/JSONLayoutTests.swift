import Columnar
import Diagnostics
import Formats
import Testing

/// Lines whose layout the decoder has seen before are read another way. It gives what a decoder gives that sees them for
/// the first time.
struct JSONLayoutTests {
    private static let fields: [Field] = [
        .of("kind", .integer), .of("id", .bigint), .of("name", .string),
        .of("price", .decimal(precision: 10, scale: 2)),
        .of("ratio", .double), .of("isOpen", .boolean), .of("at", .timestamp(precision: 3)),
        .of("day", .date), .of("small", .tinyint), .of("whole", .string),
        .of("part", .row([.of("x", .bigint), .of("y", .string)])),
    ]

    private static let values: [String: [String]] = [
        "kind": ["0", "1", "2", "-3", "null"],
        "id": [
            "7", "-12345678", "123456789", "1234567890123456", "12345678901234567", "-123456789012345678",
            "1000000000000000009", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
            "-9223372036854775809", "9999999999999999999", "12345678901234567890", "007", "1.5", "-", "1e3", "\"8\"",
            "null",
        ],
        "name": [
            "\"\"", "\"short\"", "\"twelve bytes\"", "\"a text of more than thirty-two bytes, with: {its} [signs]\"",
            "\"é中😀\"", "\"an \\\"escape\\\"\"", "12", "true", "null",
        ],
        "price": ["1", "2.25", "-0.5", "99999999999", "\"3.5\"", "null"],
        "ratio": ["0", "1.5e3", "-2.25", "1.", "null"],
        "isOpen": ["true", "false", "null", "truth"],
        "at": [
            "\"2026-11-21 22:00:00.123\"", "\"2026-11-21 22:00:59.999\"", "\"2026-11-21 22:01:00\"",
            "\"2026-11-22 00:00:00.5\"", "\"2026-11-21 22:00:61.000\"", "\"2026-11-21 25:00:00.000\"", "\"x\"",
        ],
        "day": ["\"2026-11-21\"", "\"2026-02-30\"", "null"],
        "small": ["1", "127", "-128", "128"],
        "whole": ["\"w\"", "{\"a\": [1, 2]}", "[]", "null"],
        "part": ["{\"x\":1,\"y\":\"z\"}", "{ \"y\" : \"only\" }", "{}", "null"],
        "other": ["\"skipped\"", "1.25", "false", "null", "{\"deep\":{\"er\":[\"x\"]}}", "{\"flat\":1}"],
    ]

    /// A layout: keys in an order, and how they are set apart. Most lines take the first value of a key.
    private struct Layout {
        var keys: [String]
        var colon: String
        var comma: String
        var ending: String

        init(_ random: inout SplitMix64) {
            keys = Array(
                JSONLayoutTests.values.keys.sorted().shuffled(using: &random).prefix(
                    Int.random(in: 1...9, using: &random)))
            if Int.random(in: 0..<6, using: &random) == 0, let first = keys.first { keys.append(first) }
            colon = [":", ":", ": ", " :\t"].randomElement(using: &random) ?? ":"
            comma = [",", ",", ", "].randomElement(using: &random) ?? ","
            ending = ["", "", " ", "\r"].randomElement(using: &random) ?? ""
        }

        func line(_ random: inout SplitMix64) -> [UInt8] {
            let members = keys.map { key in
                let values = JSONLayoutTests.values[key] ?? []
                let value =
                    Int.random(in: 0..<4, using: &random) > 0 ? values.first : values.randomElement(using: &random)
                return "\"\(key)\"\(colon)\(value ?? "1")"
            }
            var bytes = Array(("{" + members.joined(separator: comma) + "}" + ending).utf8)
            switch Int.random(in: 0..<25, using: &random) {
            case 0: bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: Int.random(in: 0..<bytes.count, using: &random))
            case 2: bytes += Array("{}".utf8)
            case 3: bytes = []
            default: break
            }
            return bytes
        }
    }

    private func check(_ lines: [[UInt8]], _ options: [String: String], _ note: String) throws {
        let harness = DecoderHarness(fields: Self.fields, options: options)
        let together = try harness.decode(Array(lines.joined(separator: [10])))
        var rows: [[String?]] = []
        var reasons: [String] = []
        for line in lines {
            let alone = try harness.decode(line)
            rows += alone.rows
            reasons += alone.rejected.map { "\($0.reason) \($0.detail)" }
        }
        #expect(together.rows == rows, "\(note)")
        #expect(together.rejected.map { "\($0.reason) \($0.detail)" } == reasons, "\(note)")
    }

    @Test(arguments: 0..<6)
    func linesOfKnownLayoutsGiveTheSameRows(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(26_112_100 + seed))
        for _ in 0..<2 {
            let layouts = (0..<Int.random(in: 1...3, using: &random)).map { _ in Layout(&random) }
            let lines = (0..<40).map { _ in layouts[Int.random(in: 0..<layouts.count, using: &random)].line(&random) }
            try check(lines, [:], "seed \(seed)")
            try check(lines, ["json.ignore-parse-errors": "true"], "seed \(seed), ignoring")
            try check(lines, ["json.fail-on-missing-field": "true"], "seed \(seed), failing")
        }
    }

    /// Integers of all lengths behind lines that taught the layout; those of 20 digits go the long way.
    @Test func integersOfAllLengthsAreRead() throws {
        var numbers: [Int64] = [0, .max, .min, .max - 1, .min + 1]
        var digits: Int64 = 0
        for digit in Int64(1)...19 {
            digits = digits &* 10 &+ digit % 10
            numbers += [digits, -digits]
        }
        let lines = (numbers + numbers).map { "{\"id\":\($0),\"skipped\":\($0)}" }
        let beyond = ["9223372036854775808", "-9223372036854775809", "12345678901234567890"]
        let harness = DecoderHarness(fields: [.of("id", .bigint)])
        let result = try harness.decode((lines + beyond.map { "{\"id\":\($0),\"skipped\":1}" }).joined(separator: "\n"))
        #expect(result.rows == (numbers + numbers).map { ["\($0)"] })
        #expect(result.rejected.count == beyond.count)
    }

    /// So many unknown lines that the decoder stops looking for known ones, and then only known ones.
    @Test func manyUnknownLinesHarmNothing() throws {
        let strange = (0..<700).map { "{\"k\($0)\":1,\"id\":\($0)}" }
        let usual = (0..<900).map { "{\"id\":\($0),\"name\":\"n\($0)\"}" }
        let harness = DecoderHarness(fields: [.of("id", .bigint), .of("name", .string)])
        let result = try harness.decode((strange + usual + strange + usual).joined(separator: "\n"))
        let expected = (0..<700).map { ["\($0)", nil] } + (0..<900).map { ["\($0)", "n\($0)"] }
        #expect(result.rows == expected + expected)
        #expect(result.rejected.isEmpty)
    }

    @Test func whatIsInvalidInAKnownLayoutIsRejected() throws {
        let harness = DecoderHarness(fields: [.of("name", .string)])
        let good = Array("{\"name\":\"a\",\"other\":\"b\"}".utf8)
        func line(_ bytes: [UInt8]) -> [UInt8] {
            Array("{\"name\":\"a\",\"other\":\"".utf8) + bytes + Array("\"}".utf8)
        }
        let lines = [good, good, line([0xC3]), line([0x01]), line([0xC3, 0xA9]), good + [0x20], good + [0x78], good]
        let result = try harness.decode(Array(lines.joined(separator: [10])))
        #expect(result.rows.count == 5)
        #expect(result.rejected.map(\.reason) == ["invalid_utf8", "malformed_json", "malformed_json"])
    }
}
