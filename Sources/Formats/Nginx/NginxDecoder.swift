import CSimdjson
import Columnar
import Diagnostics
import Glibc

/// Lines of an nginx access log: each column takes the variable of its name.
final class NginxDecoder: LineDecoder {
    /// Where the values of a column come from.
    private enum Source {
        /// A part of the pattern.
        case part(Int)
        /// A word of the part that is `$request`: method, address, protocol.
        case requestWord(part: Int, word: Int)
    }

    private let pattern: LogPattern
    private let targets: [ColumnTarget]
    private let sources: [Source]
    private let times: [LogTime?]
    private let ignoresErrors: Bool
    private let longestLine: Int
    private var estimate = RowEstimate()

    private static let rejectLimit = 1_024
    private static let requestWords = ["request_method", "request_uri", "server_protocol"]

    var isSplittable: Bool { true }

    init(
        fields: [Field], schema: [Field], pattern: LogPattern, ignoresErrors: Bool, longestLine: Int
    ) throws(MillraceError) {
        let names = pattern.parts.map(\.name)
        func source(_ field: Field) -> Source? {
            if let part = names.firstIndex(of: field.name) { return .part(part) }
            guard let request = names.firstIndex(of: "request"),
                let word = Self.requestWords.firstIndex(of: field.name)
            else { return nil }
            return .requestWord(part: request, word: word)
        }
        for field in schema where source(field) == nil {
            throw MillraceError(
                .user, code: "unknown_column", "the log format has no variable for the column '\(field.name)'",
                hint: "it has " + names.joined(separator: ", ")
                    + (names.contains("request")
                        ? "; of $request also " + Self.requestWords.joined(separator: ", ") : ""))
        }
        var targets: [ColumnTarget] = []
        for field in fields {
            switch field.type.logical {
            case .array, .map, .multiset, .row:
                throw MillraceError(
                    .user, code: "unsupported_type", "format nginx has no values of \(field.type)",
                    hint: "declare the column '\(field.name)' STRING")
            default: targets.append(try ColumnTarget(field, isISO: true))
            }
        }
        self.pattern = pattern
        self.targets = targets
        sources = fields.compactMap(source)
        times = zip(fields, sources).map { field, source in
            guard case .part(let part) = source else { return nil }
            return LogTime(variable: names[part], field.type.logical)
        }
        self.ignoresErrors = ignoresErrors
        self.longestLine = longestLine
    }

    func decode(_ block: InputBlock, from: Int, to: Int, isFinal: Bool) throws -> DecodedLines {
        let to = min(to, block.count)
        guard from >= 0, from < to else {
            return DecodedLines(batch: nil, consumed: max(from, 0), rejected: [], lines: 0)
        }
        let bytes = UnsafePointer(block.bytes)
        let capacity = estimate.capacity(bytes: to - from)
        var run = Run(
            bytes: bytes, columns: targets.map { Column($0.field.type, capacity: capacity) },
            checksText: millrace_utf8_is_valid(bytes + from, to - from) == 0)
        var position = from
        while position < to, run.rows < capacity, run.rejected.count < Self.rejectLimit {
            let newline = memchr(bytes + position, 10, to - position)
            let next = newline.map { UnsafeRawPointer($0) - UnsafeRawPointer(bytes) + 1 } ?? to
            var end = newline == nil ? to : next - 1
            if end > position, bytes[end - 1] == 13 { end -= 1 }
            if end > position { take(position..<end, &run) } else { run.blank += 1 }
            position = next
        }
        let lines = run.rows + run.rejected.count + run.blank
        estimate.learn(bytes: position - from, lines: lines)
        guard run.rows > 0 else {
            return DecodedLines(batch: nil, consumed: position, rejected: run.rejected, lines: lines)
        }
        for column in run.columns where column.kind == .text { column.owners = [block, run.heap] }
        let batch = Batch(
            columns: run.columns, rowCount: run.rows, retainedBytes: position - from + run.heap.allocatedBytes)
        return DecodedLines(batch: batch, consumed: position, rejected: run.rejected, lines: lines)
    }

    /// One call's work.
    private struct Run {
        let bytes: UnsafePointer<UInt8>
        let columns: [Column]
        let checksText: Bool
        let heap = ByteHeap()
        var rows = 0
        var blank = 0
        var rejected: [RejectedLine] = []
        var values: [Range<Int>] = []

        mutating func reject(_ reason: String, _ detail: String, _ line: Range<Int>) {
            rejected.append(RejectedLine(reason: reason, detail: detail, offset: line.lowerBound, length: line.count))
        }
    }

    private func take(_ line: Range<Int>, _ run: inout Run) {
        if line.count > longestLine { return run.reject("line_too_long", "the line has \(line.count) bytes", line) }
        if run.checksText, millrace_utf8_is_valid(run.bytes + line.lowerBound, line.count) == 0 {
            return run.reject("invalid_utf8", "the line is not valid UTF-8", line)
        }
        guard pattern.cut(run.bytes, line, into: &run.values) else {
            return run.reject("malformed_line", "the line is not laid out as the log format says", line)
        }
        for index in targets.indices {
            if store(index, &run) { continue }
            guard ignoresErrors else {
                // The row's place is used again: all its bits must be set as in a fresh column.
                for column in run.columns { column.validity[run.rows >> 6] |= 1 << UInt64(run.rows & 63) }
                let value = value(index, run)
                let text = UnsafeBufferPointer(start: run.bytes + value.lowerBound, count: value.count)
                return run.reject("bad_value", targets[index].complaint(text), line)
            }
            run.columns[index].setNull(run.rows)
        }
        run.rows += 1
    }

    private func value(_ index: Int, _ run: Run) -> Range<Int> {
        switch sources[index] {
        case .part(let part): return run.values[part]
        case .requestWord(let part, let word):
            let value = run.values[part]
            let request = UnsafeBufferPointer(start: run.bytes + value.lowerBound, count: value.count)
            let words = request.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
            guard word < words.count else { return value.upperBound..<value.upperBound }
            return value.lowerBound + words[word].startIndex..<value.lowerBound + words[word].endIndex
        }
    }

    /// Stores the value of a column; false when it is none of its type.
    private func store(_ index: Int, _ run: inout Run) -> Bool {
        let (column, target) = (run.columns[index], targets[index])
        let range = value(index, run)
        let text = run.bytes + range.lowerBound
        // nginx writes a minus sign for what is not there.
        let isMissing = range.isEmpty || (range.count == 1 && text[0] == UInt8(ascii: "-"))
        if isMissing, !(range.isEmpty && (target.isText || target.isBytes)) {
            column.setNull(run.rows)
            return true
        }
        if target.isText || target.isBytes {
            column.text[run.rows] = unescaped(text, range.count, run.heap, isText: target.isText)
            return true
        }
        if let time = times[index] {
            guard let value = time.value(UnsafeBufferPointer(start: text, count: range.count)) else { return false }
            column.int64[run.rows] = value
            return true
        }
        var native = target.native
        switch millrace_store_value(&native, column.values, run.rows, text, range.count, MILLRACE_FORM_TEXT) {
        case 0: return true
        case 1:
            column.setNull(run.rows)
            return true
        default: return false
        }
    }

    /// The text behind `\xHH`, `\"` and the like; as it stands where that would be no UTF-8.
    private func unescaped(_ text: UnsafePointer<UInt8>, _ count: Int, _ heap: ByteHeap, isText: Bool) -> TextView {
        guard memchr(text, 0x5C, count) != nil else { return TextView(text, count: count) }
        let copy = heap.allocate(count)
        var length = 0
        var position = 0
        while position < count {
            var byte = text[position]
            position += 1
            if byte == 0x5C, position < count {
                byte = text[position]
                position += 1
                if byte == UInt8(ascii: "x"), position + 1 < count, let high = Self.digit(text[position]),
                    let low = Self.digit(text[position + 1])
                {
                    byte = high << 4 | low
                    position += 2
                } else if byte == UInt8(ascii: "n") {
                    byte = 10
                } else if byte == UInt8(ascii: "t") {
                    byte = 9
                } else if byte == UInt8(ascii: "r") {
                    byte = 13
                } else if byte != 0x5C, byte != 0x22, byte != 0x2F {
                    copy[length] = 0x5C
                    length += 1
                }
            }
            copy[length] = byte
            length += 1
        }
        if isText, millrace_utf8_is_valid(copy, length) == 0 { return TextView(text, count: count) }
        return TextView(UnsafePointer(copy), count: length)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
