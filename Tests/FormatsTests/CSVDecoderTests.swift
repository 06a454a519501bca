import Columnar
import Diagnostics
import Formats
import Testing

/// Exactness of the CSV and raw decoders.
struct CSVDecoderTests {
    private func decode(_ text: String, _ fields: [Field], _ options: [String: String] = [:]) throws -> Decoded {
        try DecoderHarness(format: "csv", fields: fields, options: options).decode(text)
    }

    private static let three: [Field] = [.of("id", .integer), .of("n", .integer), .of("s", .string)]

    @Test func readsEveryCommonType() throws {
        let fields: [Field] = [
            .of("id", .integer), .of("s", .string), .of("p", .decimal(precision: 10, scale: 2)), .of("b", .boolean),
            .of("d", .date), .of("ts", .timestamp(precision: 3)), .of("t", .time(precision: 0)),
        ]
        let text = """
            1,ann,2.50,true,2026-01-05,2026-01-05 08:00:00.123,12:30:00
            2,"b,o""b",-0.01,false,2024-02-29,1969-12-31 23:59:59.999,00:00:00
            3,"",0,TRUE,0001-01-01,2026-01-05 08:00:00,23:59:59
            4, padded ,99999999.99,false,9999-12-31,9999-12-31 23:59:59,01:02:03
            5,中文😀,1e2,true,2026-06-30,2026-06-30 12:00:00.5,06:00:00
            6,"quoted",12.345,true,2026-06-30,2026-06-30 12:00:00.000,06:00:00
            """
        let result = try decode(text, fields)
        #expect(result.rejected.isEmpty)
        #expect(result.rows.map { $0[1] } == ["ann", "b,o\"b", "", " padded ", "中文😀", "quoted"])
        #expect(result.rows.map { $0[2] } == ["250", "-1", "0", "9999999999", "10000", "1235"])
        #expect(result.rows.map { $0[3] } == ["true", "false", "true", "false", "true", "true"])
        #expect(result.rows.map { $0[4] } == ["20458", "19782", "-719162", "2932896", "20634", "20634"])
        #expect(result.rows.map { $0[6] } == ["45000000", "0", "86399000", "3723000", "21600000", "21600000"])
        #expect(result.rows[1][5] == "-1000")
    }

    @Test func ignoresErrorsLikeFlink() throws {
        let text = "1,10,ok\n2,abc,bad int\n3,30\n4,40,four,extra\nx,50,bad id\n6,60,\"six\"\n7,,empty\n8, 80 ,blanks\n"
        let result = try decode(text, Self.three, ["csv.ignore-parse-errors": "true"])
        #expect(
            result.rows == [
                ["1", "10", "ok"], ["2", nil, "bad int"], ["3", "30", nil], [nil, "50", "bad id"], ["6", "60", "six"],
                ["7", nil, "empty"], ["8", "80", "blanks"],
            ])
        #expect(result.rejected.map(\.reason) == ["malformed_csv"])
        let strict = try decode(text, Self.three)
        #expect(strict.rows.map { $0[0] } == ["1", "6", "8"])
        #expect(
            strict.rejected.map(\.reason) == ["bad_value", "malformed_csv", "malformed_csv", "bad_value", "bad_value"])
        #expect(strict.rejected.first?.detail == "column 'n' wants INT, got 'abc'")
    }

    @Test func takesItsOptions() throws {
        let texts: [Field] = [.of("a", .string), .of("b", .string)]
        #expect(
            try decode(
                "# header\n1,a\n#2,b\n3,c # no\n\"#4\",q\n  # indented\n5,e", texts, ["csv.allow-comments": "true"]
            ).rows
                == [["1", "a"], ["3", "c # no"], ["#4", "q"], ["5", "e"]])
        #expect(
            try decode("1,'it, is'\n2,'don''t'\n3,\"x\"", texts, ["csv.quote-character": "'"]).rows
                == [["1", "it, is"], ["2", "don't"], ["3", "\"x\""]])
        #expect(
            try decode("a;\"b;c\"\r\nd;\r\n", texts, ["csv.field-delimiter": ";"]).rows == [["a", "b;c"], ["d", ""]])
        #expect(
            try decode("n/a,\"n/a\"\nN/A,n/a ", texts, ["csv.null-literal": "n/a"]).rows == [
                [nil, nil], ["N/A", "n/a "],
            ])
        #expect(
            try decode("\"a,b\"", texts, ["csv.disable-quote-character": "true"]).rows == [["\"a", "b\""]])
        #expect(
            try decode("a\\,b,\"c\\\"d\"", texts, ["csv.escape-character": "\\"]).rows == [["a,b", "c\"d"]])
        #expect(try decode("a\tb", texts, ["csv.field-delimiter": "\\t"]).rows == [["a", "b"]])
        #expect(throws: MillraceError.self) { try decode("", texts, ["csv.field-delimiter": "ab"]) }
        #expect(throws: MillraceError.self) { try decode("", texts, ["csv.allow-comments": "maybe"]) }
    }

    @Test func quotedFieldsMayHoldLineEndsAcrossCalls() throws {
        let harness = DecoderHarness(
            format: "csv", fields: [.of("b", .string)], schema: [.of("a", .string), .of("b", .string)])
        let text = Array("1,\"one\ntwo\"\n2,\"x\"\n3,y\n".utf8)
        for split in 0...text.count {
            let decoder = try harness.make()
            var rows: [[String?]] = []
            var carried: [UInt8] = []
            for (part, isFinal) in [(text[..<split], false), (text[split...], true)] {
                let block = InputBlock(copying: carried + part)
                var position = 0
                while position < block.count {
                    let lines = try decoder.decode(block, from: position, to: block.count, isFinal: isFinal)
                    if lines.consumed == position { break }
                    #expect(lines.rejected.isEmpty)
                    position = lines.consumed
                    if let batch = lines.batch { rows += (0..<batch.rowCount).map { [batch.columns[0].string($0)] } }
                }
                carried = (position..<block.count).map { block.bytes[$0] }
            }
            #expect(rows == [["one\ntwo"], ["x"], ["y"]], "split at \(split)")
        }
    }

    @Test func anOpenQuoteCostsOneLine() throws {
        let result = try DecoderHarness(format: "csv", fields: Self.three, longestLine: 50).decode(
            "1,1,\"open\n2,2,b\n" + String(repeating: "3,3,c\n", count: 20))
        #expect(result.rejected.map(\.reason) == ["malformed_csv"])
        #expect(result.rows.count == 21)
        let tail = try decode("1,1,\"a\"x\n2,2,b\n3,3,\"open", Self.three)
        #expect(tail.rows.count == 1 && tail.rejected.count == 2)
    }

    @Test(arguments: 0..<10)
    func anyBytesGiveRowsOrRejects(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let alphabet = Array("\",;\n\r #\\'a1.-:".utf8) + [0, 0x80, 0xC3, 0xA9]
        for options in [
            [:], ["csv.ignore-parse-errors": "true"], ["csv.escape-character": "\\", "csv.allow-comments": "true"],
        ] {
            for _ in 0..<200 {
                let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                    alphabet.randomElement(using: &random)!
                }
                let harness = DecoderHarness(format: "csv", fields: Self.three, options: options)
                let block = InputBlock(copying: bytes)
                let decoder = try harness.make()
                var position = 0
                while position < block.count {
                    let lines = try decoder.decode(block, from: position, to: block.count)
                    try #require(lines.consumed > position, "seed \(seed): no progress")
                    position = lines.consumed
                }
            }
        }
    }

    @Test func rawTakesWholeLines() throws {
        let harness = DecoderHarness(format: "raw", fields: [.of("line", .string)])
        let bytes = Array("first line\n\n  \"q\"\r\n中文 😀\n".utf8) + [0xFF, 10] + Array("last".utf8)
        let result = try harness.decode(bytes)
        #expect(result.rows == [["first line"], [""], ["  \"q\""], ["中文 😀"], ["last"]])
        #expect(result.rejected.map(\.reason) == ["invalid_utf8"])
    }
}
