import Columnar
import Diagnostics
import Formats
import Testing

/// Properties over random input, with printed seeds.
struct JSONPropertyTests {
    static let fields: [Field] = [
        .of("a", .string), .of("b", .bigint), .of("c", .decimal(precision: 10, scale: 2)), .of("d", .boolean),
        .of("e", .string),
    ]

    /// Lines that are nearly right: fields in changing order, then a few bytes damaged.
    static func line(_ random: inout SplitMix64) -> [UInt8] {
        var parts: [String] = []
        let values = [
            "\"text\"", "\"a longer text than twelve\"", "\"esc \\\"\\u00e9\\\\\"", "12", "-7.50", "true", "null",
            "{\"x\":[1,2,{}]}", "[]", "\"5\"", "1e2", "\"é😀\"", " 4 ",
        ]
        for _ in 0..<Int.random(in: 0...7, using: &random) {
            let key = ["a", "b", "c", "d", "e", "f", "a much longer key that nobody wants", "\\u0061"].randomElement(
                using: &random)!
            parts.append("\"\(key)\":\(values.randomElement(using: &random)!)")
        }
        var bytes = Array(("{" + parts.joined(separator: ",") + "}").utf8)
        if Int.random(in: 0..<3, using: &random) == 0 {
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(Array("{}[]\",:\\ 1tn\u{1}".utf8).randomElement(using: &random)!, at: place)
                default: bytes[place] = UInt8.random(in: 0...255, using: &random)
                }
            }
        }
        return bytes.filter { $0 != 10 }
    }

    @Test(arguments: 0..<20)
    func neighboursNeverHurtALine(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let lines = (0..<400).map { _ in Self.line(&random) }
        for ignores in ["true", "false"] {
            let harness = DecoderHarness(fields: Self.fields, options: ["json.ignore-parse-errors": ignores])
            let together = try harness.decode(Array(lines.joined(separator: [10])))
            var rows: [[String?]] = []
            var reasons: [String] = []
            let decoder = try harness.make()
            for line in lines {
                let block = InputBlock(copying: line)
                let alone = try harness.decode(block, to: block.count, with: decoder)
                rows += alone.rows
                reasons += alone.rejected.map(\.reason)
                if !alone.rows.isEmpty {
                    #expect(
                        JSONGrammar.isValid(line), "seed \(seed): accepted \(String(decoding: line, as: UTF8.self))")
                } else if ignores == "true" {
                    let isObject = JSONGrammar.isValid(line) && line.first(where: { $0 > 32 }) == 123
                    #expect(!isObject, "seed \(seed): refused \(String(decoding: line, as: UTF8.self))")
                }
            }
            #expect(together.rows == rows, "seed \(seed)")
            #expect(together.rejected.map(\.reason) == reasons, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<8)
    func anyBytesGiveRowsOrRejects(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(1_000 + seed))
        let alphabet = Array("{}[]\",:\\\n\r \t01-.eEtrufalsn".utf8) + [0, 1, 0x80, 0xC3, 0xA9, 0xED, 0xA0, 0x80, 0xFF]
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            let result = try DecoderHarness(fields: Self.fields).decode(bytes)
            let lines = bytes.split(separator: 10).filter { $0.contains { ![9, 13, 32].contains($0) } }
            #expect(result.rejected.count <= lines.count, "seed \(seed)")
        }
    }
}

/// A plain recursive check of JSON's grammar, to compare with.
struct JSONGrammar {
    private let bytes: [UInt8]
    private var at = 0

    static func isValid(_ bytes: [UInt8]) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        var grammar = JSONGrammar(bytes: bytes)
        return grammar.value() && grammar.at == bytes.count
    }

    private var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func blanks() { while let byte, [9, 10, 13, 32].contains(byte) { at += 1 } }

    private mutating func take(_ c: Character) -> Bool {
        guard byte == c.asciiValue else { return false }
        at += 1
        return true
    }

    private mutating func value() -> Bool {
        blanks()
        defer { blanks() }
        switch byte {
        case UInt8(ascii: "{"): return sequence(close: "}") { $0.member() }
        case UInt8(ascii: "["): return sequence(close: "]") { $0.value() }
        case UInt8(ascii: "\""): return string()
        default:
            let start = at
            while let byte, ![9, 13, 32, 44, 93, 125].contains(byte) { at += 1 }
            let word = String(decoding: bytes[start..<at], as: UTF8.self)
            return ["true", "false", "null"].contains(word)
                || word.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
        }
    }

    private mutating func sequence(close: Character, _ element: (inout JSONGrammar) -> Bool) -> Bool {
        at += 1
        blanks()
        if take(close) { return true }
        while element(&self) {
            if take(close) { return true }
            if !take(",") { return false }
        }
        return false
    }

    private mutating func member() -> Bool {
        blanks()
        guard byte == UInt8(ascii: "\""), string() else { return false }
        blanks()
        return take(":") && value()
    }

    private mutating func string() -> Bool {
        at += 1
        while let next = byte {
            at += 1
            if next == UInt8(ascii: "\"") { return true }
            if next < 32 { return false }
            guard next == UInt8(ascii: "\\") else { continue }
            guard let kind = byte else { return false }
            at += 1
            if kind == UInt8(ascii: "u") {
                guard at + 4 <= bytes.count, bytes[at..<at + 4].allSatisfy({ Character(UnicodeScalar($0)).isHexDigit })
                else { return false }
                at += 4
            } else if !"\"\\/bfnrt".utf8.contains(kind) {
                return false
            }
        }
        return false
    }
}
