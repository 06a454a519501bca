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
    /// Where the parts of the line in hand stand.
    private var values: [Range<Int>] = []

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
        LineRun.decode(block, from: from, to: to, into: targets, longestLine: longestLine, &estimate) { line, run in
            take(line, &run)
        }
    }

    private func take(_ line: Range<Int>, _ run: inout LineRun) {
        guard pattern.cut(run.bytes, line, into: &values) else {
            return run.reject("malformed_line", "the line is not laid out as the log format says", line)
        }
        for index in targets.indices where !store(index, run) {
            guard ignoresErrors else { return run.reject(value(index, run), of: targets[index], line) }
            run.columns[index].setNull(run.rows)
        }
        run.endRow()
    }

    private func value(_ index: Int, _ run: LineRun) -> Range<Int> {
        switch sources[index] {
        case .part(let part): return values[part]
        case .requestWord(let part, let word):
            let value = values[part]
            let request = UnsafeBufferPointer(start: run.bytes + value.lowerBound, count: value.count)
            let words = request.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
            guard word < words.count else { return value.upperBound..<value.upperBound }
            return value.lowerBound + words[word].startIndex..<value.lowerBound + words[word].endIndex
        }
    }

    /// Stores the value of a column; false when it is none of its type.
    private func store(_ index: Int, _ run: LineRun) -> Bool {
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
            if column.kind == .int128 {
                column.int128[run.rows] = WideTime.join(value)
            } else {
                column.int64[run.rows] = value
            }
            return true
        }
        return run.store(range, target, column)
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
