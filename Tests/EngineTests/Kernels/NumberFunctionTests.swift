import Columnar
import Engine
import StreamSQL
import Testing

/// Results of arithmetic and of number functions, as Flink gives them.
struct NumberFunctionTests {
    private func run(_ function: ScalarFunction, _ arguments: [TestValue], _ type: LogicalType) throws -> String {
        try ExpressionHarness.call(function, arguments, type)
    }

    @Test func integersWrap() throws {
        let cases: [(ScalarFunction, Int64, Int64, LogicalType, String)] = [
            (.add, 2_147_483_647, 1, .integer, "-2147483648"), (.add, 127, 127, .tinyint, "-2"),
            (.multiply, 32_767, 32_767, .smallint, "1"),
            (.subtract, -128, -32_768, .smallint, "32640"), (.add, .max, 1, .bigint, "-9223372036854775808"),
            (.multiply, .min, 2, .bigint, "0"),
            (.divide, -7, 2, .integer, "-3"), (.modulo, -7, 2, .integer, "-1"), (.modulo, 7, -2, .integer, "1"),
            (.divide, .min, -1, .bigint, "-9223372036854775808"),
            (.modulo, .min, -1, .bigint, "0"), (.divide, -2_147_483_648, -1, .integer, "-2147483648"),
        ]
        for (function, left, right, type, expected) in cases {
            #expect(
                try run(function, [.number(left, type), .number(right, type)], type) == expected,
                "\(left) \(function) \(right)")
        }
        #expect(try run(.negate, [.number(-2_147_483_648)], .integer) == "-2147483648")
        #expect(try run(.absolute, [.number(.min, .bigint)], .bigint) == "-9223372036854775808")
        #expect(try run(.absolute, [.number(-128, .tinyint)], .tinyint) == "-128")
        #expect(try run(.sign, [.number(-7)], .integer) == "-1")
    }

    @Test func decimalsAreExact() throws {
        let rows: [(String, String, String, String, String, String, String)] = [
            ("1.2350", "3", "4.2350", "-1.7650", "3.705000", "0.411666666666667", "1.2350"),
            ("-1.2350", "3", "1.7650", "-4.2350", "-3.705000", "-0.411666666666667", "-1.2350"),
            ("9999.9950", "-0.5", "9999.4950", "10000.4950", "-4999.997500", "-19999.990000000000000", "0.4950"),
            (
                "12345678.9999", "99999999.99", "112345678.9899", "-87654320.9901", "1234567899866543.210001",
                "0.123456790011346", "12345678.9999"
            ),
            ("-2.5", "0.01", "-2.4900", "-2.5100", "-0.025000", "-250.000000000000000", "0.0000"),
            ("0.0001", "1000", "1000.0001", "-999.9999", "0.100000", "0.000000100000000", "0.0001"),
        ]
        for (x, y, sum, difference, product, quotient, rest) in rows {
            let operands: [TestValue] = [.decimal(x, 12, 4), .decimal(y, 10, 2)]
            #expect(try run(.add, operands, .decimal(precision: 13, scale: 4)) == sum)
            #expect(try run(.subtract, operands, .decimal(precision: 13, scale: 4)) == difference)
            #expect(try run(.multiply, operands, .decimal(precision: 23, scale: 6)) == product)
            #expect(try run(.divide, operands, .decimal(precision: 25, scale: 15)) == quotient)
            #expect(try run(.modulo, operands, .decimal(precision: 12, scale: 4)) == rest)
        }
    }

    @Test func largeDecimalsOverflowToNull() throws {
        let nines = String(repeating: "9", count: 38)
        let wide = LogicalType.decimal(precision: 38, scale: 0)
        let large = TestValue.decimal(nines, 38, 0)
        #expect(try run(.add, [large, .decimal("1", 38, 0)], wide) == "NULL")
        #expect(try run(.subtract, [large, .decimal("1", 38, 0)], wide) == String(repeating: "9", count: 37) + "8")
        #expect(try run(.multiply, [large, large], wide) == "NULL")
        #expect(try run(.multiply, [large, .decimal("1", 38, 0)], wide) == nines)
        #expect(try run(.divide, [large, .decimal("3", 38, 0)], wide) == String(repeating: "3", count: 38))
        // The exact product has 57 digits and goes through 256 bits.
        let scaled = TestValue.decimal("1234567890123456789.0123456789", 38, 10)
        #expect(
            try run(.multiply, [scaled, scaled], .decimal(precision: 38, scale: 0))
                == "1524157875323883675049535156253619879")
        #expect(
            try run(.divide, [.decimal("1", 38, 0), .decimal("3", 38, 18)], .decimal(precision: 38, scale: 37)) == "0."
                + String(repeating: "3", count: 37))
        #expect(
            try run(.modulo, [large, .decimal("0.7", 38, 18)], .decimal(precision: 38, scale: 18))
                == "0.300000000000000000")
    }

    @Test func roundsByShortestDigits() throws {
        let cases: [(Double, Int64, String, String)] = [
            (2.5, 0, "3.0", "2.0"), (-2.5, 0, "-3.0", "-2.0"), (1.005, 2, "1.01", "1.0"),
            (1234.567, -1, "1230.0", "1230.0"), (995, -2, "1000.0", "900.0"),
            (-0.5, -1, "0.0", "0.0"), (0.05, 1, "0.1", "0.0"), (1e300, 2, "1.0E300", "1.0E300"),
            (.nan, 1, "NaN", "NaN"), (4.434264882430378E38, 9, "4.434264882430378E38", "4.434264882430378E38"),
        ]
        for (value, digits, rounded, cut) in cases {
            #expect(try run(.round, [.double(value), .number(digits)], .double) == rounded, "\(value)")
            #expect(try run(.truncate, [.double(value), .number(digits)], .double) == cut, "\(value)")
        }
        #expect(try run(.round, [.decimal("-1.005", 7, 3), .number(1)], .decimal(precision: 6, scale: 1)) == "-1.0")
        #expect(try run(.round, [.decimal("1234.567", 7, 3), .number(-1)], .decimal(precision: 5, scale: 0)) == "1230")
        #expect(
            try run(.truncate, [.decimal("1234.567", 7, 3), .number(2)], .decimal(precision: 7, scale: 2)) == "1234.56")
        #expect(try run(.round, [.number(12_355, .bigint), .number(-1)], .bigint) == "12360")
        #expect(try run(.round, [.number(.max, .bigint), .number(.min)], .bigint) == "0")
    }

    @Test func ceilingsAndFloors() throws {
        for (value, up, down) in [(2.1, "3.0", "2.0"), (-0.9, "-0.0", "-1.0"), (1e20, "1.0E20", "1.0E20")] {
            #expect(try run(.ceiling, [.double(value)], .double) == up)
            #expect(try run(.floor, [.double(value)], .double) == down)
        }
        for (value, up, down) in [
            ("2.10", "3", "2"), ("-2.10", "-2", "-3"), ("-0.90", "0", "-1"), ("99.99", "100", "99"), ("5.00", "5", "5"),
        ] {
            #expect(try run(.ceiling, [.decimal(value, 4, 2)], .decimal(precision: 4, scale: 0)) == up)
            #expect(try run(.floor, [.decimal(value, 4, 2)], .decimal(precision: 4, scale: 0)) == down)
        }
    }

    @Test func greatestAndLeast() throws {
        let numbers: [TestValue] = [.number(-1), .number(-2), .number(0)]
        #expect(try run(.greatest, numbers, .integer) == "0")
        #expect(try run(.least, numbers, .integer) == "-2")
        #expect(try run(.greatest, numbers + [.number(nil)], .integer) == "NULL")
        #expect(try run(.greatest, [.text("10"), .text("9")], .string) == "9")
        #expect(try run(.least, [.text("数"), .text("据")], .string) == "据")
        #expect(try run(.least, [.boolean(true), .boolean(false)], .boolean) == "false")
        #expect(
            try run(.greatest, [.decimal("2.50", 5, 2), .decimal("1.00", 5, 2)], .decimal(precision: 5, scale: 2))
                == "2.50")
    }

    @Test func realFunctions() throws {
        #expect(try run(.power, [.double(2), .double(10)], .double) == "1024.0")
        #expect(try run(.logarithm, [.double(2), .double(8)], .double) == "3.0")
        #expect(try run(.logarithm10, [.double(1_000)], .double) == "3.0")
        #expect(try run(.naturalLogarithm, [.double(0)], .double) == "-Infinity")
        #expect(try run(.squareRoot, [.double(-1)], .double) == "NaN")
        #expect(try run(.degrees, [.double(.pi)], .double) == "180.0")
        #expect(try run(.add, [.double(0.1, .float), .double(0.2, .float)], .float) == "0.3")
        #expect(try run(.divide, [.double(1), .double(0)], .double) == "Infinity")
    }

    @Test func divisionByZeroNamesTheRow() throws {
        for type in [LogicalType.integer, .decimal(precision: 10, scale: 2)] {
            let isInteger = type == .integer
            func value(_ number: Int64) -> LiteralValue { isInteger ? .int64(number) : .int128(Int128(number)) }
            let zeros = ExpressionHarness.column(DataType(type), (0..<70).map { value($0 == 67 ? 0 : 1) })
            let ones = ExpressionHarness.column(DataType(type), (0..<70).map { $0 == 3 ? .null : value(1) })
            for function in [ScalarFunction.divide, .modulo] {
                let division = PlanExpression.call(
                    function, [.column(0, DataType(type)), .column(1, DataType(type))], DataType(type))
                let error = #expect(throws: EvaluationError.self) {
                    try ExpressionHarness.evaluate(division, [ones, zeros], rowCount: 70)
                }
                #expect(error?.row == 67)
                // A zero under or beside NULL is no error.
                let nulls = ExpressionHarness.column(DataType(type), (0..<70).map { $0 == 67 ? .null : value(1) })
                #expect(try ExpressionHarness.evaluate(division, [nulls, zeros], rowCount: 70)[67] == .null)
            }
        }
    }
}
