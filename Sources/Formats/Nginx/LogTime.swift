import Columnar

/// The times that nginx writes, for columns of timestamps.
struct LogTime: Sendable {
    private enum Form: Sendable { case local, iso, seconds }

    private let form: Form
    /// True when the value is an instant: the zone in the text counts. Otherwise the clock as it stands is meant.
    private let isInstant: Bool
    private let unit: Int64

    /// Nil for variables that are no times, and columns that are no timestamps.
    init?(variable: String, _ type: LogicalType) {
        let precision: Int
        switch type {
        case .timestamp(let digits): (isInstant, precision) = (false, digits)
        case .timestampLTZ(let digits): (isInstant, precision) = (true, digits)
        default: return nil
        }
        switch variable {
        case "time_local": form = .local
        case "time_iso8601": form = .iso
        case "msec": form = .seconds
        default: return nil
        }
        var unit: Int64 = 1
        for _ in min(precision, 6)..<6 { unit *= 10 }
        self.unit = unit
    }

    private static let months: [String] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Microseconds; nil when the text is no such time.
    func value(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        let microseconds: Int64?
        switch form {
        case .local: microseconds = clock(text, Place(day: 0, month: 3, year: 7, time: 12, zone: 21, namesMonth: true))
        case .iso: microseconds = clock(text, Place(day: 8, month: 5, year: 0, time: 11, zone: 19, namesMonth: false))
        case .seconds: microseconds = seconds(text)
        }
        return microseconds.map { $0 - floorModulo($0, unit) }
    }

    /// Where the parts of a time stand.
    private struct Place {
        var day, month, year, time, zone: Int
        var namesMonth: Bool
    }

    /// `05/Jan/2026:08:00:00 +0800` or `2026-01-05T08:00:00+08:00`.
    private func clock(_ text: UnsafeBufferPointer<UInt8>, _ place: Place) -> Int64? {
        guard text.count >= place.time + 8, let day = number(text, place.day, 2),
            let year = number(text, place.year, 4),
            let hour = number(text, place.time, 2), let minute = number(text, place.time + 3, 2),
            let second = number(text, place.time + 6, 2), hour < 24, minute < 60, second < 61
        else { return nil }
        var month = number(text, place.month, 2)
        if place.namesMonth {
            let name = String(decoding: text[place.month..<place.month + 3], as: UTF8.self)
            month = Self.months.firstIndex(of: name).map { Int64($0) + 1 }
        }
        guard let month, (1...12).contains(month), (1...31).contains(day) else { return nil }
        let days = CivilDate.days(year: year, month: month, day: day)
        var seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
        if isInstant {
            guard let offset = zone(text, place.zone) else { return nil }
            seconds -= offset
        }
        return seconds * 1_000_000
    }

    /// `+0800`, `+08:00` or `Z`, in seconds.
    private func zone(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int64? {
        guard start < text.count else { return nil }
        if text[start] == UInt8(ascii: "Z") { return 0 }
        let isNegative = text[start] == UInt8(ascii: "-")
        guard isNegative || text[start] == UInt8(ascii: "+"), let hours = number(text, start + 1, 2) else { return nil }
        let colon = start + 3 < text.count && text[start + 3] == UInt8(ascii: ":") ? 1 : 0
        guard let minutes = number(text, start + 3 + colon, 2) else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return isNegative ? -seconds : seconds
    }

    /// `1767571200.123`, of which an instant can be made.
    private func seconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard isInstant, let whole = parts.first, (1...12).contains(whole.count),
            let value = number(text, whole.startIndex, whole.count)
        else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard (1...6).contains(parts[1].count), let digits = number(text, parts[1].startIndex, parts[1].count)
            else {
                return nil
            }
            fraction = digits
            for _ in parts[1].count..<6 { fraction *= 10 }
        }
        return value * 1_000_000 + fraction
    }

    private func number(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> Int64? {
        guard start + count <= text.count else { return nil }
        var value: Int64 = 0
        for index in start..<start + count {
            guard (0x30...0x39).contains(text[index]) else { return nil }
            value = value * 10 + Int64(text[index] - 0x30)
        }
        return value
    }
}
