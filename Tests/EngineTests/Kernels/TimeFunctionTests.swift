import Columnar
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Results of time functions, as Flink gives them.
struct TimeFunctionTests {
    private func run(
        _ function: ScalarFunction, _ arguments: [TestValue], _ type: LogicalType, constants: Set<Int> = [],
        zone: String = "UTC"
    ) throws -> String {
        try ExpressionHarness.call(function, arguments, type, constants: constants, zone: zone)
    }

    @Test func extracts() throws {
        let units = [
            "YEAR", "MONTH", "DAY", "QUARTER", "WEEK", "DOW", "DOY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "EPOCH",
        ]
        let cases = [
            ("2026-11-20 08:09:10.123", "2026,11,20,4,47,6,324,8,9,10,123,1795162150"),
            ("2000-01-31 12:34:56.789", "2000,1,31,1,5,2,31,12,34,56,789,949322096"),
            ("2021-01-03 00:00:00", "2021,1,3,1,53,1,3,0,0,0,0,1609632000"),
            ("2024-02-29 23:59:59.999", "2024,2,29,1,9,5,60,23,59,59,999,1709251199"),
            ("0001-01-01 00:00:00", "1,1,1,1,1,2,1,0,0,0,0,-62135596800"),
            ("9999-12-31 23:59:59.999", "9999,12,31,4,52,6,365,23,59,59,999,253402300799"),
        ]
        for (time, expected) in cases {
            let parts = try units.map { try run(.extract, [.text($0), .timestamp(time)], .bigint, constants: [0]) }
            #expect(parts.joined(separator: ",") == expected, "\(time)")
        }
        #expect(
            try run(.extract, [.text("HOUR"), .number(29_350_000, .time(precision: 0))], .bigint, constants: [0]) == "8"
        )
        #expect(try run(.extract, [.text("WEEK"), .date("2021-01-03")], .bigint, constants: [0]) == "53")
    }

    @Test func roundsToUnits() throws {
        let units = ["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]
        let floors = [
            "2026-11-20 08:09:10.000", "2026-11-20 08:09:00.000", "2026-11-20 08:00:00.000", "2026-11-20 00:00:00.000",
            "2026-11-15 00:00:00.000", "2026-11-01 00:00:00.000", "2026-10-01 00:00:00.000", "2026-01-01 00:00:00.000",
        ]
        let ceilings = [
            "2026-11-20 08:09:11.000", "2026-11-20 08:10:00.000", "2026-11-20 09:00:00.000", "2026-11-21 00:00:00.000",
            "2026-11-22 00:00:00.000", "2026-12-01 00:00:00.000", "2027-01-01 00:00:00.000", "2027-01-01 00:00:00.000",
        ]
        let type = LogicalType.timestamp(precision: 3)
        let time = TestValue.timestamp("2026-11-20 08:09:10.123")
        for (index, unit) in units.enumerated() {
            #expect(try run(.floorTime, [time, .text(unit)], type, constants: [1]) == floors[index])
            #expect(try run(.ceilingTime, [time, .text(unit)], type, constants: [1]) == ceilings[index])
            #expect(
                try run(.ceilingTime, [.timestamp(floors[index]), .text(unit)], type, constants: [1]) == floors[index])
        }
        #expect(
            try run(.floorTime, [.timestamp("1969-12-31 23:59:59.999"), .text("WEEK")], type, constants: [1])
                == "1969-12-28 00:00:00.000")
        #expect(try run(.floorTime, [.date("2024-02-29"), .text("YEAR")], .date, constants: [1]) == "2024-01-01")
    }

    @Test func addsIntervals() throws {
        let type = LogicalType.timestamp(precision: 3)
        let cases: [(String, Int64, Bool, String)] = [
            ("2026-11-20 08:09:10.123", 1, true, "2026-12-20 08:09:10.123"),
            ("2000-01-31 12:34:56.789", 1, true, "2000-02-29 12:34:56.789"),
            ("1900-02-28 00:00:00.001", -14, true, "1898-12-28 00:00:00.001"),
            ("2024-02-29 23:59:59.999", 1, false, "2024-03-01 00:00:00.000"),
            ("1970-01-01 00:00:00", 93_784_005, false, "1970-01-02 02:03:04.005"),
        ]
        for (time, amount, isMonths, expected) in cases {
            let interval = TestValue.number(amount, isMonths ? .intervalMonths : .intervalMilliseconds)
            #expect(try run(.addInterval, [.timestamp(time), interval], type) == expected)
            let negative = TestValue.number(-amount, isMonths ? .intervalMonths : .intervalMilliseconds)
            #expect(try run(.subtractInterval, [.timestamp(time), negative], type) == expected)
        }
        #expect(try run(.addInterval, [.date("2000-01-31"), .number(1, .intervalMonths)], .date) == "2000-02-29")
        #expect(
            try run(.addInterval, [.date("2024-02-29"), .number(86_400_000, .intervalMilliseconds)], .date)
                == "2024-03-01")
        let time = TestValue.number(86_399_000, .time(precision: 0))
        #expect(
            try run(.addInterval, [time, .number(5_400_000, .intervalMilliseconds)], .time(precision: 0)) == "01:29:59")
    }

    @Test func addsAndCountsUnits() throws {
        let type = LogicalType.timestamp(precision: 3)
        let time = TestValue.timestamp("2024-02-29 23:59:59.999")
        for (unit, count, expected) in [
            ("SECOND", 90, "2024-03-01 00:01:29.999"), ("WEEK", -1, "2024-02-22 23:59:59.999"),
            ("MONTH", 13, "2025-03-29 23:59:59.999"),
            ("QUARTER", 1, "2024-05-29 23:59:59.999"), ("YEAR", -4, "2020-02-29 23:59:59.999"),
            ("YEAR", 1, "2025-02-28 23:59:59.999"),
        ] as [(String, Int64, String)] {
            #expect(try run(.timestampAdd, [.text(unit), .number(count), time], type, constants: [0]) == expected)
        }
        let units = ["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]
        for (from, to, expected) in [
            ("1969-12-31 23:59:59.500", "1970-01-01 00:00:00.500", "1,0,0,0,0,0,0,0"),
            ("2000-01-01 00:00:00", "2026-11-20 08:09:10", "848477350,14141289,235688,9820,1402,322,107,26"),
            ("2024-02-29 12:00:00", "2025-02-28 12:00:00", "31536000,525600,8760,365,52,12,4,1"),
            ("2024-02-29 12:00:00", "2025-03-01 11:59:59", "31622399,527039,8783,365,52,12,4,1"),
            ("2026-01-31 00:00:00", "2026-02-28 00:00:00", "2419200,40320,672,28,4,1,0,0"),
            ("2026-02-28 00:00:00", "2026-01-31 00:00:00", "-2419200,-40320,-672,-28,-4,-1,0,0"),
        ] {
            let parts = try units.map {
                try run(.timestampDifference, [.text($0), .timestamp(from), .timestamp(to)], .integer, constants: [0])
            }
            #expect(parts.joined(separator: ",") == expected, "\(from) \(to)")
        }
    }

    @Test func formats() throws {
        let cases = [
            ("yyyy-MM-dd HH:mm:ss.SSS", "2026-11-20 08:09:10.123"), ("yyyyMMdd", "20261120"),
            ("yy/M/d H:m:s", "26/11/20 8:9:10"),
            ("hh:mm a", "08:09 AM"), ("EEE, d MMM yyyy", "Fri, 20 Nov 2026"), ("EEEE MMMM", "Friday November"),
            ("D", "324"),
            ("yyyy年MM月dd日", "2026年11月20日"), ("yyyy-MM-dd'T'HH", "2026-11-20T08"), ("", ""), ("'it''s'", "it's"),
        ]
        for (pattern, expected) in cases {
            let time = TestValue.timestamp("2026-11-20 08:09:10.123")
            #expect(try run(.dateFormat, [time, .text(pattern)], .string, constants: [1]) == expected)
        }
        #expect(
            try run(.dateFormat, [.timestamp("1969-12-31 23:59:59.999"), .text("hh:mm a D")], .string, constants: [1])
                == "11:59 PM 365")
    }

    @Test func refusesBadPatterns() {
        for pattern in ["yyyy-bb", "'open", String(repeating: "y", count: 10)] {
            #expect(throws: MillraceError.self) {
                try run(.dateFormat, [.timestamp("2026-11-20 08:09:10"), .text(pattern)], .string, constants: [1])
            }
        }
        #expect(throws: MillraceError.self) {
            try run(.extract, [.text("FORTNIGHT"), .timestamp("2026-11-20 08:09:10")], .bigint, constants: [0])
        }
    }

    @Test func remembersNoMoreThanItShows() throws {
        // Times that share minutes, leave them and come back.
        let times = (0..<100).map { Int64($0 * 7 % 150) * 1_000_000 + 1_795_162_150_000_000 }
        let column = ExpressionHarness.column(DataType(.timestamp(precision: 3)), times.map { .int64($0) })
        let operand = PlanExpression.column(0, column.type)
        for (pattern, unit) in [
            ("yyyy-MM-dd HH:mm", Int64(60_000_000)), ("HH:mm:ss", 1_000_000), ("yyyy-MM-dd", 86_400_000_000),
        ] {
            let format = PlanExpression.call(
                .dateFormat, [operand, .literal(.text(Array(pattern.utf8)), DataType(.string))], DataType(.string))
            let evaluator = try ExpressionHarness.evaluator([format])
            for _ in 0..<2 {
                let result = try evaluator.evaluate(Batch(columns: [column], rowCount: times.count))[0]
                for (row, time) in times.enumerated() {
                    let begin = time / unit * unit
                    let single = ExpressionHarness.column(DataType(.timestamp(precision: 3)), [.int64(begin)])
                    let alone = try ExpressionHarness.evaluate(format, [single], rowCount: 1)
                    #expect(ExpressionHarness.values(result, times.count)[row] == alone[0])
                }
            }
        }
    }

    @Test func readsByPattern() throws {
        let type = LogicalType.timestamp(precision: 3)
        let cases: [(String, String, String)] = [
            ("2026-11-20 08:09:10", "yyyy-MM-dd HH:mm:ss", "2026-11-20 08:09:10.000"),
            ("2026/11/20 08.09", "yyyy/MM/dd HH.mm", "2026-11-20 08:09:00.000"),
            ("20-Nov-2026", "dd-MMM-yyyy", "2026-11-20 00:00:00.000"),
            ("2026-11-20T08:09:10.123", "yyyy-MM-dd'T'HH:mm:ss.SSS", "2026-11-20 08:09:10.123"),
            ("2026年11月20日 8时9分", "yyyy年MM月dd日 H时m分", "2026-11-20 08:09:00.000"),
            ("2026-02-30 00:00:00", "yyyy-MM-dd HH:mm:ss", "2026-02-28 00:00:00.000"),
            ("2026-13-01", "yyyy-MM-dd", "NULL"), ("20261120080910", "yyyyMMddHHmmss", "2026-11-20 08:09:10.000"),
            ("08:09:10", "HH:mm:ss", "1970-01-01 08:09:10.000"),
            ("", "yyyy-MM-dd", "NULL"),
            ("2026-11-20 08:09:10.999999", "yyyy-MM-dd HH:mm:ss.SSSSSS", "2026-11-20 08:09:10.999"),
            ("26-1-2", "yy-M-d", "2026-01-02 00:00:00.000"),
            ("2026-11-20 08:09:10 extra", "yyyy-MM-dd HH:mm:ss", "NULL"),
            ("20261120080910123", "yyyyMMddHHmmssSSS", "2026-11-20 08:09:10.123"),
            ("2026112008091012x", "yyyyMMddHHmmssSSS", "NULL"),
            ("2026-11-20 8:9:1 PM", "yyyy-MM-dd h:m:s a", "2026-11-20 20:09:01.000"),
            ("20261120", "yyyyMMddHHmmssSSS", "NULL"), ("20261120240910123", "yyyyMMddHHmmssSSS", "NULL"),
        ]
        for (text, pattern, expected) in cases {
            #expect(
                try run(.toTimestamp, [.text(text), .text(pattern)], type, constants: [1]) == expected,
                "\(text) \(pattern)")
        }
        #expect(try run(.toDate, [.text("20.11.2026"), .text("dd.MM.yyyy")], .date, constants: [1]) == "2026-11-20")
    }

    @Test func readsPlainText() throws {
        let cases = [
            ("2026-11-20 08:09:10", "2026-11-20 08:09:10.000", "2026-11-20"), ("", "NULL", "NULL"),
            ("2026-11-20", "2026-11-20 00:00:00.000", "2026-11-20"),
            ("2026-11-20 08:09:10.999999", "2026-11-20 08:09:10.999", "2026-11-20"), ("26-1-2", "NULL", "0026-01-02"),
            ("2026-11-20 08:09:10 extra", "NULL", "2026-11-20"), ("2026/11/20 08.09", "NULL", "NULL"),
            ("junk", "NULL", "NULL"),
            ("9999-12-31 23:59:59", "9999-12-31 23:59:59.000", "9999-12-31"),
            ("0001-01-01 00:00:00", "0001-01-01 00:00:00.000", "0001-01-01"),
        ]
        for (text, timestamp, date) in cases {
            #expect(try run(.toTimestamp, [.text(text)], .timestamp(precision: 3)) == timestamp, "\(text)")
            #expect(try run(.toDate, [.text(text)], .date) == date, "\(text)")
        }
    }

    @Test func followsTheSessionZone() throws {
        let instant = LogicalType.timestampLTZ(precision: 3)
        let digits = TestValue.number(3)
        for (zone, shown) in [
            ("Asia/Shanghai", "2026-03-08 15:00:00.123"), ("America/New_York", "2026-03-08 03:00:00.123"),
            ("GMT+05:30", "2026-03-08 12:30:00.123"),
        ] {
            #expect(
                try run(
                    .toTimestampLTZ, [.number(1_772_953_200_123, .bigint), digits], instant, constants: [1], zone: zone)
                    == shown)
        }
        #expect(try run(.toTimestampLTZ, [.number(.max, .bigint), digits], instant, constants: [1]) == "NULL")
        #expect(
            try run(.toTimestampLTZ, [.number(253_402_300_800, .bigint), .number(0)], instant, constants: [1]) == "NULL"
        )
        let newYork = "America/New_York"
        let pattern = TestValue.text("yyyy/MM/dd")
        #expect(try run(.unixTimestamp, [.text("2026-11-20 08:09:10.123")], .bigint, zone: newYork) == "1795180150")
        #expect(
            try run(.unixTimestamp, [.text("2024/02/29"), pattern], .bigint, constants: [1], zone: newYork)
                == "1709182800")
        #expect(try run(.unixTimestamp, [.text("2026-11-01 01:30:00")], .bigint, zone: newYork) == "1793514600")
        #expect(try run(.unixTimestamp, [.text("junk")], .bigint, zone: newYork) == "-9223372036854775808")
        #expect(
            try run(.fromUnixTime, [.number(1_793_496_600, .bigint)], .string, zone: newYork) == "2026-10-31 21:30:00")
        #expect(
            try run(
                .fromUnixTime, [.number(1_793_496_600, .bigint), .text("HH")], .string, constants: [1], zone: newYork)
                == "21")
        let sixth = TestValue.number(1_795_162_150_123_000, instant)
        #expect(try run(.extract, [.text("HOUR"), sixth], .bigint, constants: [0], zone: "Asia/Shanghai") == "16")
        #expect(
            try run(.floorTime, [sixth, .text("DAY")], instant, constants: [1], zone: "Asia/Shanghai")
                == "2026-11-20 00:00:00.000")
    }

    @Test func readsTheClock() throws {
        let clock = VirtualClock(wallMilliseconds: 1_795_162_150_123)
        let types: [(ScalarFunction, LogicalType)] = [
            (.currentTimestamp, .timestampLTZ(precision: 3)), (.localTimestamp, .timestamp(precision: 3)),
            (.currentDate, .date),
            (.processingTime, .timestampLTZ(precision: 3)), (.unixTimestamp, .bigint),
            (.currentWatermark, .timestampLTZ(precision: 3)),
        ]
        let expressions = types.map { PlanExpression.call($0, [], DataType($1)) }
        let evaluator = try ExpressionHarness.evaluator(expressions, zone: "Asia/Shanghai", clock: clock)
        let batch = Batch(columns: [], rowCount: 3)
        func shown() throws -> [String] {
            try evaluator.evaluate(batch).map { try ExpressionHarness.shown($0, 2, zone: "Asia/Shanghai") }
        }
        #expect(
            try shown() == [
                "2026-11-20 16:09:11.123", "2026-11-20 16:09:11.123", "2026-11-20", "2026-11-20 16:09:11.123",
                "1795162151", "NULL",
            ])
        clock.advance(nanoseconds: 8 * 3_600_000_000_000)
        evaluator.currentWatermark = 0
        #expect(
            try shown().suffix(4) == ["2026-11-21", "2026-11-21 00:09:11.123", "1795190951", "1970-01-01 08:00:00.000"])
    }
}
