import Columnar
import ConnectorContract

/// The clocks that windows go by: event time as it stands, or for instants the local time of the session's zone.
///
/// Window bounds are always times of this clock, so that a day may last 23 or 25 hours. Times in microseconds.
struct WindowClock {
    private let zone: TimeZoneRules?
    private let conversion: ZoneConversion?

    /// Without a zone, or in UTC, both kinds of time are the same.
    init(_ zone: TimeZoneRules?) {
        self.zone = zone.flatMap { $0.isUTC ? nil : $0 }
        conversion = self.zone.map { ZoneConversion($0) }
    }

    /// What the clock shows at an event time.
    @inline(__always)
    func shown(at time: Int64) -> Int64 { conversion?.local(time) ?? time }

    /// The watermark at which a window with this end fires: its last millisecond, the later one where the clocks
    /// show it twice, and the moment of the change where they skip it.
    func firing(end: Int64) -> Int64 {
        let last = end &- TimeUnits.microsecondsPerMillisecond
        guard let zone else { return last }
        let (second, rest) = Self.parts(last)
        let instant = zone.lastInstant(ofLocal: second)
        let period = zone.period(at: instant)
        if instant &+ period.offset != second { return period.from &* TimeUnits.microsecondsPerSecond }
        return instant &* TimeUnits.microsecondsPerSecond &+ rest
    }

    /// The event time that stands for a window with this end: its last millisecond.
    func windowTime(end: Int64) -> Int64 {
        let last = end &- TimeUnits.microsecondsPerMillisecond
        guard let zone else { return last }
        let (second, rest) = Self.parts(last)
        return zone.instant(ofLocal: second) &* TimeUnits.microsecondsPerSecond &+ rest
    }

    private static func parts(_ time: Int64) -> (second: Int64, rest: Int64) {
        let second = floorDivide(time, TimeUnits.microsecondsPerSecond)
        return (second, time &- second &* TimeUnits.microsecondsPerSecond)
    }
}
