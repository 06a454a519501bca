package import Columnar
import Diagnostics

/// What a call of a decoder of records brought.
package struct DecodedRecords {
    /// The rows, nil when there were none.
    package var batch: Batch?
    /// The record that each row came from, where that was asked for.
    package var origins: [Int32]
    /// The first record that was not looked at.
    package var next: Int
    /// Records that gave no row, and why.
    package var rejected: [(record: Int, line: RejectedLine)]
}

/// A decoder that takes records by their bounds, whatever bytes they hold.
protocol RecordTakingDecoder: LineDecoder {
    var takesRecords: Bool { get }
    /// Decodes records from `first` on, up to `end`, at most one batch of rows.
    func decode(_ records: RecordBytes, from first: Int, to end: Int) -> DecodedRecords
}

extension RecordTakingDecoder {
    var takesRecords: Bool { true }
}

/// Decodes records whose bounds are known with a decoder of lines. Used by one thread.
///
/// Rows are traced to their records by counting: where each record gave one row or was rejected, the order tells.
/// Where that does not hold, fewer records are decoded at a time, in the end one by one.
package final class RecordDecoder {
    private let lines: any LineDecoder
    private let format: String
    /// Records decoded at a time while rows have to be traced.
    private var window = Limits.batchRows

    package init(_ lines: any LineDecoder, format: String) {
        self.lines = lines
        self.format = format
    }

    /// Decodes records from `first` on, up to `end`, at most one batch of rows.
    package func decode(
        _ records: RecordBytes, from first: Int, to end: Int, tracesRows: Bool
    ) throws -> DecodedRecords {
        if let taker = lines as? any RecordTakingDecoder, taker.takesRecords {
            return taker.decode(records, from: first, to: end)
        }
        // What holds a line end is decoded by itself, and so is what stands in front of it.
        var end = end
        if let broken = records.broken.first(where: { $0 >= first }), broken < end {
            end = broken == first ? first + 1 : broken
        }
        // A quote that never ends would take in the records behind it: counting tells.
        guard tracesRows || format == "csv" else { return try decodeLines(records, first, end) }
        while true {
            let limit = min(end, first + (canCount(records, first) ? window : 1))
            var decoded = try decodeLines(records, first, uncountable(records, first, limit))
            if trace(&decoded, first) {
                window = min(Limits.batchRows, window * 2)
                return decoded
            }
            window = max(1, (limit - first) / 2)
        }
    }

    private func decodeLines(_ records: RecordBytes, _ first: Int, _ end: Int) throws -> DecodedRecords {
        let to = records.end(end - 1)
        var decoded = try lines.decode(records.block, from: records.start(first), to: to, isFinal: true)
        let stop = decoded.consumed
        // The rest of a record with line ends inside belongs to it still.
        let isCut = end == first + 1 && stop < to && (decoded.batch != nil || !decoded.rejected.isEmpty)
        if end == first + 1, stop < to, decoded.batch == nil { decoded.consumed = to }
        let next = decoded.consumed >= to ? end : max(first + 1, records.record(at: decoded.consumed - 1) + 1)
        countOfLines = decoded.lines
        var rejected = decoded.rejected.map { (min(next - 1, records.record(at: $0.offset)), $0) }
        if isCut {
            // Reading goes on with the next record: what a place can name is a record, not a line of one.
            let rest = RejectedLine(
                reason: "too_many_rows", detail: "the record has more rows than one may have; the rest is left out",
                offset: stop, length: to - stop)
            rejected.append((first, rest))
        }
        return DecodedRecords(batch: decoded.batch, origins: [], next: next, rejected: rejected)
    }

    private var countOfLines = 0

    /// False for records that may give any number of rows.
    private func canCount(_ records: RecordBytes, _ index: Int) -> Bool {
        if FormatCatalog.isChangelog(format) { return false }
        guard format == "json" else { return true }
        let first = records.bytes(index).first { $0 != 32 && $0 != 9 && $0 != 13 }
        return first != UInt8(ascii: "[")
    }

    /// The first record behind `first` that may give any number of rows, at most `limit`.
    private func uncountable(_ records: RecordBytes, _ first: Int, _ limit: Int) -> Int {
        var index = first + 1
        while index < limit, canCount(records, index) { index += 1 }
        return index
    }

    /// Fills in where the rows came from; false when that cannot be told.
    private func trace(_ decoded: inout DecodedRecords, _ first: Int) -> Bool {
        let rowCount = decoded.batch?.rowCount ?? 0
        let count = decoded.next - first
        if count == 1 {
            decoded.origins = Array(repeating: Int32(truncatingIfNeeded: first), count: rowCount)
            return true
        }
        let rejected = Set(decoded.rejected.map(\.record))
        guard countOfLines == count, rejected.count == decoded.rejected.count,
            rowCount + decoded.rejected.count == count
        else { return false }
        decoded.origins.reserveCapacity(rowCount)
        for record in first..<decoded.next where !rejected.contains(record) {
            decoded.origins.append(Int32(truncatingIfNeeded: record))
        }
        return true
    }
}
