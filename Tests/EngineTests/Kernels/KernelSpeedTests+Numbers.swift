import Columnar
import StreamSQL
import Testing

// Functions over numbers, choices among values, and further casts.
extension KernelSpeedTests {
    @Test func math() throws {
        announce("Math")
        let (double, bigint) = (DataType(.double), DataType(.bigint))
        let values = column(.double) { .float64(Double(mixed($0)) / 17_001 + 0.25) }
        let small = column(.double) { .float64(Double(mixed($0) % 1_000) / 1_000) }
        let x = PlanExpression.column(0, double)
        let names: [(String, ScalarFunction)] = [
            ("ABS", .absolute), ("SIGN", .sign), ("CEIL", .ceiling), ("FLOOR", .floor), ("SQRT", .squareRoot),
            ("LN", .naturalLogarithm), ("LOG10", .logarithm10), ("LOG2", .logarithm2), ("SIN", .sine), ("COS", .cosine),
            ("TAN", .tangent), ("ATAN", .arcTangent), ("DEGREES", .degrees), ("RADIANS", .radians),
        ]
        for (name, function) in names { try evaluate("\(name) of a DOUBLE", .call(function, [x], double), [values]) }
        let curves: [(String, ScalarFunction)] = [
            ("EXP", .exponential), ("ASIN", .arcSine), ("ACOS", .arcCosine), ("SINH", .hyperbolicSine),
            ("COSH", .hyperbolicCosine), ("TANH", .hyperbolicTangent),
        ]
        for (name, function) in curves { try evaluate("\(name) of a DOUBLE", .call(function, [x], double), [small]) }
        let power = PlanExpression.literal(.float64(1.5), double)
        try evaluate("POWER(x, 1.5)", .call(.power, [x, power], double), [values])
        try evaluate("LOG(1.5, x)", .call(.logarithm, [power, x], double), [values])
        try evaluate("ATAN2(x, 1.5)", .call(.arcTangent2, [x, power], double), [values])
        try evaluate("MOD(x, 1.5)", .call(.modulo, [x, power], double), [values])
        try evaluate("ROUND(x, 2) of a DOUBLE", .call(.round, [x, number(2)], double), [values])
        try evaluate("TRUNCATE(x, 2) of a DOUBLE", .call(.truncate, [x, number(2)], double), [values])
        let integers = column(.bigint) { .int64(mixed($0) - 8_000_000) }
        let n = PlanExpression.column(0, bigint)
        try evaluate("ABS of a BIGINT", .call(.absolute, [n], bigint), [integers])
        try evaluate("SIGN of a BIGINT", .call(.sign, [n], bigint), [integers])
        try evaluate("MOD(n, 97)", .call(.modulo, [n, .literal(.int64(97), bigint)], bigint), [integers])
        try evaluate("ROUND(n, -2)", .call(.round, [n, number(-2)], bigint), [integers])
        try evaluate("HEX of a BIGINT", .call(.hexOfInteger, [n], DataType(.string)), [integers])
        try evaluate("BIN", .call(.binaryDigits, [n], DataType(.string)), [integers])
        try decimals()
        let call = PlanExpression.literal(.int64(1), DataType(.integer))
        try evaluate("RAND", .call(.random, [call, .literal(.int64(7), DataType(.integer))], double), [values])
        let seed = PlanExpression.literal(.int64(7), DataType(.integer))
        try evaluate(
            "RAND_INTEGER(100)", .call(.randomInteger, [call, seed, number(100)], DataType(.integer)), [values])
        try evaluate("UUID", .call(.uuid, [call], DataType(.string)), [values])
    }

    private func decimals() throws {
        let type = DataType(.decimal(precision: 12, scale: 2))
        let prices = column(type.logical) { .int128(Int128(mixed($0) - 8_000_000)) }
        let price = PlanExpression.column(0, type)
        let whole = DataType(.decimal(precision: 11, scale: 0))
        try evaluate("ABS of a DECIMAL", .call(.absolute, [price], type), [prices])
        try evaluate("CEIL of a DECIMAL", .call(.ceiling, [price], whole), [prices])
        try evaluate("FLOOR of a DECIMAL", .call(.floor, [price], whole), [prices])
        let tenths = DataType(.decimal(precision: 12, scale: 1))
        try evaluate("ROUND(d, 1) of a DECIMAL", .call(.round, [price, number(1)], tenths), [prices])
        try evaluate("TRUNCATE(d, 1) of a DECIMAL", .call(.truncate, [price, number(1)], tenths), [prices])
    }

    @Test func choices() throws {
        announce("Conditional")
        let (bigint, boolean, string) = (DataType(.bigint), DataType(.boolean), DataType(.string))
        let x = column(.bigint) { $0 % 3 == 0 ? .null : .int64(mixed($0)) }
        let y = column(.bigint) { .int64(mixed($0 + 99)) }
        let (a, b) = (PlanExpression.column(0, bigint), PlanExpression.column(1, bigint))
        func choice(_ condition: PlanExpression, _ value: PlanExpression, _ otherwise: PlanExpression) -> PlanExpression
        {
            .conditional([ConditionalBranch(condition: condition, value: value)], otherwise: otherwise, value.type)
        }
        let isThere = PlanExpression.call(.isNotNull, [a], boolean)
        let isEqual = PlanExpression.call(.equal, [a, b], boolean)
        let isLess = PlanExpression.call(.less, [b, .literal(.int64(8_000_000), bigint)], boolean)
        try evaluate("COALESCE, IFNULL", choice(isThere, a, b), [x, y])
        try evaluate("NULLIF", choice(isEqual, .literal(.null, bigint), a), [x, y])
        try evaluate("IF", choice(isLess, a, b), [x, y])
        try evaluate("IS NULL", .call(.isNull, [a], boolean), [x, y])
        try evaluate("IS DISTINCT FROM", .call(.isDistinctFrom, [a, b], boolean), [x, y])
        try evaluate("GREATEST of two", .call(.greatest, [b, b], bigint), [x, y])
        try evaluate("LEAST of two", .call(.least, [b, b], bigint), [x, y])
        let names = column(.string) { .text(Array(["reChargeNotifyReq", "payNotifyReq", "orderReq"][$0 % 3].utf8)) }
        let name = PlanExpression.column(0, string)
        try evaluate("GREATEST of two texts", .call(.greatest, [name, constant("pa")], string), [names])
        let words = ["orderReq", "payNotifyReq"].map { word in
            ConditionalBranch(condition: .call(.equal, [name, constant(word)], boolean), value: constant(word + "!"))
        }
        try evaluate("CASE of texts with two branches", .conditional(words, otherwise: name, string), [names])
    }

    @Test func moreCasts() throws {
        announce("Casts")
        let string = DataType(.string)
        let any = column(.double) { .float64(Double(mixed($0)) * 0.1 / 3) }
        let double = PlanExpression.column(0, DataType(.double))
        try evaluate("DOUBLE of 16 or 17 digits to text", .cast(double, to: string, isTry: false), [any])
        let large = column(.double) { .float64(Double(mixed($0)) * 1e30 / 7) }
        try evaluate("DOUBLE with exponent to text", .cast(double, to: string, isTry: false), [large])
        let both = column(.double) { .float64(Double(mixed($0)) / ($0 % 2 == 0 ? 100.0 : 30.0)) }
        try evaluate("DOUBLE of few and many digits to text", .cast(double, to: string, isTry: false), [both])
        let floats = column(.float) { .float64(Double(Float(mixed($0)) / 300)) }
        let float = PlanExpression.column(0, DataType(.float))
        try evaluate("FLOAT to text", .cast(float, to: string, isTry: false), [floats])
        let amount = DataType(.decimal(precision: 12, scale: 2))
        let text = PlanExpression.column(0, string)
        let points = column(.string) { .text(Array("\(mixed($0) % 1_000).\(10 + $0 % 90)".utf8)) }
        try evaluate("text to DECIMAL", .cast(text, to: amount, isTry: true), [points])
        try evaluate("text to FLOAT", .cast(text, to: DataType(.float), isTry: true), [points])
        let many = column(.string) { .text(Array("\(Double(mixed($0)) * 0.1 / 3)".utf8)) }
        try evaluate("text of 16 or 17 digits to DOUBLE", .cast(text, to: DataType(.double), isTry: true), [many])
        let clocks = column(.string) { .text(Array("\(10 + $0 % 14):\(10 + $0 % 50):\(10 + $0 % 49)".utf8)) }
        try evaluate("text to TIME", .cast(text, to: DataType(.time(precision: 0)), isTry: true), [clocks])
        let words = column(.string) { .text(Array(["12", "x", "-7"][$0 % 3].utf8)) }
        try evaluate(
            "TRY_CAST of a text that may be no number", .cast(text, to: DataType(.integer), isTry: true), [words])
        try evaluate("DOUBLE to DECIMAL", .cast(double, to: amount, isTry: false), [both])
        let numbers = column(.bigint) { .int64(mixed($0)) }
        let bigint = PlanExpression.column(0, DataType(.bigint))
        try evaluate("BIGINT to INT", .cast(bigint, to: DataType(.integer), isTry: false), [numbers])
        try evaluate("BIGINT to DOUBLE", .cast(bigint, to: DataType(.double), isTry: false), [numbers])
    }
}
