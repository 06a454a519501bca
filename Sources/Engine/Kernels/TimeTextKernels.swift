import Columnar
import Diagnostics
import StreamSQL

/// Times to texts and back by patterns.
struct TimeTextKernels {
    let zone: TimeZoneRules

    /// What a formatting kernel keeps between batches.
    private final class FormatMemory {
        let formatter: TimeFormatter
        let conversion: ZoneConversion

        init(_ pattern: TimePattern, _ zone: TimeZoneRules) {
            let conversion = ZoneConversion(zone)
            self.conversion = conversion
            formatter = TimeFormatter(pattern, zoneName: zone.name) { local in
                (local &- conversion.instant(local)) / TimeUnits.microsecondsPerSecond
            }
        }
    }

    /// DATE_FORMAT(timestamp, pattern).
    func dateFormat(_ pattern: TimePattern, _ type: LogicalType) -> Kernel {
        if case .timestampLTZ = type { return format(pattern, unit: 1, isInstant: true) }
        if case .date = type { return format(pattern, unit: TimeUnits.microsecondsPerDay, isInstant: false) }
        if case .time = type { return format(pattern, unit: TimeUnits.microsecondsPerMillisecond, isInstant: false) }
        return format(pattern, unit: 1, isInstant: false)
    }

    /// DATE_FORMAT of a timestamp of more than six digits.
    func formatNanoseconds(_ pattern: TimePattern, _ type: LogicalType) -> Kernel {
        let isShifted = WideTimeKernels.form(type).isInstant && !zone.isUTC
        return { [zone] call in
            let memory = call.remembered { FormatMemory(pattern, zone) }
            let (values, mask) = (UnsafePointer(call[0].column.int128), call[0].rowMask)
            memory.formatter.beginBatch()
            return makeTexts(call) { row, heap in
                let (microseconds, rest) = WideTime.split(values[row & mask])
                let local = isShifted ? memory.conversion.local(microseconds) : microseconds
                return memory.formatter.format(local, nanoseconds: rest, heap: heap)
            }
        }
    }

    /// FROM_UNIXTIME(seconds, pattern).
    func fromUnixTime(_ pattern: TimePattern) -> Kernel {
        format(pattern, unit: TimeUnits.microsecondsPerSecond, isInstant: true)
    }

    /// Values of `unit` microseconds, written by a pattern; instants as the session zone shows them.
    private func format(_ pattern: TimePattern, unit: Int64, isInstant: Bool) -> Kernel {
        let isShifted = isInstant && !zone.isUTC
        return { [zone] call in
            let memory = call.remembered { FormatMemory(pattern, zone) }
            let values = NumberOperand(call[0])
            memory.formatter.beginBatch()
            return makeTexts(call) { row, heap in
                let microseconds = values[row] &* unit
                let local = isShifted ? memory.conversion.local(microseconds) : microseconds
                return memory.formatter.format(local, heap: heap)
            }
        }
    }

    /// TO_TIMESTAMP(text[, pattern]): milliseconds' precision, NULL when the text does not fit.
    func toTimestamp(_ pattern: TimePattern?) -> Kernel {
        guard let pattern else {
            return parse { text in TimeParsing.timestamp(text.start, text.count).map { $0 &- floorModulo($0, 1_000) } }
        }
        let parser = TimeParser(pattern, mode: .smart)
        if let layout = parser.layout { return toTimestamp(layout) }
        return parse { text in parser.parse(text).map { $0 &- floorModulo($0, 1_000) } }
    }

    /// The common case: every field at a known place.
    private func toTimestamp(_ layout: FixedLayout) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let output = result.int64
            var reader = FixedLayoutReader(layout)
            forEachValid(call, into: result) { row in
                guard let value = reader.parse(texts[row]) else { return false }
                output[row] = value &- floorModulo(value, 1_000)
                return true
            }
            return result
        }
    }

    /// TO_DATE(text[, pattern]).
    func toDate(_ pattern: TimePattern?) -> Kernel {
        guard let pattern else { return parse { TimeParsing.date($0.start, $0.count) } }
        let parser = TimeParser(pattern, mode: .lenient)
        return parse { text in parser.parse(text).map { floorDivide($0, TimeUnits.microsecondsPerDay) } }
    }

    /// UNIX_TIMESTAMP(text, pattern): seconds; the smallest BIGINT when the text does not fit.
    func unixTimestamp(_ pattern: TimePattern) -> Kernel {
        let parser = TimeParser(pattern, mode: .lenient)
        return { [zone] call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            forEachValid(call, into: result) { row in
                // Of two instants with this local time it is the later one, unlike in casts.
                result.int64[row] =
                    parser.parse(texts[row]).map {
                        let second = floorDivide($0, TimeUnits.microsecondsPerSecond)
                        return zone.isUTC ? second : zone.lastInstant(ofLocal: second)
                    } ?? .min
                return true
            }
            return result
        }
    }

    private func parse(_ body: @escaping @Sendable (TextBytes) -> Int64?) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let output = result.int64
            forEachValid(call, into: result) { row in
                guard let value = body(texts[row]) else { return false }
                output[row] = value
                return true
            }
            return result
        }
    }

    /// Microseconds of 0001-01-01 and 10000-01-01.
    private static let firstInstant: Int64 = -62_135_596_800_000_000
    private static let lastInstant: Int64 = 253_402_300_800_000_000

    /// TO_TIMESTAMP_LTZ(number, 0 for seconds or 3 for milliseconds); NULL beyond the years 1 to 9999.
    static func toInstant(_ type: LogicalType, digits: Int64) -> Kernel {
        let unit: Int64 = digits == 0 ? TimeUnits.microsecondsPerSecond : TimeUnits.microsecondsPerMillisecond
        @Sendable func bounded(_ value: Int64) -> Int64? { value >= firstInstant && value < lastInstant ? value : nil }
        return { call in
            let result = call.makeResult()
            let column = call[0].column
            let mask = call[0].rowMask
            forEachValid(call, into: result) { row in
                var value: Int64?
                switch type.kind {
                case .int64:
                    let (product, overflow) = column.int64[row & mask].multipliedReportingOverflow(by: unit)
                    value = overflow ? nil : product
                case .float64:
                    let milliseconds = (column.float64[row & mask] * Double(unit / 1_000)).rounded(.towardZero)
                    value = Int64(exactly: milliseconds).flatMap { number in
                        let (product, overflow) = number.multipliedReportingOverflow(by: 1_000)
                        return overflow ? nil : product
                    }
                default:
                    guard case .decimal(_, let scale) = type else { return false }
                    let (product, overflow) = column.int128[row & mask].multipliedReportingOverflow(
                        by: Int128(unit / 1_000))
                    let milliseconds = overflow ? nil : Int64(exactly: product / DecimalMath.power(scale))
                    value = milliseconds.flatMap { number in
                        let (product, overflow) = number.multipliedReportingOverflow(by: 1_000)
                        return overflow ? nil : product
                    }
                }
                guard let instant = value, let kept = bounded(instant) else { return false }
                result.int64[row] = kept
                return true
            }
            return result
        }
    }
}
