/// The rule by which a zone's clocks go on after the last listed change, such as `EST5EDT,M3.2.0,M11.1.0`.
struct PosixZoneRule: Sendable {
    /// A moment of the year in local time.
    private struct Moment: Sendable {
        /// Month, week (5 is the last) and weekday (0 is Sunday), or a day of the year.
        enum Day: Sendable {
            case weekday(month: Int64, week: Int64, weekday: Int64)
            /// 1 to 365; 29 February is never counted.
            case dayWithoutLeap(Int64)
            /// 0 to 365.
            case dayOfYear(Int64)
        }

        var day: Day
        /// Seconds from midnight, from -167 to 167 hours.
        var time: Int64 = 7_200

        /// Local seconds since 1970 of the moment in a year.
        func seconds(year: Int64) -> Int64 {
            let days: Int64
            switch day {
            case .weekday(let month, let week, let weekday):
                let first = CivilDate.days(year: year, month: month, day: 1)
                // Sunday is 0 here, Monday there.
                let firstWeekday = (CivilDate.weekday(days: first) + 1) % 7
                var offset = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
                while offset >= CivilDate.length(ofMonth: month, year: year) { offset -= 7 }
                days = first + offset
            case .dayWithoutLeap(let number):
                let leap: Int64 = CivilDate.isLeap(year) && number >= 60 ? 1 : 0
                days = CivilDate.days(year: year, month: 1, day: 1) + number - 1 + leap
            case .dayOfYear(let number): days = CivilDate.days(year: year, month: 1, day: 1) + number
            }
            return days * 86_400 + time
        }
    }

    private var standard: Int64 = 0
    private var summer: Int64 = 0
    private var begin: Moment?
    private var end: Moment?

    /// nil when the text does not follow the grammar.
    init?(_ text: [UInt8]) {
        var reader = Reader(text: text)
        guard reader.skipName(), let west = reader.time() else { return nil }
        standard = -west
        summer = standard
        if reader.isAtEnd { return }
        guard reader.skipName() else { return nil }
        summer = standard + 3_600
        if !reader.isAtEnd, reader.peek != 0x2C {
            guard let west = reader.time() else { return nil }
            summer = -west
        }
        guard reader.accept(0x2C), let first = reader.moment(), reader.accept(0x2C), let second = reader.moment(),
            reader.isAtEnd
        else { return nil }
        begin = first
        end = second
    }

    func period(at second: Int64) -> TimeZoneRules.Period {
        guard let begin, let end else { return .init(offset: standard, from: .min, until: .max) }
        // Beyond the range of dates the rule is not followed.
        let bounded = max(-62_167_219_200 * 4, min(second, 253_402_300_799 * 4))
        let year = CivilDate(days: floorDivide(bounded &+ standard, 86_400)).year
        var from = Int64.min
        var offset = standard
        for candidate in (year - 1)...(year + 1) {
            let changes = [
                (begin.seconds(year: candidate) - standard, summer), (end.seconds(year: candidate) - summer, standard),
            ].sorted { $0.0 < $1.0 }
            for (time, next) in changes {
                if time > bounded { return .init(offset: offset, from: from, until: time) }
                from = time
                offset = next
            }
        }
        return .init(offset: offset, from: from, until: bounded &+ 1)
    }

    private struct Reader {
        let text: [UInt8]
        var index = 0

        var isAtEnd: Bool { index >= text.count }
        var peek: UInt8 { index < text.count ? text[index] : 0 }

        mutating func accept(_ byte: UInt8) -> Bool {
            guard peek == byte, !isAtEnd else { return false }
            index += 1
            return true
        }

        /// `EST` or `<+03>`.
        mutating func skipName() -> Bool {
            let start = index
            if accept(0x3C) {
                while !isAtEnd, peek != 0x3E { index += 1 }
                return accept(0x3E)
            }
            while peek | 0x20 >= 0x61 && peek | 0x20 <= 0x7A { index += 1 }
            return index - start >= 3
        }

        mutating func number() -> Int64? {
            var value: Int64 = 0
            let start = index
            while index - start < 4, peek >= 0x30 && peek <= 0x39 {
                value = value * 10 + Int64(peek - 0x30)
                index += 1
            }
            return index > start ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]` as seconds.
        mutating func time() -> Int64? {
            let isNegative = accept(0x2D)
            if !isNegative { _ = accept(0x2B) }
            guard let hours = number() else { return nil }
            var seconds = hours * 3_600
            if accept(0x3A) {
                guard let minutes = number() else { return nil }
                seconds += minutes * 60
                if accept(0x3A) {
                    guard let rest = number() else { return nil }
                    seconds += rest
                }
            }
            guard seconds <= 168 * 3_600 else { return nil }
            return isNegative ? -seconds : seconds
        }

        /// `Mm.w.d`, `Jn` or `n`, with `/time`.
        mutating func moment() -> Moment? {
            var result: Moment
            if accept(0x4D) {
                guard let month = number(), accept(0x2E), let week = number(), accept(0x2E), let weekday = number(),
                    (1...12).contains(month), (1...5).contains(week), weekday <= 6
                else { return nil }
                result = Moment(day: .weekday(month: month, week: week, weekday: weekday))
            } else if accept(0x4A) {
                guard let day = number(), (1...365).contains(day) else { return nil }
                result = Moment(day: .dayWithoutLeap(day))
            } else {
                guard let day = number(), day <= 365 else { return nil }
                result = Moment(day: .dayOfYear(day))
            }
            if accept(0x2F) {
                guard let time = time() else { return nil }
                result.time = time
            }
            return result
        }
    }
}
