import Columnar
import Diagnostics
import Engine
import Glibc
import StreamSQL
import Testing

/// Nanoseconds of processor time a row of the main families; printed in release builds, and run in all.
@Suite(.serialized)
struct KernelSpeedTests {
    #if DEBUG
    static let rowCount = 256
    private static let repetitions = 1
    private static let rounds = 1
    #else
    static let rowCount = 4_096
    private static let repetitions = 100
    private static let rounds = 9
    #endif

    /// Best of several runs over distinct batches.
    private func measure(_ name: String, _ body: () throws -> Void) throws {
        let hundredths = try time(Self.repetitions, body)
        #if DEBUG
        _ = hundredths
        #else
        print("kernel \(name): \(Self.shown(hundredths)) ns/row")
        #endif
    }

    /// Hundredths of a nanosecond of this thread's processor time a row: the best of nine rounds of so many runs.
    func time(_ runs: Int, _ body: () throws -> Void) throws -> UInt64 {
        try body()
        var best = UInt64.max
        for _ in 0..<Self.rounds {
            let start = Self.processorNanoseconds()
            for _ in 0..<runs { try body() }
            best = min(best, Self.processorNanoseconds() - start)
        }
        return best * 100 / UInt64(max(1, runs) * Self.rowCount)
    }

    private static func processorNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static func shown(_ hundredths: UInt64) -> String {
        "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    /// Prints the kernel's time a row; beside it, where the plain evaluator knows the expression, that of one row after the
    /// other, as a row of a table.
    func evaluate(_ name: String, _ expression: PlanExpression, _ columns: [Column]) throws {
        let evaluator = try ExpressionHarness.evaluator([expression], zone: "UTC")
        let batch = Batch(columns: columns, rowCount: Self.rowCount)
        let kernel = try time(Self.repetitions) { _ = try evaluator.evaluate(batch) }
        #if DEBUG
        _ = kernel
        #else
        let values = columns.map { ExpressionHarness.values($0, Self.rowCount) }
        let rows = (0..<Self.rowCount).map { row in values.map { $0[row] } }
        let wanted = ExpressionHarness.values(try evaluator.evaluate(batch)[0], Self.rowCount)
        let isKnown = rows.indices.allSatisfy { (try? NaiveEvaluator.value(expression, rows[$0])) == wanted[$0] }
        guard isKnown else { return report(name, kernel, nil) }
        report(name, kernel, try time(2) { for row in rows { _ = try NaiveEvaluator.value(expression, row) } })
        #endif
    }

    /// Says to which family the rows belong that follow.
    func announce(_ family: String) {
        #if !DEBUG
        print("kernels of \(family)")
        #endif
    }

    /// Prints a row of the table: hundredths of a nanosecond of the kernel and, where it is known, of the plain evaluator.
    func report(_ name: String, _ kernel: UInt64, _ plain: UInt64?) {
        #if !DEBUG
        guard let plain else { return print("| \(name) | \(Self.shown(kernel)) | | |") }
        print("| \(name) | \(Self.shown(kernel)) | \(Self.shown(plain)) | \(plain / max(1, kernel)) |")
        #endif
    }

    func column(_ type: LogicalType, _ value: (Int) -> LiteralValue) -> Column {
        ExpressionHarness.column(DataType(type), (0..<Self.rowCount).map(value))
    }

    func mixed(_ row: Int) -> Int64 { Int64(truncatingIfNeeded: (UInt64(row) &* 0x9E37_79B9_7F4A_7C15) >> 40) }

    func number(_ value: Int64) -> PlanExpression { .literal(.int64(value), DataType(.integer)) }

    /// A document around the first column.
    private func document() -> PlanExpression {
        let string = DataType(.string)
        return .call(
            .concatenate, [constant("{\"b\":1,\"a\":\""), .column(0, string), constant("\"}")], string)
    }

    func constant(_ text: String) -> PlanExpression { .literal(.text(Array(text.utf8)), DataType(.string)) }

    @Test func numbersAndLogic() throws {
        announce("Numbers and logic")
        let (integer, boolean) = (DataType(.bigint), DataType(.boolean))
        let x = column(.bigint) { .int64(mixed($0)) }
        let y = column(.bigint) { .int64(mixed($0 + 99)) }
        let (a, b) = (PlanExpression.column(0, integer), PlanExpression.column(1, integer))
        let limit = PlanExpression.literal(.int64(8_000_000), integer)
        try evaluate("add", .call(.add, [a, b], integer), [x, y])
        try evaluate("divide", .call(.divide, [a, limit], integer), [x, y])
        let less = PlanExpression.call(.less, [a, limit], boolean)
        try evaluate("compare with constant", less, [x, y])
        try evaluate("compare columns", .call(.less, [a, b], boolean), [x, y])
        let greater = PlanExpression.call(.greater, [b, limit], boolean)
        try evaluate("two comparisons and AND", .call(.and, [less, greater], boolean), [x, y])
        let few = (0..<5).map { PlanExpression.literal(.int64(Int64($0)), integer) }
        let many = (0..<40).map { PlanExpression.literal(.int64(Int64($0 * 7)), integer) }
        try evaluate("IN over 5 numbers", .call(.inList, [a] + few, boolean), [x, y])
        try evaluate("IN over 40 numbers", .call(.inList, [a] + many, boolean), [x, y])
        let choice = PlanExpression.conditional([ConditionalBranch(condition: less, value: a)], otherwise: b, integer)
        try evaluate("CASE with one branch", choice, [x, y])
        let decimal = DataType(.decimal(precision: 12, scale: 2))
        let prices = column(decimal.logical) { .int128(Int128(mixed($0))) }
        let price = PlanExpression.column(0, decimal)
        try evaluate("decimal add", .call(.add, [price, price], DataType(.decimal(precision: 13, scale: 2))), [prices])
        try evaluate(
            "decimal multiply", .call(.multiply, [price, price], DataType(.decimal(precision: 25, scale: 4))), [prices])
        let evaluator = try ExpressionHarness.evaluator([less])
        let batch = Batch(columns: [x, y], rowCount: Self.rowCount)
        var rows = [Int32](repeating: 0, count: Self.rowCount)
        try measure("select, half of the rows") { _ = try evaluator.select(batch, into: &rows) }
        let half = rows.prefix(Self.rowCount / 2)
        try measure("gather half of the rows") {
            half.withUnsafeBufferPointer { _ = gather(x, rows: $0.baseAddress!, count: $0.count) }
        }
        var hashes = [UInt64](repeating: 0, count: Self.rowCount)
        try measure("hash of a number") { hashColumns(batch, [0], seed: 1, into: &hashes) }
    }

    @Test func texts() throws {
        announce("Texts")
        let (string, boolean, integer) = (DataType(.string), DataType(.boolean), DataType(.bigint))
        let numbers = column(.string) { .text(Array(String(mixed($0) % 100_000).utf8)) }
        let names = column(.string) { .text(Array(["reChargeNotifyReq", "payNotifyReq", "orderReq"][$0 % 3].utf8)) }
        let long = column(.string) { .text(Array("20261120080910\(100 + $0 % 900)\(mixed($0))".utf8)) }
        let a = PlanExpression.column(0, string)
        try evaluate("text = short constant", .call(.equal, [a, constant("payNotifyReq")], boolean), [names])
        try evaluate("text = long constant", .call(.equal, [a, constant("reChargeNotifyReq")], boolean), [names])
        let codes = ["100", "200", "210", "220", "230", "240", "250", "270", "280"]
        try evaluate("IN over 9 texts", .call(.inList, [a] + codes.map { constant($0) }, boolean), [numbers])
        try evaluate("text to BIGINT", .cast(a, to: integer, isTry: true), [numbers])
        try evaluate("text to DOUBLE", .cast(a, to: DataType(.double), isTry: true), [numbers])
        let places = [Int64(1), 17].map { PlanExpression.literal(.int64($0), DataType(.integer)) }
        let start = PlanExpression.call(.substring, [a] + places, string)
        try evaluate("SUBSTRING(id, 1, 17)", start, [long])
        let timestamp = DataType(.timestamp(precision: 3))
        try evaluate(
            "TO_TIMESTAMP(SUBSTRING(id, 1, 17), digits)",
            .call(.toTimestamp, [start, constant("yyyyMMddHHmmssSSS")], timestamp), [long])
        let stamps = column(.string) { .text(Array("20261120080910\(100 + $0 % 900)".utf8)) }
        try evaluate(
            "TO_TIMESTAMP(text, digits)", .call(.toTimestamp, [a, constant("yyyyMMddHHmmssSSS")], timestamp), [stamps])
        try evaluate("LIKE 'pay%'", .call(.like, [a, constant("pay%")], boolean), [names])
        try evaluate("LIKE '%Notify%'", .call(.like, [a, constant("%Notify%")], boolean), [names])
        let more: [(String, ScalarFunction, [PlanExpression], LogicalType)] = [
            ("CHAR_LENGTH", .characterLength, [a], .integer), ("REVERSE", .reverse, [a], .string),
            ("LPAD to 24", .leftPad, [a, number(24), constant("*")], .string),
            ("REPLACE", .replace, [a, constant("Notify"), constant("-")], .string),
            ("TRIM", .trimBoth, [a, constant("rq")], .string), ("POSITION", .position, [constant("Req"), a], .integer),
            ("LEFT", .left, [a, number(5)], .string), ("RIGHT", .right, [a, number(5)], .string),
            ("SPLIT_INDEX", .splitIndex, [a, constant("y"), number(1)], .string),
            ("TRANSLATE", .translate, [a, constant("eRN"), constant("xyz")], .string),
            ("HEX", .hexOfText, [a], .string), ("MD5", .md5, [a], .string), ("SHA256", .sha256, [a], .string),
            ("REGEXP_EXTRACT", .regexpExtract, [a, constant("([a-z]+)Notify"), number(1)], .string),
            (
                "JSON_VALUE of a short document", .jsonValue,
                [
                    document(), constant("$.a"), constant("NN"),
                    .literal(.null, string), .literal(.null, string),
                ], .string
            ),
        ]
        for (name, function, arguments, type) in more {
            try evaluate(name, .call(function, arguments, DataType(type)), [names])
        }
        try evaluate("UPPER", .call(.upper, [a], string), [names])
        try evaluate("CONCAT", .call(.concatenate, [a, constant("/"), a], string), [numbers])
        var hashes = [UInt64](repeating: 0, count: Self.rowCount)
        let batch = Batch(columns: [long], rowCount: Self.rowCount)
        try measure("hash of a text of 25 bytes") { hashColumns(batch, [0], seed: 1, into: &hashes) }
    }

    @Test func moreOfTexts() throws {
        announce("Texts")
        let string = DataType(.string)
        let names = column(.string) { .text(Array(["reChargeNotifyReq", "payNotifyReq", "orderReq"][$0 % 3].utf8)) }
        let a = PlanExpression.column(0, string)
        let calls: [(String, ScalarFunction, [PlanExpression], LogicalType)] = [
            ("LTRIM", .trimLeading, [a, constant("rp")], .string),
            ("RTRIM", .trimTrailing, [a, constant("qe")], .string),
            ("RPAD to 24", .rightPad, [a, number(24), constant("*")], .string),
            ("REPEAT 3 times", .repeatText, [a, number(3)], .string),
            ("OVERLAY", .overlay, [a, constant("12"), number(3), number(2)], .string),
            ("LOCATE", .positionFrom, [constant("Req"), a, number(2)], .integer),
            ("STARTSWITH", .startsWith, [a, constant("pay")], .boolean),
            ("ENDSWITH", .endsWith, [a, constant("Req")], .boolean),
            ("IS_DIGIT", .isDigit, [a], .boolean),
        ]
        for (name, function, arguments, type) in calls {
            try evaluate(name, .call(function, arguments, DataType(type)), [names])
        }
    }

    @Test func timesAndFormatting() throws {
        announce("Dates and times")
        let (string, instant) = (DataType(.string), DataType(.timestampLTZ(precision: 3)))
        let timestamp = DataType(.timestamp(precision: 3))
        let ordered = column(.timestamp(precision: 3)) { .int64(1_795_162_150_000_000 + Int64($0) * 7_000) }
        let random = column(.timestamp(precision: 3)) { .int64(1_795_162_150_000_000 + mixed($0) * 1_000_000) }
        let a = PlanExpression.column(0, timestamp)
        let minute = PlanExpression.call(.dateFormat, [a, constant("yyyy-MM-dd HH:mm")], string)
        try evaluate("DATE_FORMAT to minutes, ordered", minute, [ordered])
        try evaluate("DATE_FORMAT to minutes, random", minute, [random])
        try evaluate("EXTRACT(HOUR)", .call(.extract, [constant("HOUR"), a], DataType(.bigint)), [ordered])
        for unit in ["YEAR", "QUARTER", "DAY", "DOY", "MINUTE", "SECOND"] {
            try evaluate("EXTRACT(\(unit))", .call(.extract, [constant(unit), a], DataType(.bigint)), [random])
        }
        try evaluate("EXTRACT(MONTH)", .call(.extract, [constant("MONTH"), a], DataType(.bigint)), [random])
        try evaluate("FLOOR TO MINUTE", .call(.floorTime, [a, constant("MINUTE")], timestamp), [ordered])
        try evaluate(
            "TIMESTAMPDIFF(SECOND)", .call(.timestampDifference, [constant("SECOND"), a, a], DataType(.integer)),
            [ordered])
        let five = PlanExpression.literal(.int64(5_000), DataType(.intervalMilliseconds))
        try evaluate("minus interval", .call(.subtractInterval, [a, five], timestamp), [ordered])
        try evaluate("TIMESTAMP to TIMESTAMP_LTZ", .cast(a, to: instant, isTry: false), [ordered])
        try evaluate("TIMESTAMP to text", .cast(a, to: string, isTry: false), [random])
        try evaluate("TIMESTAMP to DATE", .cast(a, to: DataType(.date), isTry: false), [random])
        let months = PlanExpression.literal(.int64(5), DataType(.intervalMonths))
        try evaluate("plus months", .call(.addInterval, [a, months], timestamp), [random])
        try evaluate("FLOOR TO MONTH", .call(.floorTime, [a, constant("MONTH")], timestamp), [random])
        let dates = column(.date) { .int64(15_000 + mixed($0) % 5_000) }
        try evaluate("DATE to text", .cast(.column(0, DataType(.date)), to: string, isTry: false), [dates])
    }

    @Test func castsToAndFromTexts() throws {
        announce("Casts")
        let (string, timestamp) = (DataType(.string), DataType(.timestamp(precision: 3)))
        let amount = LogicalType.decimal(precision: 12, scale: 2)
        let amounts = column(amount) { .int128(Int128(mixed($0))) }
        try evaluate("DECIMAL to text", .cast(.column(0, DataType(amount)), to: string, isTry: false), [amounts])
        let written = column(.string) { .text(Array("20\(10 + $0 % 20)-\(10 + $0 % 3)-\(10 + $0 % 19)".utf8)) }
        let text = PlanExpression.column(0, string)
        try evaluate("text to DATE", .cast(text, to: DataType(.date), isTry: true), [written])
        let times = column(.string) { .text(Array("2026-11-20 08:09:10.\(100 + $0 % 900)".utf8)) }
        try evaluate("text to TIMESTAMP", .cast(text, to: timestamp, isTry: true), [times])
        let clocks = column(.time(precision: 0)) { .int64((mixed($0) % 86_400) * 1_000) }
        try evaluate(
            "TIME to text", .cast(.column(0, DataType(.time(precision: 0))), to: string, isTry: false), [clocks])
        let integers = column(.bigint) { .int64(mixed($0)) }
        try evaluate("BIGINT to text", .cast(.column(0, DataType(.bigint)), to: string, isTry: false), [integers])
        let doubles = column(.double) { .float64(Double(mixed($0)) / 1_024) }
        let double = PlanExpression.column(0, DataType(.double))
        try evaluate("DOUBLE to text", .cast(double, to: string, isTry: false), [doubles])
        let cents = column(.double) { .float64(Double(mixed($0)) / 100) }
        try evaluate("DOUBLE of two digits to text", .cast(double, to: string, isTry: false), [cents])
        try evaluate("DOUBLE to BIGINT", .cast(double, to: DataType(.bigint), isTry: false), [doubles])
        try evaluate(
            "DECIMAL to DOUBLE", .cast(.column(0, DataType(amount)), to: DataType(.double), isTry: false), [amounts])
        try evaluate(
            "BIGINT to DECIMAL", .cast(.column(0, DataType(.bigint)), to: DataType(amount), isTry: false), [integers])
        let flags = column(.boolean) { .boolean(mixed($0) % 3 == 0) }
        try evaluate("BOOLEAN to text", .cast(.column(0, DataType(.boolean)), to: string, isTry: false), [flags])
        let words = column(.string) { .text(Array(["true", "FALSE", "no"][$0 % 3].utf8)) }
        try evaluate("text to BOOLEAN", .cast(text, to: DataType(.boolean), isTry: true), [words])
        let points = column(.string) { .text(Array("\(mixed($0) % 1_000).\(10 + $0 % 90)".utf8)) }
        try evaluate("text with a point to DOUBLE", .cast(text, to: DataType(.double), isTry: true), [points])
    }
}
