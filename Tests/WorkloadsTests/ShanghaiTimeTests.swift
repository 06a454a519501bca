import Testing

@testable import Workloads

struct ShanghaiTimeTests {
    @Test func epochIsEightInTheMorning() {
        #expect(ShanghaiTime.text(0) == "1970-01-01 08:00:00.000")
    }

    @Test func leapDaysAndTurnsOfTheYear() {
        #expect(ShanghaiTime.text(1_709_136_000_000) == "2024-02-29 00:00:00.000")
        #expect(ShanghaiTime.text(1_704_038_399_999) == "2023-12-31 23:59:59.999")
        #expect(ShanghaiTime.text(1_704_038_400_000) == "2024-01-01 00:00:00.000")
        #expect(ShanghaiTime.text(4_102_415_999_999) == "2099-12-31 23:59:59.999")
    }

    @Test func civilDatesFollowEachOther() {
        var last = ShanghaiTime.civil(10_000)
        for day in Int64(10_001)...60_000 {
            let date = ShanghaiTime.civil(day)
            let isNextDay = date.year == last.year && date.month == last.month && date.day == last.day + 1
            let isNextMonth = date.year == last.year && date.month == last.month + 1 && date.day == 1
            let isNextYear = date.year == last.year + 1 && date.month == 1 && date.day == 1 && last.month == 12
            #expect((isNextDay || isNextMonth || isNextYear) && last.day <= 31)
            last = date
        }
        #expect(last.year == 2134)
    }
}
