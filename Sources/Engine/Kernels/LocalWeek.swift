import Columnar

/// Weeks as the letters Y, w and W count them where Flink runs: they begin on Sunday, and the first week of a year or month
/// is the one that its first day lies in.
struct LocalWeek {
    /// The year that the week is counted in: the next one for the last days of a year that share a week with January 1st.
    let year: Int64
    /// From 1.
    let week: Int64

    /// `date` is the date of the days since 1970.
    init(days: Int64, _ date: CivilDate) {
        let begin = days &- Self.sinceSunday(days)
        let nextYear = CivilDate.days(year: date.year &+ 1, month: 1, day: 1)
        if begin &+ 7 > nextYear {
            year = date.year &+ 1
            week = 1
        } else {
            year = date.year
            let first = CivilDate.days(year: date.year, month: 1, day: 1)
            week = (begin &- (first &- Self.sinceSunday(first))) / 7 &+ 1
        }
    }

    /// The week of the month, from 1.
    static func ofMonth(days: Int64, _ date: CivilDate) -> Int64 {
        let first = days &- date.day &+ 1
        return (date.day &- 1 &+ sinceSunday(first)) / 7 &+ 1
    }

    /// Days since the last Sunday, 0 on one.
    private static func sinceSunday(_ days: Int64) -> Int64 { (CivilDate.weekday(days: days) &+ 1) % 7 }
}
