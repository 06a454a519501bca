import Columnar
import Diagnostics
import StreamSQL

/// Times as texts in zones that are named beside them.
enum ZoneTextKernels {
    private final class Memory {
        let zones = CompiledTexts<TimeZoneRules>()
        let parser: TimeParser?

        init() {
            parser = (try? TimePattern(Array("yyyy-MM-dd HH:mm:ss".utf8))).map { TimeParser($0, mode: .lenient) }
        }

        /// The zone of a name; one that does not exist counts as UTC, as in the dialect.
        func zone(_ name: TextBytes) -> TimeZoneRules {
            zones.value(name) { (try? TimeZoneRules.named(String(decoding: $0, as: UTF8.self))) ?? .utc }
        }
    }

    /// CONVERT_TZ(text, from, to): the time in another zone, NULL when the text is no time.
    static let convert: Kernel = { call in
        let memory = call.remembered { Memory() }
        let texts = TextOperand(call[0])
        let froms = TextOperand(call[1])
        let tos = TextOperand(call[2])
        return makeTexts(call) { row, heap in
            guard let local = memory.parser?.parse(texts[row]) else { return nil }
            let second = floorDivide(local, TimeUnits.microsecondsPerSecond)
            let instant = memory.zone(froms[row]).lastInstant(ofLocal: second)
            let shown = instant &+ memory.zone(tos[row]).period(at: instant).offset
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
                let (product, overflow) = shown.multipliedReportingOverflow(by: TimeUnits.microsecondsPerSecond)
                guard let base = buffer.baseAddress, !overflow else { return nil }
                return heap.add(base, count: TimeText.write(microseconds: product, precision: 0, to: base))
            }
        }
    }

    /// TO_TIMESTAMP_LTZ(text[, pattern[, zone]]): the instant of a text in a zone, NULL when it does not fit.
    static func toInstant(_ pattern: TimePattern?, _ zone: TimeZoneRules) -> Kernel {
        let parser = pattern.map { TimeParser($0, mode: .smart) }
        return { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let conversion = call.remembered { ZoneConversion(zone) }
            forEachValid(call, into: result) { row in
                let text = texts[row]
                let local = parser.map { $0.parse(text) } ?? TimeParsing.timestamp(text.start, text.count)
                guard let local else { return false }
                result.int64[row] = conversion.instant(local &- floorModulo(local, 1_000))
                return true
            }
            return result
        }
    }
}
