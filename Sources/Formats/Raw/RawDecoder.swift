import CSimdjson
package import Columnar
package import Diagnostics
import Glibc

/// Each line is the one value of its row.
package final class RawDecoder: LineDecoder {
    private let targets: [ColumnTarget]
    private let longestLine: Int
    private var estimate = RowEstimate()

    package var isSplittable: Bool { true }

    package init(fields: [Field], schema: [Field], charset: String?, longestLine: Int) throws(MillraceError) {
        guard schema.count == 1 else {
            throw MillraceError(.user, code: "bad_schema", "format raw takes exactly one column, not \(schema.count)")
        }
        if let charset, !["utf-8", "utf8", "us-ascii", "ascii"].contains(charset.lowercased()) {
            throw MillraceError(
                .user, code: "bad_option", "option 'raw.charset' is '\(charset)'",
                hint: "UTF-8 is the one character set so far")
        }
        var targets: [ColumnTarget] = []
        for field in fields { targets.append(try ColumnTarget(field, isISO: false)) }
        if let other = targets.first(where: { !$0.isText && !$0.isBytes }) {
            throw MillraceError(
                .user, code: "unsupported_type", "format raw reads STRING and BYTES, not \(other.field.type)",
                hint: "declare the column STRING and CAST it in the query")
        }
        self.targets = targets
        self.longestLine = longestLine
    }

    package func decode(_ block: InputBlock, from: Int, to: Int, isFinal: Bool) throws -> DecodedLines {
        let to = min(to, block.count)
        guard from >= 0, from < to else {
            return DecodedLines(batch: nil, consumed: max(from, 0), rejected: [], lines: 0)
        }
        let bytes = UnsafePointer(block.bytes)
        let capacity = estimate.capacity(bytes: to - from)
        let columns = targets.map { Column($0.field.type, capacity: capacity) }
        let checksText = targets.contains { $0.isText } && millrace_utf8_is_valid(bytes + from, to - from) == 0
        var rejected: [RejectedLine] = []
        var position = from
        var rows = 0
        while position < to, rows < capacity {
            let newline = memchr(bytes + position, 10, to - position)
            let next = newline.map { UnsafeRawPointer($0) - UnsafeRawPointer(bytes) + 1 } ?? to
            var end = newline == nil ? to : next - 1
            if end > position, bytes[end - 1] == 13 { end -= 1 }
            let count = end - position
            if count > longestLine {
                rejected.append(
                    RejectedLine(
                        reason: "line_too_long", detail: "the line has \(count) bytes", offset: position, length: count)
                )
            } else if checksText, millrace_utf8_is_valid(bytes + position, count) == 0 {
                rejected.append(
                    RejectedLine(
                        reason: "invalid_utf8", detail: "the line is not valid UTF-8", offset: position, length: count))
            } else {
                for column in columns { column.text[rows] = TextView(bytes + position, count: count) }
                rows += 1
            }
            position = next
        }
        let lines = rows + rejected.count
        estimate.learn(bytes: position - from, lines: lines)
        guard rows > 0 else { return DecodedLines(batch: nil, consumed: position, rejected: rejected, lines: lines) }
        for column in columns { column.owners = [block] }
        let batch = Batch(columns: columns, rowCount: rows, retainedBytes: position - from)
        return DecodedLines(batch: batch, consumed: position, rejected: rejected, lines: lines)
    }
}
