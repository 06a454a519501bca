/// Wall time of Asia/Shanghai, which is UTC+8 with no summer time.
enum ShanghaiTime {
    static let offset: Int64 = 8 * 3_600_000
    static let day: Int64 = 86_400_000

    /// Days since 1970-01-01 and milliseconds into the day of a moment given in milliseconds since the epoch.
    @inline(__always)
    static func split(_ moment: Int64) -> (day: Int64, millisecond: Int64) {
        let local = moment &+ offset
        var day = local / ShanghaiTime.day
        var rest = local &- day &* ShanghaiTime.day
        if rest < 0 {
            rest &+= ShanghaiTime.day
            day &-= 1
        }
        return (day, rest)
    }

    /// The civil date of a day number (days since 1970-01-01, proleptic Gregorian calendar).
    static func civil(_ day: Int64) -> (year: Int, month: Int, day: Int) {
        // Counting from 1 March 0000 puts the leap day at the end of the year.
        let shifted = day &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let shiftedMonth = (5 &* dayOfYear &+ 2) / 153
        let dayOfMonth = dayOfYear &- (153 &* shiftedMonth &+ 2) / 5 &+ 1
        let month = shiftedMonth < 10 ? shiftedMonth &+ 3 : shiftedMonth &- 9
        let year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(dayOfMonth))
    }

    /// `yyyy-MM-dd HH:mm` of a minute since the epoch.
    static func minuteText(_ minute: Int64) -> String {
        let (day, rest) = split(minute &* 60_000)
        let date = civil(day)
        let minuteOfDay = Int(rest / 60_000)
        return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2) + " "
            + padded(minuteOfDay / 60, 2) + ":" + padded(minuteOfDay % 60, 2)
    }

    /// `yyyy-MM-dd HH:mm:ss.SSS` of a moment in milliseconds since the epoch.
    static func text(_ moment: Int64) -> String {
        let (_, rest) = split(moment)
        let minute = minuteText((moment &- rest % 60_000) / 60_000)
        let milliseconds = Int(rest % 60_000)
        return minute + ":" + padded(milliseconds / 1_000, 2) + "." + padded(milliseconds % 1_000, 3)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
