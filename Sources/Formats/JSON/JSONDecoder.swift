import CSimdjson
package import Columnar
package import Diagnostics

/// Lines of JSON into columns: one call into simdjson's side decodes a whole batch.
package final class JSONDecoder: LineDecoder {
    private let tree: JSONFieldTree
    /// Position in `tree` of each delivered column; a field asked for twice is decoded once.
    private let delivered: [Int]
    private let native: OpaquePointer
    private let rejects: UnsafeMutablePointer<millrace_reject>
    private var estimate = RowEstimate()

    /// Rejected lines of one call; a call ends when they are full.
    private static let rejectLimit = 1_024

    package var isSplittable: Bool { true }

    package convenience init(
        fields: [Field], settings: JSONSettings, longestLine: Int = Limits.recordBytes
    ) throws(MillraceError) {
        try self.init(columns: fields.map { ColumnRequest($0) }, settings: settings, longestLine: longestLine)
    }

    /// No field may be asked for both as a whole and in parts.
    package init(
        columns: [ColumnRequest], settings: JSONSettings, longestLine: Int = Limits.recordBytes
    ) throws(MillraceError) {
        var tree = JSONFieldTree(isISO: settings.isISO)
        var delivered: [Int] = []
        for column in columns { delivered.append(try tree.add(column)) }
        self.tree = tree
        self.delivered = delivered
        var flags: UInt32 = 0
        if settings.ignoresErrors { flags |= UInt32(MILLRACE_JSON_IGNORE_ERRORS) }
        if settings.failsOnMissing { flags |= UInt32(MILLRACE_JSON_FAIL_ON_MISSING) }
        guard
            let native = tree.withNative({
                millrace_json_new($0.baseAddress, UInt32($0.count), flags, longestLine)
            })
        else { throw MillraceError(.system, code: "out_of_memory", "no memory for a JSON decoder") }
        self.native = native
        rejects = .allocate(capacity: Self.rejectLimit)
    }

    deinit {
        millrace_json_free(native)
        rejects.deallocate()
    }

    package func decode(_ block: InputBlock, from: Int, to: Int, isFinal: Bool) throws -> DecodedLines {
        try decode(block, from: from, to: to, isFinal: isFinal, capacity: nil)
    }

    /// As ``decode(_:from:to:isFinal:)``, with room for a number of rows that is known.
    func decode(_ block: InputBlock, from: Int, to: Int, isFinal: Bool, capacity known: Int?) throws -> DecodedLines {
        let to = min(to, block.count)
        guard from >= 0, from < to else {
            return DecodedLines(batch: nil, consumed: max(from, 0), rejected: [], lines: 0)
        }
        let capacity = known ?? estimate.capacity(bytes: to - from)
        let columns = tree.columns.map { type in type.map { Column($0, capacity: capacity) } }
        var places = columns.map {
            millrace_column(values: $0?.values, validity: $0?.validity, nulls: 0, points_to: 0)
        }
        var result = millrace_decoded()
        places.withUnsafeMutableBufferPointer {
            millrace_json_decode(
                native, block.bytes, from, to, $0.baseAddress, UInt32(capacity), rejects, UInt32(Self.rejectLimit),
                &result)
        }
        if capacity < Limits.batchRows, result.rejects > 0,
            millrace_reason(UInt32(truncatingIfNeeded: rejects[0].reason)) == MILLRACE_TOO_MANY_ROWS
        {
            // An array of more rows than lines of its size have: it gets the room of a whole batch.
            _ = result.heap.map { SideHeap($0) }
            return try decode(block, from: from, to: to, isFinal: isFinal, capacity: Limits.batchRows)
        }
        estimate.learn(bytes: result.consumed - from, lines: Int(result.lines))
        let heap = result.heap.map { SideHeap($0) }
        let rejected = (0..<Int(result.rejects)).map { describe(rejects[$0], in: block) }
        guard result.rows > 0 else {
            return DecodedLines(batch: nil, consumed: result.consumed, rejected: rejected, lines: Int(result.lines))
        }
        for case (let column?, let place) in zip(columns, places) {
            column.mayHaveNulls = place.nulls > 0
            if place.points_to & 1 != 0 { column.owners.append(block) }
            if place.points_to & 2 != 0, let heap { column.owners.append(heap) }
        }
        let batch = Batch(
            columns: delivered.compactMap { columns[$0] }, rowCount: Int(result.rows),
            retainedBytes: result.consumed - from + result.heap_bytes)
        return DecodedLines(batch: batch, consumed: result.consumed, rejected: rejected, lines: Int(result.lines))
    }

    private func describe(_ reject: millrace_reject, in block: InputBlock) -> RejectedLine {
        let known = Int(reject.column)
        var detail = reject.detail.map { String(cString: $0) } ?? ""
        switch millrace_reason(UInt32(truncatingIfNeeded: reject.reason)) {
        case MILLRACE_BAD_VALUE where tree.shown.indices.contains(known):
            detail = ColumnTarget.complaint(
                tree.shown[known],
                UnsafeBufferPointer(start: block.bytes + reject.value_offset, count: reject.value_length))
        case MILLRACE_MISSING_FIELD where tree.shown.indices.contains(known):
            detail = "field '\(tree.shown[known].name)' is missing"
        case MILLRACE_NOT_AN_OBJECT where detail.isEmpty: detail = "the line is no JSON object"
        case MILLRACE_INVALID_UTF8: detail = "the line is not valid UTF-8"
        case MILLRACE_LINE_TOO_LONG: detail = "the line has \(reject.length) bytes"
        default: break
        }
        return RejectedLine(
            reason: Self.name(of: reject.reason), detail: detail, offset: reject.offset, length: reject.length)
    }

    private static func name(of reason: Int32) -> String {
        switch millrace_reason(UInt32(truncatingIfNeeded: reason)) {
        case MILLRACE_INVALID_UTF8: "invalid_utf8"
        case MILLRACE_NOT_AN_OBJECT: "not_an_object"
        case MILLRACE_BAD_VALUE: "bad_value"
        case MILLRACE_MISSING_FIELD: "missing_field"
        case MILLRACE_LINE_TOO_LONG: "line_too_long"
        case MILLRACE_TOO_MANY_ROWS: "too_many_rows"
        default: "malformed_json"
        }
    }
}

/// Unescaped texts of a batch; kept by the columns that point into them.
private final class SideHeap: @unchecked Sendable {
    private let chain: UnsafeMutableRawPointer

    init(_ chain: UnsafeMutableRawPointer) { self.chain = chain }

    deinit { millrace_heap_free(chain) }
}

/// The yardstick of ``JSONDecoder``: simdjson's own front end finds the same fields in every line and keeps nothing.
package func bareJSONScan(block: InputBlock, paths: [[String]]) -> (lines: Int, checksum: UInt64) {
    var tree = JSONFieldTree(isISO: false)
    for path in paths { _ = try? tree.add(ColumnRequest(path: path, type: DataType(.string))) }
    var checksum: UInt64 = 0
    let lines = tree.withNative {
        millrace_json_scan(block.bytes, 0, block.count, $0.baseAddress, UInt32($0.count), &checksum)
    }
    return (lines, checksum)
}
