import CSimdjson
package import Columnar
package import Diagnostics
import Glibc

/// Records of comma-separated values into columns, by the rules of Flink's `csv` format.
package final class CSVDecoder: LineDecoder {
    private let targets: [ColumnTarget]
    /// Beside the targets: how a field of several values is read.
    private let collections: [CSVCollection?]
    /// The field of the record each target takes.
    private let positions: [Int]
    private let schemaCount: Int
    private let settings: CSVSettings
    private let longestLine: Int
    private let fields: UnsafeMutablePointer<CSVField>
    private var estimate = RowEstimate()

    private static let rejectLimit = 1_024

    /// Quoted fields may hold line ends.
    package var isSplittable: Bool { settings.quote == nil }

    package init(fields wanted: [Field], schema: [Field], settings: CSVSettings, longestLine: Int) throws(MillraceError)
    {
        var targets: [ColumnTarget] = []
        var collections: [CSVCollection?] = []
        var positions: [Int] = []
        for field in wanted {
            guard let position = schema.firstIndex(where: { $0.name == field.name }) else {
                throw MillraceError(
                    .internalError, code: "unknown_column", "column '\(field.name)' is not in the schema")
            }
            let collection = try CSVCollection(field, settings)
            collections.append(collection)
            targets.append(
                try ColumnTarget(collection == nil ? field : Field(field.name, DataType(.string)), isISO: false))
            positions.append(position)
        }
        self.targets = targets
        self.collections = collections
        self.positions = positions
        schemaCount = schema.count
        self.settings = settings
        self.longestLine = longestLine
        fields = .allocate(capacity: max(1, schema.count))
    }

    deinit { fields.deallocate() }

    package func decode(_ block: InputBlock, from: Int, to: Int, isFinal: Bool) throws -> DecodedLines {
        let to = min(to, block.count)
        guard from >= 0, from < to else {
            return DecodedLines(batch: nil, consumed: max(from, 0), rejected: [], lines: 0)
        }
        var run = Run(self, block: block, capacity: estimate.capacity(bytes: to - from), position: from)
        run.checksText = millrace_utf8_is_valid(block.bytes + from, to - from) == 0
        while run.position < to, run.rows < run.capacity, run.rejected.count < Self.rejectLimit {
            if run.skipsLine(to: to) { continue }
            if !run.record(to: to, isFinal: isFinal) { break }
        }
        estimate.learn(bytes: run.position - from, lines: run.lines)
        guard run.rows > 0 else {
            return DecodedLines(batch: nil, consumed: run.position, rejected: run.rejected, lines: run.lines)
        }
        for column in run.columns where column.kind == .text {
            column.owners = run.heap.allocatedBytes > 0 ? [block, run.heap] : [block]
        }
        let batch = Batch(
            columns: run.columns, rowCount: run.rows, retainedBytes: run.position - from + run.heap.allocatedBytes)
        return DecodedLines(batch: batch, consumed: run.position, rejected: run.rejected, lines: run.lines)
    }

    /// One call's work.
    private struct Run {
        let decoder: CSVDecoder
        let block: InputBlock
        let bytes: UnsafePointer<UInt8>
        let capacity: Int
        let columns: [Column]
        let heap = ByteHeap()
        var cutter: CSVRecordCutter
        var position: Int
        var rows = 0
        var lines = 0
        var checksText = false
        var rejected: [RejectedLine] = []
        /// Column and text of a value that could not be read.
        var complaint = ""

        init(_ decoder: CSVDecoder, block: InputBlock, capacity: Int, position: Int) {
            self.decoder = decoder
            self.block = block
            self.capacity = capacity
            self.position = position
            bytes = UnsafePointer(block.bytes)
            columns = zip(decoder.targets, decoder.collections).map {
                Column($1?.type ?? $0.field.type, capacity: capacity)
            }
            cutter = CSVRecordCutter(
                settings: decoder.settings, fields: decoder.fields, fieldLimit: max(1, decoder.schemaCount))
        }

        private func lineEnd(to end: Int) -> (next: Int, isFinished: Bool) {
            guard let newline = memchr(bytes + position, 10, end - position) else { return (end, false) }
            return (UnsafeRawPointer(newline) - UnsafeRawPointer(bytes) + 1, true)
        }

        /// Skips an empty line or a comment.
        mutating func skipsLine(to end: Int) -> Bool {
            var first = position
            if bytes[first] == 13, first + 1 < end, bytes[first + 1] == 10 { first += 1 }
            if bytes[first] == 10 {
                position = first + 1
                return true
            }
            guard decoder.settings.allowsComments else { return false }
            while first < end, bytes[first] == 32 || bytes[first] == 9 { first += 1 }
            guard first < end, bytes[first] == UInt8(ascii: "#") else { return false }
            position = lineEnd(to: end).next
            return true
        }

        mutating func reject(_ reason: String, _ detail: String, to next: Int) {
            var end = next
            while end > position, bytes[end - 1] == 10 || bytes[end - 1] == 13 { end -= 1 }
            rejected.append(RejectedLine(reason: reason, detail: detail, offset: position, length: end - position))
            lines += 1
            position = next
        }

        /// Takes the record at `position`; false when it needs more bytes than there are.
        mutating func record(to end: Int, isFinal: Bool) -> Bool {
            // A record is never longer than the limit, so an open quote cannot swallow a file.
            let limit = min(end, position &+ decoder.longestLine &+ 2)
            let start = position
            switch cutter.cut(bytes, from: start, to: limit, isFinal: isFinal && limit == end) {
            case .complete(let next):
                if next - start > decoder.longestLine + 2 {
                    reject("line_too_long", "the record has \(next - start) bytes", to: next)
                } else if checksText, millrace_utf8_is_valid(bytes + start, next - start) == 0 {
                    reject("invalid_utf8", "the line is not valid UTF-8", to: next)
                } else if cutter.count < decoder.schemaCount, !decoder.settings.ignoresErrors {
                    reject("malformed_csv", "\(cutter.count) fields, the table has \(decoder.schemaCount)", to: next)
                } else if !row() {
                    reject("bad_value", complaint, to: next)
                } else {
                    lines += 1
                    position = next
                }
            case .tooManyFields(let next):
                reject("malformed_csv", "more fields than the \(decoder.schemaCount) of the table", to: next)
            case .malformed:
                reject("malformed_csv", "text behind a closing quote", to: lineEnd(to: end).next)
            case .unfinished:
                if limit < end {
                    let line = lineEnd(to: end)
                    let isLong = line.next - start > decoder.longestLine
                    reject(
                        isLong ? "line_too_long" : "malformed_csv",
                        isLong ? "the record has more than \(decoder.longestLine) bytes" : "a quote that does not end",
                        to: line.next)
                } else if isFinal {
                    reject("malformed_csv", "a quote that does not end", to: lineEnd(to: end).next)
                } else {
                    return false
                }
            }
            return true
        }

        /// Stores the fields of the cut record; false when one of them is no value of its column.
        private mutating func row() -> Bool {
            for index in columns.indices {
                let position = decoder.positions[index]
                guard position < cutter.count else {
                    columns[index].setNull(rows)
                    continue
                }
                if store(cutter.fields[position], into: index) { continue }
                guard decoder.settings.ignoresErrors else {
                    // The row's place is used again: all its bits must be set as in a fresh column.
                    for column in columns { column.validity[rows >> 6] |= 1 << UInt64(rows & 63) }
                    return false
                }
                columns[index].setNull(rows)
            }
            rows += 1
            return true
        }

        private mutating func store(_ field: CSVField, into index: Int) -> Bool {
            let column = columns[index]
            let target = decoder.targets[index]
            var text = bytes + field.start
            var count = field.end - field.start
            if field.needsResolving {
                let copy = heap.allocate(count)
                count = cutter.resolve(field, bytes, into: copy)
                text = UnsafePointer(copy)
            }
            if let null = decoder.settings.nullLiteral, null.count == count, memcmp(text, null, count) == 0 {
                column.setNull(rows)
                return true
            }
            if let collection = decoder.collections[index] {
                var value: [UInt8] = []
                if collection.append(text, count, heap, to: &value) {
                    column.text[rows] = heap.add(value)
                    return true
                }
            } else if target.isText {
                column.text[rows] = TextView(text, count: count)
                return true
            } else if target.isBytes {
                let copy = heap.allocate(count + 4)
                let decoded = millrace_base64(text, count, copy)
                if decoded >= 0 {
                    column.text[rows] = TextView(copy, count: decoded)
                    return true
                }
            } else {
                var native = target.native
                switch millrace_store_value(&native, column.values, rows, text, count, MILLRACE_FORM_TEXT) {
                case 0: return true
                case 1:
                    column.setNull(rows)
                    return true
                default: break
                }
            }
            if !decoder.settings.ignoresErrors {
                let type = decoder.collections[index]?.type ?? target.field.type
                complaint = ColumnTarget.complaint(
                    Field(target.field.name, type), UnsafeBufferPointer(start: text, count: count))
            }
            return false
        }
    }
}
