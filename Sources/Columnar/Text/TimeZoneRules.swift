package import Diagnostics
import Glibc

/// When a zone's clocks stood how far from UTC. Immutable.
package final class TimeZoneRules: Sendable {
    /// A span of time with one offset.
    package struct Period: Sendable {
        /// Seconds to add to UTC.
        package var offset: Int64
        /// First second of the span, and the first behind it.
        package var from: Int64
        package var until: Int64

        @inlinable package func contains(_ second: Int64) -> Bool { second >= from && second < until }
    }

    package let name: String
    /// Ascending seconds since 1970 at which the offset changes.
    private let transitions: [Int64]
    /// The offset before the first transition, then the one after each.
    private let offsets: [Int64]
    /// The yearly rule behind the last transition.
    private let rule: PosixZoneRule?

    package static let utc = TimeZoneRules(name: "UTC", transitions: [], offsets: [0], rule: nil)

    init(name: String, transitions: [Int64], offsets: [Int64], rule: PosixZoneRule?) {
        self.name = name
        self.transitions = transitions
        self.offsets = offsets
        self.rule = rule
    }

    /// True when local time is UTC.
    package var isUTC: Bool { transitions.isEmpty && rule == nil && offsets[0] == 0 }

    /// The zone of an IANA name, `UTC`, or a fixed offset such as `GMT+05:30`.
    package static func named(_ name: String) throws(MillraceError) -> TimeZoneRules {
        if let fixed = fixedOffset(name) {
            return fixed == 0 ? utc : TimeZoneRules(name: name, transitions: [], offsets: [fixed], rule: nil)
        }
        guard let bytes = TimeZoneFile.read(name), let zone = TimeZoneFile.parse(bytes, name: name) else {
            throw MillraceError(
                .user, code: "unknown_time_zone", "there is no time zone '\(name)' on this machine",
                hint: "use a name like 'Asia/Shanghai', 'UTC' or 'GMT+08:00'; the names come with the package tzdata")
        }
        return zone
    }

    /// The offset that holds at a second since 1970, and for how long.
    package func period(at second: Int64) -> Period {
        // The number of transitions at or before the second.
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low &+ high) / 2
            if transitions[middle] <= second { low = middle &+ 1 } else { high = middle }
        }
        if low == transitions.count, let rule {
            var period = rule.period(at: second)
            if let last = transitions.last { period.from = max(period.from, last) }
            return period
        }
        return Period(
            offset: offsets[low], from: low > 0 ? transitions[low &- 1] : .min,
            until: low < transitions.count ? transitions[low] : .max)
    }

    /// The instant at which the clocks show a local second. Where they show it twice, the first time; where they
    /// skip it, as long after the skip began.
    package func instant(ofLocal second: Int64) -> Int64 {
        let before = period(at: second &- 86_400).offset
        let after = period(at: second &+ 86_400).offset
        if period(at: second &- before).offset == before || before == after { return second &- before }
        return period(at: second &- after).offset == after ? second &- after : second &- before
    }

    /// As ``instant(ofLocal:)``, but the last time where the clocks show it twice.
    package func lastInstant(ofLocal second: Int64) -> Int64 {
        let after = period(at: second &+ 86_400).offset
        return period(at: second &- after).offset == after ? second &- after : instant(ofLocal: second)
    }

    /// Seconds of `UTC`, `GMT+8`, `+08:00`, `UTC-03:30`; nil for other names.
    private static func fixedOffset(_ name: String) -> Int64? {
        var text = Substring(name)
        if text == "Z" || text == "UTC" || text == "GMT" || text == "UT" { return 0 }
        for prefix in ["UTC", "GMT", "UT"] where text.hasPrefix(prefix) {
            text = text.dropFirst(prefix.count)
            break
        }
        guard let sign = text.utf8.first, sign == 0x2B || sign == 0x2D else { return nil }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { return nil }
        var seconds: Int64 = 0
        for (index, part) in parts.enumerated() {
            guard (1...2).contains(part.utf8.count), let number = Int64(part), number >= 0,
                number < (index == 0 ? 19 : 60)
            else { return nil }
            seconds += number * [3_600, 60, 1][index]
        }
        return sign == 0x2D ? -seconds : seconds
    }
}

/// Reads the files of the time zone database.
package enum TimeZoneFile {
    private static let directory = "/usr/share/zoneinfo/"
    private static let longestFile = 256 * 1_024
    private static let longestName = 64

    /// The file's bytes; nil when the name is no plain relative path or nothing is there.
    package static func read(_ name: String) -> [UInt8]? {
        let isPlain = name.utf8.allSatisfy { byte in
            (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x41 && byte <= 0x5A) || (byte >= 0x30 && byte <= 0x39)
                || byte == 0x2F || byte == 0x5F || byte == 0x2B || byte == 0x2D
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= longestName, !name.hasPrefix("/") else { return nil }
        let descriptor = open(directory + name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: longestFile)
        var used = 0
        while used < longestFile {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + used, longestFile - used)
            }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            used += count
        }
        return used > 0 && used < longestFile ? Array(bytes[..<used]) : nil
    }

    /// A zone from the bytes of a TZif file of version 2 or later; nil when they are damaged.
    package static func parse(_ bytes: [UInt8], name: String) -> TimeZoneRules? {
        guard let first = Header(bytes, at: 0), first.version >= 0x32 else { return nil }
        guard let header = Header(bytes, at: first.length(timeBytes: 4)) else { return nil }
        let times = header.start
        let indexes = times + header.timeCount * 8
        let types = indexes + header.timeCount
        let end = header.start + header.length(timeBytes: 8) - 44
        guard end <= bytes.count, header.typeCount > 0 else { return nil }
        func offset(ofType type: Int) -> Int64? {
            guard type < header.typeCount else { return nil }
            let seconds = Int64(Int32(truncatingIfNeeded: number(bytes, types + type * 6, 4)))
            return abs(seconds) <= 100_000 ? seconds : nil
        }
        guard let initial = offset(ofType: 0) else { return nil }
        var transitions: [Int64] = []
        var offsets = [initial]
        for index in 0..<header.timeCount {
            let time = number(bytes, times + index * 8, 8)
            guard let next = offset(ofType: Int(bytes[indexes + index])) else { return nil }
            guard transitions.last.map({ $0 < time }) ?? true else { return nil }
            transitions.append(time)
            offsets.append(next)
        }
        guard end < bytes.count, bytes[end] == 0x0A, let close = bytes[(end + 1)...].firstIndex(of: 0x0A) else {
            return TimeZoneRules(name: name, transitions: transitions, offsets: offsets, rule: nil)
        }
        let rule = PosixZoneRule(Array(bytes[(end + 1)..<close]))
        return TimeZoneRules(name: name, transitions: transitions, offsets: offsets, rule: rule)
    }

    private static func number(_ bytes: [UInt8], _ at: Int, _ length: Int) -> Int64 {
        var value: Int64 = 0
        for index in at..<(at + length) { value = value << 8 | Int64(bytes[index]) }
        return value
    }

    /// The counts in front of a block of data.
    private struct Header {
        var version: UInt8
        var start: Int
        var counts: [Int] = []
        var timeCount: Int { counts[3] }
        var typeCount: Int { counts[4] }

        init?(_ bytes: [UInt8], at place: Int) {
            guard place >= 0, bytes.count - place >= 44, Array(bytes[place..<(place + 4)]) == Array("TZif".utf8) else {
                return nil
            }
            version = bytes[place + 4]
            start = place + 44
            for index in 0..<6 {
                let count = number(bytes, place + 20 + index * 4, 4)
                guard count >= 0, count < 100_000 else { return nil }
                counts.append(Int(count))
            }
        }

        /// Bytes of header and data.
        func length(timeBytes: Int) -> Int {
            44 + timeCount * (timeBytes + 1) + typeCount * 6 + counts[5] + counts[2] * (timeBytes + 4) + counts[1]
                + counts[0]
        }
    }
}
