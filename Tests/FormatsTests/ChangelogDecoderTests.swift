import Columnar
import Diagnostics
import Formats
import Testing

/// Rows, kinds and rejects of the change-log formats.
struct ChangelogDecoderTests {
    private static let fields: [Field] = [.of("id", .integer), .of("s", .string)]

    private func decode(_ format: String, _ text: String, _ options: [String: String] = [:]) throws -> Decoded {
        try DecoderHarness(format: format, fields: Self.fields, options: options).decode(text)
    }

    @Test func anUpdateIsTwoRowsInOrder() throws {
        let result = try decode(
            "debezium-json", #"{"op":"u","after":{"id":1,"s":"n"},"before":{"s":"o","id":1}}"# + "\n")
        #expect(result.rows == [["1", "o"], ["1", "n"]])
        #expect(result.kinds == [.updateBefore, .updateAfter])
    }

    @Test func insertsAloneHaveNoKinds() throws {
        let result = try decode("maxwell-json", #"{"type":"insert","data":{"id":1}}"#)
        #expect(result.rows == [["1", nil]])
        #expect(result.kinds == [.insert])
    }

    @Test func oldValuesAreMergedIntoTheRow() throws {
        let line = #"{"data":[{"id":"1","s":"n"},{}],"type":"UPDATE","old":[{"s":null},{"id":"2"}]}"#
        let result = try decode("canal-json", line)
        #expect(result.rows == [["1", nil], ["1", "n"], ["2", nil], [nil, nil]])
        #expect(result.kinds == [.updateBefore, .updateAfter, .updateBefore, .updateAfter])
    }

    @Test func aBadRowTakesItsWholeRecordWithIt() throws {
        let text = """
            {"op":"c","after":{"id":1,"s":"a"}}
            {"op":"u","before":{"id":1,"s":"a"},"after":{"id":"x","s":"b"}}
            {"op":"d","before":{"id":1,"s":"a"}}
            """
        let result = try decode("debezium-json", text)
        #expect(result.rows == [["1", "a"], ["1", "a"]])
        #expect(result.kinds == [.insert, .delete])
        #expect(result.rejected.map(\.reason) == ["bad_value"])
        #expect(result.rejected.map(\.offset) == [36])
    }

    @Test func errorsAreIgnoredWhenAskedFor() throws {
        let text = "{\"op\":\"c\",\"after\":{\"id\":\"x\",\"s\":\"a\"}}\n"
        let result = try decode("debezium-json", text, ["debezium-json.ignore-parse-errors": "true"])
        #expect(result.rows == [[nil, "a"]])
    }

    @Test(arguments: [
        ("debezium-json", #"{"op":"u","before":null,"after":{"id":1}}"#, "missing_field"),
        ("debezium-json", #"{"op":"x","after":{"id":1}}"#, "bad_value"),
        ("debezium-json", #"{"op":"c","after":{"id":1}"#, "malformed_json"),
        ("debezium-json", #"["op"]"#, "malformed_json"),
        ("debezium-json", #"{"op":"c","after":{"id":1}} x"#, "malformed_json"),
        ("debezium-json", #"{"op":"c","after":{"id":nul}}"#, "malformed_json"),
        ("canal-json", #"{"type":"UPDATE","data":[{"id":1}],"old":[]}"#, "missing_field"),
        ("canal-json", #"{"type":"INSERT","data":[1]}"#, "missing_field"),
        ("maxwell-json", #"{"type":"update","data":{"id":1}}"#, "missing_field"),
        ("ogg-json", #"{"op_type":"T"}"#, "bad_value"),
    ])
    func whatIsNoRecordIsRejected(format: String, line: String, reason: String) throws {
        let result = try decode(format, line + "\n")
        #expect(result.rows.isEmpty)
        #expect(result.rejected.map(\.reason) == [reason])
    }

    @Test func recordsStayWholeWhenABatchIsFull() throws {
        let row = #"{"id":7,"s":"v"}"#
        let record = #"{"type":"INSERT","data":["# + Array(repeating: row, count: 1_500).joined(separator: ",") + "]}\n"
        let result = try decode("canal-json", String(repeating: record, count: 5))
        #expect(result.rows.count == 7_500)
        #expect(result.batches == 3)
        #expect(result.rejected.isEmpty)
    }

    @Test func aRecordOfMoreRowsThanABatchIsRejected() throws {
        let row = #"{"id":7}"#
        let count = Limits.batchRows + 1
        let record = #"{"type":"DELETE","data":["# + Array(repeating: row, count: count).joined(separator: ",") + "]}\n"
        let result = try decode("canal-json", record + #"{"type":"INSERT","data":[{"id":1}]}"#)
        #expect(result.rejected.map(\.reason) == ["too_many_rows"])
        #expect(result.rows == [["1", nil]])
    }

    @Test(arguments: [
        ("shop", "shop", true), ("shop", "shops", false), ("a|b", "b", true), ("a|b", "ab", false),
        ("shop_[0-9]+", "shop_12", true), ("shop_[0-9]+", "shop_", false), ("(ab)*c?", "ababc", true),
        ("(ab)*c?", "", true), ("(ab)*c?", "abcc", false), (#"\w+\.t\d"#, "x_1.t3", true),
        (#"\w+\.t\d"#, "x_1-t3", false), ("[^a-c]", "d", true), ("[^a-c]", "b", false), ("^a.c$", "a中c", true),
        ("(a*)*", "aaaa", true), ("(a*)*b", "aaaa", false), ("(?:x|yy)+", "xyyx", true),
    ])
    func databasesAreChosenByPattern(pattern: String, name: String, isMatch: Bool) throws {
        let line = #"{"type":"INSERT","database":""# + name + #"","data":[{"id":1}]}"#
        let result = try decode("canal-json", line, ["canal-json.database.include": pattern])
        #expect(result.rows.count == (isMatch ? 1 : 0))
        #expect(result.rejected.isEmpty)
    }

    @Test(arguments: ["(", "a)", "[a", "*a", "a{2}", #"\"#, #"\q"#, "(?=a)", "[z-a]"])
    func whatIsNoPatternIsRefused(pattern: String) {
        #expect(throws: MillraceError.self) {
            try decode("canal-json", "{}", ["canal-json.table.include": pattern])
        }
    }
}
