import Columnar
import Diagnostics
import Serving
import Testing

struct JSONTests {
    @Test func writesNestedValuesWithCommas() {
        var json = JSONWriter()
        json.beginObject()
        json.key("a")
        json.beginArray()
        json.integer(1)
        json.string("x\"\\\n\t\u{1}\u{7F}省")
        json.beginArray()
        json.endArray()
        json.bool(false)
        json.endArray()
        json.key("b")
        json.null()
        json.key("c")
        json.double(0.25)
        json.key("d")
        json.double(.nan)
        json.key("e")
        json.double(12)
        json.endObject()
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"a":[1,"x\"\\\n\t\u0001\u007f省",[],false],"b":null,"c":0.25,"d":null,"e":12}"#)
    }

    @Test func damagedTextIsRepaired() throws {
        var json = JSONWriter()
        let bytes: [UInt8] = [0x61, 0xFF, 0xE7, 0x9C]
        bytes.withUnsafeBufferPointer { json.string(utf8: $0) }
        let read = try JSONValue(parsing: json.bytes)
        #expect(read.stringValue?.hasPrefix("a\u{FFFD}") == true)
    }

    @Test(arguments: [
        ("{\"sql\": \"SELECT 1\"}", JSONValue.object(["sql": .string("SELECT 1")])),
        ("[1, -2.5e3, true, null, \"\"]", .array([.number("1"), .number("-2.5e3"), .bool(true), .null, .string("")])),
        (#""\u7701 \ud83d\ude00 \/ \b""#, .string("省 😀 / \u{8}")),
        (" {} ", .object([:])),
    ]) func readsDocuments(_ text: String, _ expected: JSONValue) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)) == expected)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "01", "+1", "1.", ".5", "1e", "nul", "\"", "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "{\"a\":1,\"a\":2}", "1 2", "\"a\nb\"", "{a:1}", "[[1]",
        "\u{FEFF}1",
    ]) func refusesWhatIsNotJSON(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test func depthIsBounded() {
        let deep = Array(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)).map(\.asciiValue!)
        #expect(throws: Never.self) { try JSONValue(parsing: deep) }
        let deeper = Array(repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONSyntaxError(message: "nested too deeply", offset: 64)) { try JSONValue(parsing: deeper) }
    }

    @Test func randomBytesNeverTrap() {
        var random = SplitMix64(seed: 3)
        let alphabet = Array("{}[]\",:\\u0123456789truefalsn -+.eE\u{E9}".utf8) + [0, 0xFF, 0xD8]
        for _ in 0..<20_000 {
            let bytes = (0..<Int(random.next() % 24)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            _ = try? JSONValue(parsing: bytes, maximumDepth: 4)
        }
    }

    /// A column of one value, as JSON.
    private func cell(_ type: LogicalType, _ fill: (Column) -> Void) -> String {
        let column = Column(DataType(type), capacity: 1)
        fill(column)
        var json = JSONWriter()
        json.cell(column, 0)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func cellsKeepTheirDigits() {
        #expect(cell(.bigint) { $0.int64[0] = 1 << 53 } == "9007199254740992")
        #expect(cell(.bigint) { $0.int64[0] = 9_007_199_254_740_993 } == "\"9007199254740993\"")
        #expect(cell(.bigint) { $0.int64[0] = .min } == "\"-9223372036854775808\"")
        #expect(cell(.decimal(precision: 20, scale: 2)) { $0.int128[0] = -5 } == "\"-0.05\"")
        #expect(cell(.decimal(precision: 38, scale: 0)) { $0.int128[0] = 12 } == "\"12\"")
        #expect(cell(.double) { $0.float64[0] = .infinity } == "null")
        #expect(cell(.float) { $0.float64[0] = Double(Float(0.1)) } == "0.1")
        #expect(cell(.boolean) { $0.setBit(0, true) } == "true")
        #expect(cell(.string) { $0.setNull(0) } == "null")
        #expect(cell(.bytes) { $0.text[0] = ByteHeap().add("\u{1}z") } == "\"017a\"")
    }

    @Test func timesAreReadable() {
        func micros(_ text: Int64, _ precision: Int) -> String {
            cell(.timestamp(precision: precision)) { $0.int64[0] = text }
        }
        #expect(micros(0, 0) == "\"1970-01-01 00:00:00\"")
        #expect(micros(-1, 3) == "\"1969-12-31 23:59:59.999\"")
        #expect(micros(1_709_164_799_123_456, 3) == "\"2024-02-28 23:59:59.123\"")
        #expect(micros(951_782_400_000_000, 0) == "\"2000-02-29 00:00:00\"")
        #expect(micros(4_107_542_399_000_001, 6) == "\"2100-02-28 23:59:59.000001\"")
        #expect(cell(.date) { $0.int64[0] = -719_528 } == "\"0000-01-01\"")
        #expect(cell(.date) { $0.int64[0] = .min } == "\"out of range\"")
        #expect(cell(.time(precision: 3)) { $0.int64[0] = 86_399_999 } == "\"23:59:59.999\"")
        #expect(micros(.min, 6).hasPrefix("\"-290308-12-21 19:59:05"))
        #expect(micros(.max, 6).hasPrefix("\"294247-01-10 04:00:54"))
    }
}
