import Columnar
import StreamSQL

// Patterns that come from a column. A text that is no pattern makes the result NULL.
extension TimeTextKernels {
    /// The kernel of a function whose second operand is the pattern.
    func patternOfEachRow(_ function: ScalarFunction, _ type: LogicalType) -> Kernel? {
        switch function {
        case .dateFormat:
            switch type {
            case .timestampLTZ: return formatRows(unit: 1, isInstant: true)
            case .date: return formatRows(unit: TimeUnits.microsecondsPerDay, isInstant: false)
            case .time: return formatRows(unit: TimeUnits.microsecondsPerMillisecond, isInstant: false)
            default: return formatRows(unit: 1, isInstant: false)
            }
        case .fromUnixTime: return formatRows(unit: TimeUnits.microsecondsPerSecond, isInstant: true)
        case .toTimestamp: return parseRows(.smart) { _, local in local &- floorModulo(local, 1_000) }
        case .toDate: return parseRows(.lenient) { _, local in floorDivide(local, TimeUnits.microsecondsPerDay) }
        case .unixTimestamp:
            return parseRows(.lenient, bad: .min) { zone, local in
                let second = floorDivide(local, TimeUnits.microsecondsPerSecond)
                return zone.isUTC ? second : zone.lastInstant(ofLocal: second)
            }
        default: return nil
        }
    }

    /// The formatters of a call, with the batch each was last used in.
    private final class Formatters {
        final class Entry {
            let formatter: TimeFormatter
            var batch = 0

            init(_ formatter: TimeFormatter) { self.formatter = formatter }
        }

        let conversion: ZoneConversion
        let entries = CompiledTexts<Compiled<Entry>>()
        var batch = 0

        private let zoneName: String

        init(_ zone: TimeZoneRules) {
            conversion = ZoneConversion(zone)
            zoneName = zone.name
        }

        /// The formatter of a pattern, ready for this batch.
        func formatter(_ pattern: TextBytes) -> TimeFormatter? {
            let (conversion, zoneName) = (conversion, zoneName)
            let entry = entries.value(pattern) { bytes in
                Compiled(
                    value: (try? TimePattern(bytes)).map { pattern in
                        Entry(
                            TimeFormatter(pattern, zoneName: zoneName) { local in
                                (local &- conversion.instant(local)) / TimeUnits.microsecondsPerSecond
                            })
                    })
            }.value
            if let entry, entry.batch != batch {
                entry.batch = batch
                entry.formatter.beginBatch()
            }
            return entry?.formatter
        }
    }

    private func formatRows(unit: Int64, isInstant: Bool) -> Kernel {
        let isShifted = isInstant && !zone.isUTC
        return { [zone] call in
            let memory = call.remembered { Formatters(zone) }
            memory.batch &+= 1
            let values = NumberOperand(call[0])
            let patterns = TextOperand(call[1])
            return makeTexts(call) { row, heap in
                guard let formatter = memory.formatter(patterns[row]) else { return nil }
                let microseconds = values[row] &* unit
                let local = isShifted ? memory.conversion.local(microseconds) : microseconds
                return formatter.format(local, heap: heap)
            }
        }
    }

    private func parseRows(
        _ mode: TimeParser.Mode, bad: Int64? = nil, _ value: @escaping @Sendable (TimeZoneRules, Int64) -> Int64
    ) -> Kernel {
        { [zone] call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let patterns = TextOperand(call[1])
            let memory = call.remembered { CompiledTexts<Compiled<TimeParser>>() }
            forEachValid(call, into: result) { row in
                let parser = memory.value(patterns[row]) { bytes in
                    Compiled(value: (try? TimePattern(bytes)).map { TimeParser($0, mode: mode) })
                }.value
                guard let made = parser?.parse(texts[row]).map({ value(zone, $0) }) ?? bad else { return false }
                result.int64[row] = made
                return true
            }
            return result
        }
    }
}
