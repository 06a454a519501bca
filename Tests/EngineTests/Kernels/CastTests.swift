import Columnar
import Engine
import StreamSQL
import Testing

/// The matrix of casts, as Flink makes them.
struct CastTests {
    private func tried(_ text: String, _ type: LogicalType) throws -> String {
        try ExpressionHarness.cast(.text(text), type, isTry: true)
    }

    @Test func textsToIntegers() throws {
        let cases = [
            ("12", "12,12,12,12"), (" 12 ", "12,12,12,12"), ("+5", "5,5,5,5"), ("-0", "0,0,0,0"), ("1.9", "1,1,1,1"),
            ("-1.9", "-1,-1,-1,-1"),
            ("1.", "1,1,1,1"), (".5", "0,0,0,0"), ("1e3", "NULL,NULL,NULL,NULL"), ("", "NULL,NULL,NULL,NULL"),
            (" ", "NULL,NULL,NULL,NULL"), ("12a", "NULL,NULL,NULL,NULL"),
            ("2147483647", "NULL,NULL,2147483647,2147483647"), ("2147483648", "NULL,NULL,NULL,2147483648"),
            ("-129", "NULL,-129,-129,-129"), ("-", "NULL,NULL,NULL,NULL"),
            ("9223372036854775808", "NULL,NULL,NULL,NULL"),
            ("-9223372036854775808", "NULL,NULL,NULL,-9223372036854775808"), ("1.9x", "NULL,NULL,NULL,NULL"),
            ("１２", "NULL,NULL,NULL,NULL"), ("0x10", "NULL,NULL,NULL,NULL"), ("--1", "NULL,NULL,NULL,NULL"),
            ("00012", "12,12,12,12"),
        ]
        for (text, expected) in cases {
            let shown = try [LogicalType.tinyint, .smallint, .integer, .bigint].map { try tried(text, $0) }
            #expect(shown.joined(separator: ",") == expected, "'\(text)'")
        }
    }

    /// Numbers around each power of ten, so that texts within a view and beyond it take turns, over several blocks.
    @Test func wholeNumbersOfEveryLengthToTexts() throws {
        var numbers: [Int64] = [0, .min, .max, .min + 1]
        var power: Int64 = 1
        for _ in 0..<18 {
            power *= 10
            numbers += [power - 1, -power, power, 1 - power, power + 1, -1 - power]
        }
        numbers = (0..<40).flatMap { _ in numbers }
        let values = numbers.enumerated().map { $0.offset % 7 == 3 ? LiteralValue.null : .int64($0.element) }
        let column = ExpressionHarness.column(DataType(.bigint), values)
        let expression = PlanExpression.cast(.column(0, DataType(.bigint)), to: DataType(.string), isTry: false)
        let batch = Batch(columns: [column], rowCount: values.count)
        let result = try ExpressionHarness.evaluator([expression]).evaluate(batch)[0]
        let wanted = numbers.enumerated().map {
            $0.offset % 7 == 3 ? LiteralValue.null : .text(Array(String($0.element).utf8))
        }
        #expect(ExpressionHarness.values(result, values.count) == wanted)
    }

    /// Two zeros in one program are two constants, though they compare equal.
    @Test func zerosOfBothSignsToTexts() throws {
        let string = DataType(.string)
        let zeros = [0.0, -0.0].map { zero in
            PlanExpression.cast(.literal(.float64(zero), DataType(.double)), to: string, isTry: false)
        }
        let both = PlanExpression.call(.concatenate, zeros, string)
        #expect(try ExpressionHarness.evaluate(both, [], rowCount: 1) == [.text(Array("0.0-0.0".utf8))])
    }

    @Test func textsToFloats() throws {
        let cases = [
            ("12", "12.0"), ("2147483647", "2.147483647E9"), ("9223372036854775808", "9.223372036854776E18"),
            ("\t7\n", "7.0"), ("NaN", "NaN"), ("-Infinity", "-Infinity"),
            ("1e400", "Infinity"), ("1d", "1.0"), ("0x1p3", "8.0"), ("1E-5", "1.0E-5"),
            ("123456789.123456789", "1.2345678912345679E8"), ("-0", "-0.0"), ("1.005", "1.005"),
            ("", "NULL"), ("12a", "NULL"), ("1,000", "NULL"), ("0x10", "NULL"), ("true", "NULL"), ("1e", "NULL"),
            (".", "NULL"), ("4.9e-324", "4.9E-324"),
            ("17976931348623157e292", "1.7976931348623157E308"), ("0.1e-5f", "1.0E-6"),
        ]
        for (text, expected) in cases { #expect(try tried(text, .double) == expected, "'\(text)'") }
        #expect(try tried("-9223372036854775808", .float) == "-9.223372E18")
        #expect(try tried("16777217", .float) == "1.6777216E7")
    }

    @Test func textsToDecimals() throws {
        let cases = [
            ("12", "12.00"), ("1.005", "1.01"), (".5", "0.50"), ("1e3", "1000.00"), ("2147483647", "NULL"),
            ("abc", "NULL"), ("NaN", "NULL"), ("1e400", "NULL"),
            ("1E-5", "0.00"), ("\t7\n", "7.00"), ("-1.9", "-1.90"), ("99999999.994", "99999999.99"),
            ("99999999.995", "NULL"), ("0000012", "12.00"), ("000000012", "NULL"), ("0.5", "0.50"),
        ]
        for (text, expected) in cases {
            #expect(try tried(text, .decimal(precision: 10, scale: 2)) == expected, "'\(text)'")
        }
        #expect(
            try tried("9223372036854775808", .decimal(precision: 38, scale: 18))
                == "9223372036854775808.000000000000000000")
    }

    @Test func textsToTimes() throws {
        let cases = [
            ("2026-11-20 08:09:10.123456789", "2026-11-20 08:09:10.123"), ("2026-11-20T08:09:10", "NULL"),
            ("2026-1-2", "2026-01-02 00:00:00.000"),
            ("2026-1-2 3:4:5", "2026-01-02 03:04:05.000"), ("2023-02-29 00:00:00", "2023-02-28 00:00:00.000"),
            ("24:00:00", "NULL"), ("2026-13-01", "NULL"),
            ("2026-11-31", "2026-11-30 00:00:00.000"), ("  2026-11-20  ", "NULL"), ("2026-11-20 08:09", "NULL"),
            ("20261120", "NULL"), ("2026-11-20 08:09:10Z", "NULL"),
            ("10000-01-01", "NULL"), ("-0001-01-01", "NULL"), ("2026-11-20 08:09:10.", "2026-11-20 08:09:10.000"),
            ("2026-11", "NULL"), ("0000-12-31 00:00:00", "NULL"),
            ("9999-12-31 23:59:59.999999999", "9999-12-31 23:59:59.999"), ("", "NULL"),
        ]
        for (text, expected) in cases { #expect(try tried(text, .timestamp(precision: 3)) == expected, "'\(text)'") }
        #expect(try tried("08:09:10.987", .time(precision: 3)) == "08:09:10.987")
        #expect(try tried("8:9", .time(precision: 0)) == "08:09:00")
        #expect(try tried("24:00:00", .time(precision: 0)) == "NULL")
        #expect(try tried("2026-11-20 10:00", .date) == "2026-11-20")
        #expect(try tried("yes", .boolean) == "true")
        #expect(try tried("F", .boolean) == "false")
        #expect(try tried("2", .boolean) == "NULL")
    }

    @Test func strictCastsFailWithTheText() throws {
        let targets: [LogicalType] = [
            .integer, .double, .boolean, .decimal(precision: 5, scale: 1), .date, .time(precision: 0),
            .timestamp(precision: 3), .timestampLTZ(precision: 3),
        ]
        let values = (0..<70).map { $0 == 66 ? LiteralValue.text(Array("no value".utf8)) : .null }
        let column = ExpressionHarness.column(DataType(.string), values)
        for target in targets {
            let cast = PlanExpression.cast(.column(0, DataType(.string)), to: DataType(target), isTry: false)
            let error = #expect(throws: EvaluationError.self) {
                try ExpressionHarness.evaluate(cast, [column], rowCount: 70)
            }
            #expect(error?.row == 66)
            #expect(error?.message == "the text 'no value' can't be cast to \(target)")
        }
    }

    @Test func numbersAmongThemselves() throws {
        let floats: [(Double, String)] = [
            (.greatestFiniteMagnitude, "9223372036854775807,2147483647,-1,-1"), (.nan, "0,0,0,0"),
            (1e7, "10000000,10000000,-27008,-128"),
            (9_007_199_254_740_992, "9007199254740992,2147483647,-1,-1"), (123456.789, "123456,123456,-7616,64"),
            (-2.5, "-2,-2,-2,-2"), (-.infinity, "-9223372036854775808,-2147483648,0,0"),
        ]
        for (value, expected) in floats {
            let shown = try [LogicalType.bigint, .integer, .smallint, .tinyint].map {
                try ExpressionHarness.cast(.double(value), $0)
            }
            #expect(shown.joined(separator: ",") == expected, "\(value)")
        }
        #expect(try ExpressionHarness.cast(.number(1_234_567_890_123_456_789, .bigint), .integer) == "2112454933")
        #expect(try ExpressionHarness.cast(.decimal("99999.9999", 12, 4), .smallint) == "-31073")
        #expect(try ExpressionHarness.cast(.decimal("-2.5000", 12, 4), .decimal(precision: 4, scale: 0)) == "-3")
        #expect(try ExpressionHarness.cast(.decimal("99999.9999", 12, 4), .decimal(precision: 6, scale: 2)) == "NULL")
        #expect(try ExpressionHarness.cast(.double(1.005), .decimal(precision: 6, scale: 2)) == "1.01")
        #expect(try ExpressionHarness.cast(.double(.nan), .decimal(precision: 6, scale: 2)) == "NULL")
        #expect(try ExpressionHarness.cast(.decimal("0.1", 20, 18), .double) == "0.1")
        #expect(try ExpressionHarness.cast(.number(16_777_217), .float) == "1.6777216E7")
        #expect(try ExpressionHarness.cast(.number(-5), .boolean) == "true")
        #expect(try ExpressionHarness.cast(.boolean(true), .decimal(precision: 3, scale: 1)) == "1.0")
        #expect(try ExpressionHarness.cast(.boolean(false), .double) == "0.0")
        #expect(try ExpressionHarness.cast(.number(1_000, .bigint), .decimal(precision: 3, scale: 0)) == "NULL")
    }

    @Test func valuesToTexts() throws {
        #expect(try ExpressionHarness.cast(.boolean(true), .string) == "TRUE")
        #expect(try ExpressionHarness.cast(.boolean(false), .char(2)) == "FA")
        #expect(try ExpressionHarness.cast(.number(3), .char(4)) == "3   ")
        #expect(try ExpressionHarness.cast(.number(-3), .varchar(1)) == "-")
        #expect(try ExpressionHarness.cast(.double(123456.789), .varchar(5)) == "12345")
        #expect(try ExpressionHarness.cast(.text("ÁΣ İı"), .char(7)) == "ÁΣ İı  ")
        #expect(try ExpressionHarness.cast(.text("数据处理引擎"), .varchar(3)) == "数据处")
        #expect(try ExpressionHarness.cast(.timestamp("1970-01-01 00:00:00"), .string) == "1970-01-01 00:00:00.000")
        #expect(try ExpressionHarness.cast(.timestamp("2026-11-20 08:09:10.5"), .varchar(10)) == "2026-11-20")
        #expect(try ExpressionHarness.cast(.date("0001-01-01"), .string) == "0001-01-01")
        #expect(try ExpressionHarness.cast(.number(14, .intervalMonths), .string) == "+1-02")
        #expect(try ExpressionHarness.cast(.number(-93_784_005, .intervalMilliseconds), .string) == "-1 02:03:04.005")
    }

    @Test func timesAmongThemselves() throws {
        let time = TestValue.timestamp("2026-11-20 08:09:10.123456", 6)
        #expect(try ExpressionHarness.cast(time, .date) == "2026-11-20")
        #expect(try ExpressionHarness.cast(time, .time(precision: 0)) == "08:09:10")
        #expect(try ExpressionHarness.cast(time, .timestamp(precision: 0)) == "2026-11-20 08:09:10")
        #expect(try ExpressionHarness.cast(time, .timestamp(precision: 9)) == "2026-11-20 08:09:10.123456000")
        #expect(try ExpressionHarness.cast(.date("1969-12-31"), .timestamp(precision: 3)) == "1969-12-31 00:00:00.000")
        #expect(try ExpressionHarness.cast(.timestamp("1969-12-31 23:59:59.999"), .date) == "1969-12-31")
    }

    @Test func instantsFollowTheZone() throws {
        let instant = LogicalType.timestampLTZ(precision: 3)
        let cases = [
            ("America/New_York", "2026-03-08 02:30:00", "2026-03-08 03:30:00.000"),
            ("America/New_York", "2026-11-01 01:30:00", "2026-11-01 01:30:00.000"),
            ("America/Sao_Paulo", "2018-11-04 00:30:00", "2018-11-04 01:30:00.000"),
            ("Asia/Shanghai", "2026-11-20 08:09:10.123", "2026-11-20 08:09:10.123"),
        ]
        for (zone, local, shown) in cases {
            #expect(try ExpressionHarness.cast(.timestamp(local), instant, zone: zone) == shown)
        }
        let value = TestValue.number(1_795_162_150_123_000, instant)
        #expect(
            try ExpressionHarness.cast(value, .timestamp(precision: 3), zone: "America/New_York")
                == "2026-11-20 03:09:10.123")
        #expect(try ExpressionHarness.cast(value, .string, zone: "America/New_York") == "2026-11-20 03:09:10.123")
        #expect(try ExpressionHarness.cast(value, .date, zone: "Asia/Tokyo") == "2026-11-20")
        #expect(
            try ExpressionHarness.cast(.date("2026-11-20"), instant, zone: "America/New_York")
                == "2026-11-20 00:00:00.000")
    }
}
