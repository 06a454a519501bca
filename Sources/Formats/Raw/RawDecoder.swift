import CSimdjson
package import Columnar
package import Diagnostics
import Glibc

/// Each line is the one value of its row: a text in some character set, bytes, or the bytes of a number.
package final class RawDecoder: LineDecoder, RecordTakingDecoder {
    private let targets: [ColumnTarget]
    private let characters: CharacterSet?
    private let isLittleEndian: Bool
    private let longestLine: Int
    private let isNumber: Bool
    private var estimate = RowEstimate()

    package var isSplittable: Bool { true }
    package var fitsLines: Bool { characters?.hasWideUnits != true }

    package init(
        fields: [Field], schema: [Field], charset: String?, isLittleEndian: Bool = false, longestLine: Int
    ) throws(MillraceError) {
        guard schema.count == 1 else {
            throw MillraceError(.user, code: "bad_schema", "format raw takes exactly one column, not \(schema.count)")
        }
        if let charset { characters = try CharacterSet.named(charset) } else { characters = nil }
        var targets: [ColumnTarget] = []
        for field in fields { targets.append(try ColumnTarget(field, isISO: false)) }
        if let other = targets.first(where: { !$0.isText && !$0.isBytes && RawNumber($0.field.type.logical) == nil }) {
            throw MillraceError(
                .user, code: "unsupported_type",
                "format raw reads STRING, BYTES, BOOLEAN and numbers, not \(other.field.type)",
                hint: "declare the column STRING and CAST it in the query")
        }
        self.targets = targets
        isNumber = !targets.isEmpty && targets.allSatisfy { !$0.isText && !$0.isBytes }
        self.isLittleEndian = isLittleEndian
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
        let heap = ByteHeap()
        let checksText =
            characters == nil && targets.contains { $0.isText }
            && millrace_utf8_is_valid(bytes + from, to - from) == 0
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
            } else if count == 0, isNumber {
                // No number has no bytes: it is what a NULL is written as.
                for column in columns { column.setNull(rows) }
                rows += 1
            } else if let detail = store(bytes + position, count, at: rows, columns, heap) {
                rejected.append(RejectedLine(reason: "bad_value", detail: detail, offset: position, length: count))
            } else {
                rows += 1
            }
            position = next
        }
        let lines = rows + rejected.count
        estimate.learn(bytes: position - from, lines: lines)
        guard rows > 0 else { return DecodedLines(batch: nil, consumed: position, rejected: rejected, lines: lines) }
        for column in columns where column.kind == .text { column.owners = [block, heap] }
        let batch = Batch(columns: columns, rowCount: rows, retainedBytes: position - from + heap.allocatedBytes)
        return DecodedLines(batch: batch, consumed: position, rejected: rejected, lines: lines)
    }

    /// As ``decode(_:from:to:isFinal:)`` for records, each of which is one value whatever bytes it has.
    func decode(_ records: RecordBytes, from first: Int, to end: Int) -> DecodedRecords {
        let end = min(end, first + Limits.batchRows)
        let capacity = max(1, end - first)
        let columns = targets.map { Column($0.field.type, capacity: capacity) }
        let heap = ByteHeap()
        var decoded = DecodedRecords(batch: nil, origins: [], next: max(first, end), rejected: [])
        for record in first..<max(first, end) {
            let value = records.bytes(record)
            guard let bytes = value.baseAddress else { continue }
            if let (reason, detail) = complaint(bytes, value.count, at: decoded.origins.count, columns, heap) {
                let line = RejectedLine(
                    reason: reason, detail: detail, offset: records.start(record), length: value.count)
                decoded.rejected.append((record, line))
            } else {
                decoded.origins.append(Int32(truncatingIfNeeded: record))
            }
        }
        guard !decoded.origins.isEmpty else { return decoded }
        for column in columns where column.kind == .text { column.owners = [records.block, heap] }
        decoded.batch = Batch(
            columns: columns, rowCount: decoded.origins.count,
            retainedBytes: records.end(end - 1) - records.start(first) + heap.allocatedBytes)
        return decoded
    }

    /// Stores a record; reason and detail where it is no value.
    private func complaint(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, at row: Int, _ columns: [Column], _ heap: ByteHeap
    ) -> (reason: String, detail: String)? {
        if count > longestLine { return ("line_too_long", "the record has \(count) bytes") }
        if characters == nil, targets.contains(where: \.isText), millrace_utf8_is_valid(bytes, count) == 0 {
            return ("invalid_utf8", "the record is not valid UTF-8")
        }
        return store(bytes, count, at: row, columns, heap).map { ("bad_value", $0) }
    }

    /// Stores a line in each column; tells what is wrong when it is no value.
    private func store(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, at row: Int, _ columns: [Column], _ heap: ByteHeap
    ) -> String? {
        for (column, target) in zip(columns, targets) {
            if let number = RawNumber(target.field.type.logical) {
                guard number.byteCount == count else {
                    return "\(target.field.type) takes \(number.byteCount) bytes, the line has \(count)"
                }
                number.store(bytes, isLittleEndian: isLittleEndian, column, row)
            } else if target.isText, let characters {
                column.text[row] = characters.text(bytes, count: count, in: heap)
            } else {
                column.text[row] = TextView(bytes, count: count)
            }
        }
        return nil
    }
}
