import Columnar
import StreamSQL

/// Casts from and to texts.
enum TextCasts {
    // MARK: From text

    /// The kernel that reads a text as the type; what can't be read fails or, for TRY_CAST, is NULL.
    static func parse(to: LogicalType, isTry: Bool, zone: TimeZoneRules) -> Kernel? {
        switch to {
        case .tinyint, .smallint, .integer, .bigint, .double: return TextNumberKernels.kernel(to: to, isTry: isTry)
        case .float:
            return read(to, isTry) { text, row, result in
                guard let value = NumberParsing.float(text.start, text.count) else { return false }
                result.float64[row] = Double(value)
                return true
            }
        case .decimal(let precision, let scale):
            return read(to, isTry) { text, row, result in
                guard let value = NumberParsing.decimal(text.start, text.count, precision: precision, scale: scale)
                else {
                    return false
                }
                if let value { result.int128[row] = value } else { result.setNull(row) }
                return true
            }
        case .boolean:
            return read(to, isTry) { text, row, result in
                guard let value = NumberParsing.boolean(text.start, text.count) else { return false }
                result.setBit(row, value)
                return true
            }
        default: return parseTime(to: to, isTry: isTry, zone: zone)
        }
    }

    private static func parseTime(to: LogicalType, isTry: Bool, zone: TimeZoneRules) -> Kernel? {
        switch to {
        case .timestamp where to.isWideTimestamp, .timestampLTZ where to.isWideTimestamp:
            return parseWideTime(to: to, isTry: isTry, zone: zone)
        case .date: return number(to, isTry) { text in TimeParsing.date(text.start, text.count) }
        case .time(let precision):
            let unit = TimeCasts.milliseconds(precision)
            return number(to, isTry) { text in TimeParsing.time(text.start, text.count).map { $0 &- $0 % unit } }
        case .timestamp(let precision):
            let unit = TimeCasts.microseconds(precision)
            return number(to, isTry) { text in
                TimeParsing.timestamp(text.start, text.count).map { $0 &- floorModulo($0, unit) }
            }
        case .timestampLTZ(let precision):
            let unit = TimeCasts.microseconds(precision)
            return { call throws(EvaluationError) in
                let conversion = call.remembered { ZoneConversion(zone) }
                return try read(call, to, isTry) { text, row, result in
                    guard let value = TimeParsing.timestamp(text.start, text.count) else { return false }
                    result.int64[row] = conversion.instant(value &- floorModulo(value, unit))
                    return true
                }
            }
        default: return nil
        }
    }

    /// Timestamps of more than six digits.
    private static func parseWideTime(to: LogicalType, isTry: Bool, zone: TimeZoneRules) -> Kernel {
        let (precision, isInstant) = WideTimeKernels.form(to)
        return { call throws(EvaluationError) in
            let conversion = call.remembered { ZoneConversion(zone) }
            return try read(call, to, isTry) { text, row, result in
                guard let value = TimeParsing.nanoseconds(text.start, text.count) else { return false }
                let kept = WideTime.truncate(value, toPrecision: precision)
                if isInstant {
                    let (microseconds, rest) = WideTime.split(kept)
                    result.int128[row] = WideTime.join(conversion.instant(microseconds), rest)
                } else {
                    result.int128[row] = kept
                }
                return true
            }
        }
    }

    private static func number(
        _ to: LogicalType, _ isTry: Bool, _ body: @escaping @Sendable (TextBytes) -> Int64?
    ) -> Kernel {
        read(to, isTry) { text, row, result in
            guard let value = body(text) else { return false }
            result.int64[row] = value
            return true
        }
    }

    private static func read(
        _ to: LogicalType, _ isTry: Bool, _ body: @escaping @Sendable (TextBytes, Int, Column) -> Bool
    ) -> Kernel {
        { call throws(EvaluationError) in try read(call, to, isTry, body) }
    }

    private static func read(
        _ call: KernelCall, _ to: LogicalType, _ isTry: Bool, _ body: (TextBytes, Int, Column) -> Bool
    ) throws(EvaluationError) -> Column {
        try readPlaces(call, to, isTry) { place, row, result in
            body(TextBytes(start: TextView.bytes(at: place), count: place.pointee.count), row, result)
        }
    }

    /// Calls the closure with the place of each view that is not NULL; what it can't read fails or, for TRY_CAST, is NULL.
    @inline(__always)
    static func readPlaces(
        _ call: KernelCall, _ to: LogicalType, _ isTry: Bool,
        _ body: (UnsafePointer<TextView>, Int, Column) -> Bool
    ) throws(EvaluationError) -> Column {
        let result = call.makeResult()
        let texts = UnsafePointer(call[0].column.text)
        let mask = call[0].rowMask
        var badRow = -1
        forEachValid(call, into: result) { row in
            if body(texts + (row & mask), row, result) { return true }
            if badRow < 0 { badRow = row }
            return false
        }
        if badRow >= 0 && !isTry { throw failure(badRow, TextOperand(call[0])[badRow], to) }
        return result
    }

    private static func failure(_ row: Int, _ text: TextBytes, _ to: LogicalType) -> EvaluationError {
        EvaluationError(
            row: row, "the text \(shown(text)) can't be cast to \(to)",
            hint: "TRY_CAST gives NULL instead; a WHERE or CASE can keep such rows away")
    }

    /// The text for a message, cut where it is long.
    private static func shown(_ text: TextBytes) -> String {
        let limit = 64
        if text.count <= limit { return "'" + text.string + "'" }
        return "'" + text.part(0, text.offset(ofCharacter: limit / 4)).string + "…' of \(text.count) bytes"
    }

    // MARK: Text to text

    /// CHAR pads with blanks, CHAR and VARCHAR cut; byte strings likewise, with zeros. nil when nothing changes.
    static func resize(from: LogicalType, to: LogicalType) -> Kernel? {
        switch to {
        case .char(let length): return resize(length, padding: 0x20)
        case .varchar(let length):
            if case .varchar(let old) = from, old <= length { return nil }
            if case .char(let old) = from, old <= length { return nil }
            return length == LogicalType.unboundedLength ? nil : resize(length, padding: nil)
        case .binary(let length): return resizeBytes(length, isPadded: true)
        case .varbinary(let length):
            return length == LogicalType.unboundedLength ? nil : resizeBytes(length, isPadded: false)
        default: return nil
        }
    }

    private static func resize(_ length: Int, padding: UInt8?) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            return makeTexts(call) { row, heap in fit(texts[row], length, padding, heap) }
        }
    }

    /// The text cut to a number of characters, or padded to it.
    static func fit(_ text: TextBytes, _ length: Int, _ padding: UInt8?, _ heap: ByteHeap) -> TextView? {
        if text.count <= length && padding == nil { return text.view }
        let end = text.offset(ofCharacter: length)
        if end < text.count { return text.part(0, end).view }
        guard let padding else { return text.view }
        let missing = length &- text.characterCount
        guard missing > 0 else { return text.view }
        guard missing <= longestMadeText else { return nil }
        let place = heap.allocate(text.count &+ missing)
        place.update(from: text.start, count: text.count)
        (place + text.count).update(repeating: padding, count: missing)
        return TextView(place, count: text.count &+ missing)
    }

    private static func resizeBytes(_ length: Int, isPadded: Bool) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            return makeTexts(call) { row, heap in
                let bytes = texts[row]
                if bytes.count >= length { return bytes.part(0, length).view }
                guard isPadded else { return bytes.view }
                guard length <= longestMadeText else { return nil }
                let place = heap.allocate(length)
                place.update(from: bytes.start, count: bytes.count)
                (place + bytes.count).update(repeating: 0, count: length &- bytes.count)
                return TextView(place, count: length)
            }
        }
    }

    // MARK: To text

    /// Values as CAST writes them.
    static func write(from: LogicalType, to: LogicalType, zone: TimeZoneRules) -> Kernel? {
        var limit = LogicalType.unboundedLength
        var padding: UInt8?
        if case .varchar(let length) = to { limit = length }
        if case .char(let length) = to { (limit, padding) = (length, 0x20) }
        if from.kind == .text { return nil }
        if from.kind == .bits { return writeBooleans(limit, padding) }
        if limit == LogicalType.unboundedLength, let kernel = NumberTextKernels.kernel(from: from, zone: zone) {
            return kernel
        }
        let writer = ValueText(zone: zone)
        let form = ValueText.Form(from)
        return { [limit, padding] call in
            let argument = call[0]
            return makeTexts(call) { row, heap in
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
                    let place = buffer.baseAddress!
                    let count = writer.write(argument.column, row & argument.rowMask, as: form, to: place)
                    if count <= limit, padding == nil { return heap.add(place, count: count) }
                    return kept(TextBytes(start: place, count: count), limit, padding, heap)
                }
            }
        }
    }

    /// A cut or padded text whose bytes are copied, for they are gone afterwards.
    private static func kept(_ text: TextBytes, _ limit: Int, _ padding: UInt8?, _ heap: ByteHeap) -> TextView? {
        if text.count >= limit { return heap.add(text.start, count: limit) }
        return fit(text, limit, padding, heap)
    }

    private static func writeBooleans(_ limit: Int, _ padding: UInt8?) -> Kernel {
        { call in
            let argument = call[0]
            let words: (StaticString, StaticString) = ("TRUE", "FALSE")
            return makeTexts(call) { row, heap in
                let word = argument.column.bit(row & argument.rowMask) ? words.0 : words.1
                return kept(TextBytes(start: word.utf8Start, count: word.utf8CodeUnitCount), limit, padding, heap)
            }
        }
    }
}
