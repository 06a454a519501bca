import Columnar
import Diagnostics

/// Writes many rows of CSV at once: room for all of them is made first, then each value goes straight to its place.
///
/// For columns of numbers, times and texts; whatever else there is goes row by row.
struct CSVRunWriter: Sendable {
    private let forms: [ValueText.Form]
    private let delimiter: UInt8
    private let quote: UInt8
    private let escape: UInt8
    private let nullLiteral: [UInt8]

    private static let text = ValueText()
    private static let truth: (yes: StaticString, no: StaticString) = ("true", "false")
    /// Rows that room is made for at a time.
    static let runRows = 256

    /// nil where a column needs more than this, or texts may not be quoted.
    init?(forms: [ValueText.Form], settings: CSVSettings) {
        guard let quote = settings.quote else { return nil }
        for form in forms {
            switch form {
            case .bytes, .nested: return nil
            default: continue
            }
        }
        self.forms = forms
        self.quote = quote
        delimiter = settings.delimiter
        // Without an escape character nothing more is escaped than quotes.
        escape = settings.escape ?? quote
        nullLiteral = settings.nullLiteral ?? []
    }

    /// A column as the loop over rows sees it: memory, and no object.
    private struct Place {
        var kind: Kind
        var precision: Int
        var validity: UnsafeMutablePointer<UInt64>?
        var numbers: UnsafeMutablePointer<Int64>?
        var texts: UnsafeMutablePointer<TextView>?

        @inline(__always)
        func isValid(_ row: Int) -> Bool {
            guard let validity else { return true }
            return validity[row &>> 6] &>> UInt64(row & 63) & 1 != 0
        }
    }

    private enum Kind { case text, integer, timestamp, other }

    private func places(_ batch: Batch) -> [Place] {
        zip(forms, batch.columns).map { form, column in
            let validity = column.mayHaveNulls ? column.validity : nil
            switch form {
            case .text: return Place(kind: .text, precision: 0, validity: validity, texts: column.text)
            case .integer where column.kind == .int64:
                return Place(kind: .integer, precision: 0, validity: validity, numbers: column.int64)
            case .timestamp(let precision):
                return Place(kind: .timestamp, precision: precision, validity: validity, numbers: column.int64)
            default: return Place(kind: .other, precision: 0, validity: validity)
            }
        }
    }

    /// Appends the records of at most ``runRows`` rows.
    func append(_ batch: Batch, _ rows: Range<Int>, to bytes: inout [UInt8]) {
        let places = places(batch)
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: mostBytes(places, rows)))
        let used = bytes.withUnsafeMutableBufferPointer { buffer -> Int in
            guard let base = buffer.baseAddress else { return 0 }
            return places.withUnsafeBufferPointer { places in
                var end = base + start
                for row in rows { end = write(row, of: batch, places, to: end) }
                return end - base
            }
        }
        bytes.removeLast(bytes.count - used)
    }

    private func mostBytes(_ places: [Place], _ rows: Range<Int>) -> Int {
        var sum = rows.count * (places.count * (max(NumberText.longest, nullLiteral.count) + 3) + 1)
        for place in places {
            guard let texts = place.texts else { continue }
            for row in rows where place.isValid(row) { sum += 2 * texts[row].count }
        }
        return sum
    }

    /// Writes one record; returns the end of it.
    @inline(__always)
    private func write(
        _ row: Int, of batch: Batch, _ places: UnsafeBufferPointer<Place>, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var end = start
        for index in places.indices {
            if index > 0 {
                end.pointee = delimiter
                end += 1
            }
            let place = places[index]
            guard place.isValid(row) else {
                end += writeNull(to: end)
                continue
            }
            switch place.kind {
            case .text: if let texts = place.texts { end += writeText(UnsafePointer(texts + row), to: end) }
            case .integer: if let numbers = place.numbers { end += NumberText.write(numbers[row], to: end) }
            case .timestamp:
                guard let numbers = place.numbers else { continue }
                let count = TimeText.write(microseconds: numbers[row], precision: place.precision, to: end)
                end += place.precision > 0 ? withoutZeros(end, count) : count
            case .other: end += writeOther(batch.columns[index], row, forms[index], to: end)
            }
        }
        end.pointee = 0x0A
        return end + 1
    }

    @inline(never)
    private func writeNull(to place: UnsafeMutablePointer<UInt8>) -> Int {
        for (index, byte) in nullLiteral.enumerated() { place[index] = byte }
        return nullLiteral.count
    }

    /// Texts that hold nothing special go in as they are.
    @inline(__always)
    private func writeText(_ text: UnsafePointer<TextView>, to place: UnsafeMutablePointer<UInt8>) -> Int {
        let count = text.pointee.count
        let source = TextView.bytes(at: text)
        place.update(from: source, count: count)
        return holdsSpecial(source, count) ? writeQuoted(source, count, to: place) : count
    }

    /// Whether a text holds what ends a field. Looks at all of it, for so the compiler takes many bytes at a time.
    @inline(__always)
    private func holdsSpecial(_ source: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let (delimiter, quote, escape) = (delimiter, quote, escape)
        var special: UInt8 = 0
        for index in 0..<count {
            let byte = source[index]
            special |= unsafeBitCast(byte == delimiter, to: UInt8.self) | unsafeBitCast(byte == quote, to: UInt8.self)
            special |= unsafeBitCast(byte == escape, to: UInt8.self) | unsafeBitCast(byte == 10, to: UInt8.self)
            special |= unsafeBitCast(byte == 13, to: UInt8.self)
        }
        return special != 0
    }

    @inline(never)
    private func writeQuoted(
        _ source: UnsafePointer<UInt8>, _ count: Int, to place: UnsafeMutablePointer<UInt8>
    ) -> Int {
        place[0] = quote
        var length = 1
        for index in 0..<count {
            let byte = source[index]
            if byte == quote || byte == escape {
                place[length] = byte
                length &+= 1
            }
            place[length] = byte
            length &+= 1
        }
        place[length] = quote
        return length &+ 1
    }

    @inline(never)
    private func writeOther(
        _ column: Column, _ row: Int, _ form: ValueText.Form, to place: UnsafeMutablePointer<UInt8>
    ) -> Int {
        if case .boolean = form {
            let word = column.bit(row) ? Self.truth.yes : Self.truth.no
            place.update(from: word.utf8Start, count: word.utf8CodeUnitCount)
            return word.utf8CodeUnitCount
        }
        let count = Self.text.write(column, row, as: form, to: place)
        switch form {
        case .instant(let precision): return ending(place, precision > 0 ? withoutZeros(place, count) : count)
        case .wideTimestamp(_, let isInstant):
            return isInstant ? ending(place, withoutZeros(place, count)) : withoutZeros(place, count)
        case .time(let precision): return precision > 0 ? withoutZeros(place, count) : count
        default: return count
        }
    }

    private func ending(_ place: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        place[count] = UInt8(ascii: "Z")
        return count &+ 1
    }

    /// Length without the zeros that end a fraction.
    @inline(__always)
    private func withoutZeros(_ place: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        var count = count
        while count > 0, place[count &- 1] == UInt8(ascii: "0") { count &-= 1 }
        if count > 0, place[count &- 1] == UInt8(ascii: ".") { count &-= 1 }
        return count
    }
}
