import Columnar
import Diagnostics
import Testing

/// The calendar, zones, and the text forms of times.
struct TimeTextTests {
    @Test func everyDayRoundTrips() {
        // Counted up day by day from 0001-01-01 to 9999-12-31.
        var year: Int64 = 1
        var month: Int64 = 1
        var day: Int64 = 1
        var dayOfYear: Int64 = 1
        for days in Int64(-719_162)...2_932_896 {
            let date = CivilDate(days: days)
            guard date == CivilDate(year: year, month: month, day: day), date.days == days else {
                Issue.record("day \(days) is \(date) instead of \(year)-\(month)-\(day)")
                return
            }
            if days % 97 == 0 { #expect(date.dayOfYear == dayOfYear) }
            day += 1
            dayOfYear += 1
            if day > CivilDate.length(ofMonth: month, year: year) {
                day = 1
                month += 1
                if month > 12 {
                    month = 1
                    dayOfYear = 1
                    year += 1
                }
            }
        }
        #expect(year == 10_000)
    }

    @Test func extremesAreHarmless() {
        for days in [Int64.min, .max, .min + 1, .max - 1] {
            _ = CivilDate(days: days).days
            _ = CivilDate(days: days).adding(months: .max)
            _ = CivilDate.isoWeek(days: days)
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TimeText.longest) { buffer in
                #expect(TimeText.write(days: days, to: buffer.baseAddress!) <= TimeText.longest)
                #expect(TimeText.write(microseconds: days, precision: 9, to: buffer.baseAddress!) <= TimeText.longest)
                #expect(TimeText.write(milliseconds: days, to: buffer.baseAddress!) <= TimeText.longest)
                #expect(TimeText.write(months: days, to: buffer.baseAddress!) <= TimeText.longest)
            }
        }
    }

    @Test func weeksFollowTheStandard() {
        for (date, week) in [
            ("2021-01-03", 53), ("2021-01-04", 1), ("2026-12-31", 53), ("2024-12-30", 1), ("2000-01-01", 52),
        ] as [(String, Int64)] {
            let days = Array(date.utf8).withUnsafeBufferPointer { TimeParsing.date($0.baseAddress!, $0.count) } ?? 0
            #expect(CivilDate.isoWeek(days: days).week == week, "\(date)")
        }
    }

    /// Seconds since 1970 of a time in UTC.
    private func seconds(_ text: String) throws -> Int64 {
        let value = Array(text.utf8).withUnsafeBufferPointer { TimeParsing.timestamp($0.baseAddress!, $0.count) }
        return try #require(value) / 1_000_000
    }

    @Test func zonesKnowTheirOffsets() throws {
        let cases: [(String, String, Int64)] = [
            ("America/New_York", "2026-03-08 06:59:59", -18_000), ("America/New_York", "2026-03-08 07:00:00", -14_400),
            ("America/New_York", "2026-11-01 05:59:59", -14_400),
            ("America/New_York", "2026-11-01 06:00:00", -18_000),
            // Behind the last transition of the file the yearly rule holds.
            ("America/New_York", "2150-07-01 00:00:00", -14_400), ("America/New_York", "2150-12-01 00:00:00", -18_000),
            ("Europe/Berlin", "2500-07-01 00:00:00", 7_200),
            ("Australia/Lord_Howe", "2100-01-15 00:00:00", 39_600),
            ("Australia/Lord_Howe", "2100-07-15 00:00:00", 37_800),
            ("Asia/Shanghai", "1986-06-01 00:00:00", 32_400), ("Asia/Shanghai", "2026-06-01 00:00:00", 28_800),
            ("Asia/Kolkata", "9999-12-31 00:00:00", 19_800),
            ("GMT+05:30", "2026-01-01 00:00:00", 19_800), ("UTC", "2026-01-01 00:00:00", 0),
            ("-03:30", "2026-01-01 00:00:00", -12_600),
        ]
        for (name, time, offset) in cases {
            let zone = try TimeZoneRules.named(name)
            let second = try seconds(time)
            let period = zone.period(at: second)
            #expect(period.offset == offset, "\(name) \(time)")
            #expect(period.contains(second))
        }
    }

    @Test func localTimesFindTheirInstants() throws {
        for name in [
            "America/New_York", "Europe/Berlin", "Asia/Shanghai", "Australia/Lord_Howe", "America/Sao_Paulo",
            "Pacific/Apia",
        ] {
            let zone = try TimeZoneRules.named(name)
            var second: Int64 = 1_262_304_000
            while second < 1_800_000_000 {
                let local = second + zone.period(at: second).offset
                let instant = zone.instant(ofLocal: local)
                // The same local time, and the first of two instants that show it.
                #expect(instant + zone.period(at: instant).offset == local, "\(name) \(second)")
                #expect(instant <= second, "\(name) \(second)")
                second += 9_001
            }
            for extreme in [Int64.min, .max] {
                _ = zone.period(at: extreme)
                _ = zone.instant(ofLocal: extreme)
            }
        }
    }

    @Test func damagedZoneFilesAreRefused() throws {
        let bytes = try #require(TimeZoneFile.read("America/New_York"))
        let whole = try #require(TimeZoneFile.parse(bytes, name: "whole"))
        #expect(whole.period(at: 1_795_162_150).offset == -18_000)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            _ = TimeZoneFile.parse(Array(bytes[..<length]), name: "cut")
        }
        var state: UInt64 = 7
        for _ in 0..<3_000 {
            var damaged = bytes
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                damaged[Int(state >> 33) % (state & 1 == 0 ? 128 : damaged.count)] = UInt8(
                    truncatingIfNeeded: state >> 20)
            }
            if let zone = TimeZoneFile.parse(damaged, name: "damaged") {
                for second in [Int64(0), .min, .max, 4_000_000_000] { _ = zone.period(at: second) }
            }
        }
        for name in [
            "", "../passwd", "/etc/passwd", "Europe/../../../etc/passwd", "no such zone", "UTC+99", "GMT+1:2:3:4",
        ] {
            #expect(throws: MillraceError.self) { try TimeZoneRules.named(name) }
        }
    }
}
