import Columnar
import Diagnostics
import Formats
import Testing

/// Exactness of the JSON decoder: conversions, escapes, structure, policies.
struct JSONDecoderTests {
    static let mixed: [Field] = [
        .of("id", .integer), .of("s", .string), .of("n", .bigint), .of("d", .double),
        .of("p", .decimal(precision: 8, scale: 2)),
        .of("o", .boolean),
    ]

    @Test func readsNumbersLikeFlink() throws {
        let fields: [Field] = [
            .of("id", .integer), .of("b", .bigint), .of("i", .integer), .of("t", .tinyint), .of("d", .double),
            .of("f", .float), .of("p", .decimal(precision: 8, scale: 2)), .of("q", .decimal(precision: 26, scale: 6)),
            .of("s", .string), .of("o", .boolean),
        ]
        let text = """
            {"id":1,"b":9223372036854775807,"i":2147483647,"t":127,"d":1.7976931348623157e308,"f":0.1,"p":"123.456","q":99999999999999999999.999999,"s":12.50,"o":true}
            {"id":2,"b":-9223372036854775808,"i":-2147483648,"t":-128,"d":-0.0,"f":1e-3,"p":123.455,"q":"0.0000005","s":1e3,"o":"true"}
            {"id":3,"b":"42","i":"-7","t":"5","d":"2.5","f":"1e2","p":1e2,"q":1E-6,"s":true,"o":"FALSE"}
            {"id":4,"b":0,"i":0,"t":0,"d":0,"f":0,"p":0,"q":0,"s":null,"o":false}
            {"id":5,"b":1.0,"i":3.0,"t":1,"d":1,"f":16777217,"p":-0.005,"q":-1,"s":{"a":[1, 2]},"o":null}
            {"id":6,"b":null,"i":null,"t":null,"d":null,"f":null,"p":null,"q":null,"s":["x" , 1],"o":null}
            """
        let result = try DecoderHarness(fields: fields).decode(text)
        #expect(result.rejected.isEmpty)
        let third = Double(Float(0.1))
        #expect(
            result.rows == [
                [
                    "1", "9223372036854775807", "2147483647", "127", "1.7976931348623157e+308", "\(third)", "12346",
                    "99999999999999999999999999", "12.50", "true",
                ],
                [
                    "2", "-9223372036854775808", "-2147483648", "-128", "-0.0", "\(Double(Float(0.001)))", "12346", "1",
                    "1e3", "true",
                ],
                ["3", "42", "-7", "5", "2.5", "100.0", "10000", "1", "true", "false"],
                ["4", "0", "0", "0", "0.0", "0.0", "0", "0", nil, "false"],
                ["5", "1", "3", "1", "1.0", "16777216.0", "-1", "-1000000", "{\"a\":[1,2]}", nil],
                ["6", nil, nil, nil, nil, nil, nil, nil, "[\"x\",1]", nil],
            ])
    }

    @Test func readsTimesInBothStandards() throws {
        let fields: [Field] = [
            .of("t3", .timestamp(precision: 3)), .of("t0", .timestamp(precision: 0)),
            .of("t9", .timestamp(precision: 9)),
            .of("z", .timestampLTZ(precision: 3)), .of("d", .date), .of("t", .time(precision: 0)),
        ]
        let sql = """
            {"t3":"2026-11-20 08:09:10.123","t0":"2026-11-20 08:09:10.9","t9":"2026-11-20 08:09:10.123456789","z":"2026-11-20 08:09:10.123Z","d":"2026-11-20","t":"08:09:10"}
            {"t3":"1969-12-31 23:59:59.999","t0":"1970-01-01 00:00:00","t9":"9999-12-31 23:59:59.999999999","z":"1970-01-01 00:00:00.000Z","d":"9999-12-31","t":"00:00:00"}
            """
        let expected: [[String?]] = [
            ["1795162150123000", "1795162150000000", "1795162150123456789", "1795162150123000", "20777", "29350000"],
            ["-1000", "0", "253402300799999999999", "0", "2932896", "0"],
        ]
        #expect(try DecoderHarness(fields: fields).decode(sql).rows == expected)
        let iso = sql.replacing(":\"", with: ":\"").split(separator: "\n").map { line in
            line.replacing("-20 0", with: "-20T0").replacing("-31 2", with: "-31T2").replacing("-01 0", with: "-01T0")
        }.joined(separator: "\n")
        let harness = DecoderHarness(fields: fields, options: ["json.timestamp-format.standard": "ISO-8601"])
        #expect(try harness.decode(iso).rows == expected)
        #expect(try harness.decode(sql).rejected.count == 2)
    }

    @Test func refusesTimesThatAreNone() throws {
        let harness = DecoderHarness(fields: [.of("t", .timestamp(precision: 3)), .of("d", .date)])
        for bad in [
            #"{"t":"2026-13-01 00:00:00"}"#, #"{"t":"2026-01-01 24:00:00"}"#, #"{"t":"2026-01-01T00:00:00"}"#,
            #"{"t":"2026-01-01 00:00:00.1234567890"}"#, #"{"t":"2026-01-01 00:00"}"#, #"{"t":5}"#,
            #"{"d":"2026-02-29"}"#,
            #"{"d":"2026-1-1"}"#, #"{"d":true}"#, #"{"t":"2026-01-01 00:00:00Z"}"#,
        ] {
            let result = try harness.decode(bad)
            #expect(result.rows.isEmpty && result.rejected.first?.reason == "bad_value", "\(bad)")
        }
    }

    @Test func resolvesEscapesInTextsAndKeys() throws {
        let harness = DecoderHarness(fields: [.of("id", .integer), .of("s", .string), .of("key", .string)])
        let text = #"""
            {"id":1,"s":"\u4f60\u597d","k\u0065y":"\u0041"}
            {"id":2,"s":"\ud83d\ude00 and 😀","key":"tab\tend"}
            {"id":3,"s":"\/\b\f\\ \"","key":""}
            {"id":4,"s":"plain and long enough","key":"\ud83d"}
            {"id":"\u0035","s":"nul \u0001 \u001f end","key":"\u2028"}
            """#
        let result = try harness.decode(text)
        #expect(result.rejected.isEmpty)
        #expect(
            result.rows == [
                ["1", "你好", "A"], ["2", "😀 and 😀", "tab\tend"], ["3", "/\u{8}\u{c}\\ \"", ""],
                ["4", "plain and long enough", "?"], ["5", "nul \u{1} \u{1f} end", "\u{2028}"],
            ])
    }

    @Test func missingFieldsAreNullAndTheLastOfRepeatedKeysCounts() throws {
        let harness = DecoderHarness(fields: [.of("id", .integer), .of("a", .integer), .of("A", .integer)])
        let text = """
            {"id":1,"a":1}
            {}
            {"id":3,"a":null,"extra":{"deep":[1,{"z":2}]}}
            {"a":6,"id":6,"A":60,"ID":600}
            {"id":7,"a":1,"a":2}
            {"id":8,"a":null,"a":3}
            {"id":9,"a":3,"a":null}
            { "id" : 10 , "a" : 5 }
            """
        let result = try harness.decode(text)
        #expect(result.rejected.isEmpty)
        #expect(
            result.rows == [
                ["1", "1", nil], [nil, nil, nil], ["3", nil, nil], ["6", "6", "60"], ["7", "2", nil], ["8", "3", nil],
                ["9", nil, nil], ["10", "5", nil],
            ])
        let strict = DecoderHarness(fields: harness.fields, options: ["json.fail-on-missing-field": "true"])
        let rejected = try strict.decode(text).rejected
        #expect(rejected.count == 7)
        #expect(
            rejected.first
                == RejectedLine(reason: "missing_field", detail: "field 'A' is missing", offset: 0, length: 14))
    }

    @Test func tellsWhyALineIsRejected() throws {
        let harness = DecoderHarness(fields: [.of("id", .integer), .of("s", .string)])
        let cases: [(String, String)] = [
            ("not json at all", "malformed_json"), (#"{"id":4,"a":"#, "malformed_json"), ("null", "not_an_object"),
            ("17", "not_an_object"), ("\"text\"", "not_an_object"), (#"{"id":9,"a":1,"b":"unended"#, "malformed_json"),
            (#"{"id":"x"}"#, "bad_value"), (#"{"id":99999999999}"#, "bad_value"), (#"{"id":{}}"#, "bad_value"),
            (#"{"id":1}}"#, "malformed_json"), (#"{"id":1}{"id":2}"#, "malformed_json"),
            (#"{"id":1,}"#, "malformed_json"),
            (#"{"id" 1}"#, "malformed_json"), (#"{"id":01}"#, "malformed_json"), (#"{"u":tru}"#, "malformed_json"),
            (#"{"u":"\x"}"#, "malformed_json"), (#"{"u":[1,]}"#, "malformed_json"), (#"{"u":{"a"}}"#, "malformed_json"),
            (#"{"s":"a"b"}"#, "malformed_json"), (#"{"s":"a" "b"}"#, "malformed_json"), (#"{id:1}"#, "malformed_json"),
            ("{\"s\":\"a\u{1}b\"}", "malformed_json"), (#"[1]"#, "not_an_object"),
            (#"[{"id":1},{"id":"x"}]"#, "bad_value"),
            (#"[{"id":1}"#, "malformed_json"), ("{", "malformed_json"), ("}", "malformed_json"),
            ("]", "malformed_json"),
        ]
        let good = #"{"id":1,"s":"fine"}"#
        for (line, reason) in cases {
            let alone = try harness.decode(line)
            #expect(alone.rejected.map(\.reason) == [reason] && alone.rows.isEmpty, "\(line)")
            let between = try harness.decode(good + "\n" + line + "\n" + good)
            #expect(between.rejected.map(\.reason) == [reason], "\(line)")
            #expect(between.rows == [["1", "fine"], ["1", "fine"]], "\(line)")
            #expect(
                between.rejected.first?.offset == 20 && between.rejected.first?.length == line.utf8.count, "\(line)")
        }
        let utf8 = try harness.decode(
            Array(good.utf8) + [10] + Array(#"{"s":""#.utf8) + [0xC3, 0x28] + Array("\"}\n".utf8))
        #expect(utf8.rejected.map(\.reason) == ["invalid_utf8"] && utf8.rows.count == 1)
        let value = try harness.decode(#"{"id":"x1"}"#).rejected.first
        #expect(value?.detail == "column 'id' wants INT, got 'x1'")
    }

    @Test func ignoresErrorsWhenTold() throws {
        let fields: [Field] = [.of("id", .integer), .of("a", .integer), .of("b", .string)]
        let text = """
            {"id":1,"a":5,"b":"ok"}
            {"id":2,"a":"x","b":"bad int"}
            not json at all
            {"id":4,"a":
            {"id":5,"a":7,"b":"after"}

            {"id":6}
            []
            {"id":"7","a":"8","b":9}
            null
            {"id":8,"a":99999999999,"b":"too big"}
            {"id":9,"a":1,"b":"unended
            {"id":10,"a":2,"b":"last without line end"}
            """
        let result = try DecoderHarness(fields: fields, options: ["json.ignore-parse-errors": "true"]).decode(text)
        #expect(
            result.rows == [
                ["1", "5", "ok"], ["2", nil, "bad int"], ["5", "7", "after"], ["6", nil, nil], ["7", "8", "9"],
                ["8", nil, "too big"], ["10", "2", "last without line end"],
            ])
        #expect(result.rejected.count == 4)
    }

    @Test func spreadsTopLevelArrays() throws {
        let harness = DecoderHarness(fields: [.of("id", .integer)])
        let result = try harness.decode(#"[{"id":1},{"id":2}]"# + "\n[]\n" + #"{"id":3}"#)
        #expect(result.rows == [["1"], ["2"], ["3"]] && result.rejected.isEmpty)
        let many = try harness.decode(
            "[" + Array(repeating: #"{"id":1}"#, count: 5_000).joined(separator: ",") + "]\n{\"id\":2}")
        #expect(many.rows == [["2"]] && many.rejected.map(\.reason) == ["too_many_rows"])
    }

    @Test func rejectsLongLinesAndDeepNesting() throws {
        let harness = DecoderHarness(fields: [.of("id", .integer)], longestLine: 100_000)
        let long = "{\"id\":1,\"x\":\"" + String(repeating: "y", count: 200_000) + "\"}"
        let deep = "{\"x\":" + String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000) + "}"
        let fits = "{\"id\":3,\"x\":\"" + String(repeating: "y", count: 90_000) + "\"}\r"
        let result = try harness.decode([long, deep, fits, "{\"id\":4}"].joined(separator: "\n"))
        #expect(result.rejected.map(\.reason) == ["line_too_long", "malformed_json"])
        #expect(result.rows == [["3"], ["4"]])
        let short = DecoderHarness(fields: harness.fields, longestLine: 10)
        #expect(try short.decode("{\"id\":123456}\n{\"id\":5}\n").rejected.map(\.reason) == ["line_too_long"])
    }

    @Test func readsBase64AndNoColumnsAtAll() throws {
        let bytes = DecoderHarness(fields: [.of("x", .bytes)])
        #expect(
            try bytes.decode("{\"x\":\"aGVsbG8=\"}\n{\"x\":\"aGVsbG8gd29ybGQhIQ==\"}").rows == [
                ["hello"], ["hello world!!"],
            ])
        #expect(try bytes.decode("{\"x\":\"a\"}\n{\"x\":\"$$$$\"}").rejected.count == 2)
        #expect(try DecoderHarness(fields: []).decode("{\"a\":1}\n{}\nx").rows.count == 2)
    }

    @Test func givesFullBatchesAndKeepsTextsAlive() throws {
        let decoder = try DecoderHarness(fields: [.of("s", .string)]).make()
        var batches: [Batch] = []
        do {
            let block = InputBlock(
                copying: (0..<10_000).map { "{\"s\":\"a text of some length \($0)\"}\n" }.joined().utf8)
            var position = 0
            while position < block.count {
                let lines = try decoder.decode(block, from: position, to: block.count)
                position = lines.consumed
                lines.batch.map { batches.append($0) }
            }
        }
        #expect(
            batches.allSatisfy { $0.rowCount <= Limits.batchRows } && batches.reduce(0) { $0 + $1.rowCount } == 10_000)
        var number = 0
        for batch in batches {
            for row in 0..<batch.rowCount {
                #expect(batch.columns[0].string(row) == "a text of some length \(number)")
                number += 1
            }
        }
    }

    @Test func refusesMapsWhoseKeysAreNoTexts() {
        #expect(throws: MillraceError.self) {
            try DecoderHarness(fields: [.of("m", .map(key: DataType(.bigint), value: DataType(.integer)))]).make()
        }
    }
}
