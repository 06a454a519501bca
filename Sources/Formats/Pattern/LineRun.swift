import CSimdjson
import Columnar
import Glibc

/// One call's work of a decoder that takes lines apart one by one: the columns it fills and what became of the lines.
struct LineRun {
    let bytes: UnsafePointer<UInt8>
    let columns: [Column]
    /// Holds texts that do not stand in the block as they are.
    let heap = ByteHeap()
    private(set) var rows = 0
    private(set) var rejected: [RejectedLine] = []
    private var blank = 0
    private let checksText: Bool
    private let longestLine: Int

    private static let rejectLimit = 1_024

    /// Hands over each line of `block` in `from..<to`, without its end, until the columns are full. `take` ends with
    /// ``endRow()``, ``skip()`` or ``reject(_:_:_:)``.
    static func decode(
        _ block: InputBlock, from: Int, to: Int, into targets: [ColumnTarget], longestLine: Int,
        _ estimate: inout RowEstimate, _ take: (Range<Int>, inout LineRun) -> Void
    ) -> DecodedLines {
        let to = min(to, block.count)
        guard from >= 0, from < to else {
            return DecodedLines(batch: nil, consumed: max(from, 0), rejected: [], lines: 0)
        }
        let capacity = estimate.capacity(bytes: to - from)
        var run = LineRun(block, from..<to, targets, capacity: capacity, longestLine: longestLine)
        let position = run.takeLines(from: from, to: to, capacity: capacity, take)
        let lines = run.rows + run.rejected.count + run.blank
        estimate.learn(bytes: position - from, lines: lines)
        return DecodedLines(
            batch: run.batch(block, bytes: position - from), consumed: position, rejected: run.rejected, lines: lines)
    }

    private init(
        _ block: InputBlock, _ range: Range<Int>, _ targets: [ColumnTarget], capacity: Int, longestLine: Int
    ) {
        bytes = UnsafePointer(block.bytes)
        columns = targets.map { Column($0.field.type, capacity: capacity) }
        checksText = millrace_utf8_is_valid(bytes + range.lowerBound, range.count) == 0
        self.longestLine = longestLine
    }

    private mutating func takeLines(
        from: Int, to: Int, capacity: Int, _ take: (Range<Int>, inout LineRun) -> Void
    ) -> Int {
        var position = from
        while position < to, rows < capacity, rejected.count < Self.rejectLimit {
            let newline = memchr(bytes + position, 10, to - position)
            let next = newline.map { UnsafeRawPointer($0) - UnsafeRawPointer(bytes) + 1 } ?? to
            var end = newline == nil ? to : next - 1
            if end > position, bytes[end - 1] == 13 { end -= 1 }
            let line = position..<end
            if line.isEmpty { skip() } else if isText(line) { take(line, &self) }
            position = next
        }
        return position
    }

    /// False, and rejected, when the line is too long or no text.
    private mutating func isText(_ line: Range<Int>) -> Bool {
        if line.count > longestLine {
            reject("line_too_long", "the line has \(line.count) bytes", line)
            return false
        }
        if checksText, millrace_utf8_is_valid(bytes + line.lowerBound, line.count) == 0 {
            reject("invalid_utf8", "the line is not valid UTF-8", line)
            return false
        }
        return true
    }

    /// The line is a row now: each column has a value or NULL at ``rows``.
    mutating func endRow() { rows += 1 }

    /// The line gives no row and is no mistake.
    mutating func skip() { blank += 1 }

    mutating func reject(_ reason: String, _ detail: String, _ line: Range<Int>) {
        rejected.append(RejectedLine(reason: reason, detail: detail, offset: line.lowerBound, length: line.count))
    }

    /// Rejects a line for one of its values, after others may have been stored.
    mutating func reject(_ value: Range<Int>, of target: ColumnTarget, _ line: Range<Int>) {
        // The row's place is used again: all its bits must be set as in a fresh column.
        for column in columns { column.validity[rows >> 6] |= 1 << UInt64(rows & 63) }
        let text = UnsafeBufferPointer(start: bytes + value.lowerBound, count: value.count)
        reject("bad_value", target.complaint(text), line)
    }

    /// Stores a value that is neither text nor bytes; false when it is none of its type.
    func store(_ value: Range<Int>, _ target: ColumnTarget, _ column: Column) -> Bool {
        var native = target.native
        let text = bytes + value.lowerBound
        switch millrace_store_value(&native, column.values, rows, text, value.count, MILLRACE_FORM_TEXT) {
        case 0: return true
        case 1:
            column.setNull(rows)
            return true
        default: return false
        }
    }

    private func batch(_ block: InputBlock, bytes: Int) -> Batch? {
        guard rows > 0 else { return nil }
        for column in columns where column.kind == .text { column.owners = [block, heap] }
        return Batch(columns: columns, rowCount: rows, retainedBytes: bytes + heap.allocatedBytes)
    }
}
