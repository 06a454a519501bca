import CSimdjson
import Columnar
internal import Compression
import Diagnostics

/// Avro's object container files: a header with the schema, then blocks of records. Records whose bounds are known, as those
/// of topics, are read by the schema of the table.
///
/// Only the columns that are asked for are made; the others are skipped over. A batch never goes beyond its block, so that
/// the same file always gives the same batches.
final class AvroDecoder: RecordTakingDecoder {
    private let fields: [Field]
    private let longestBlock: Int
    /// For records without a file around them.
    private let tablePlan: AvroRecordPlan
    private var file: OpenFile?
    /// Bytes of the block that has been begun and not been used up, its mark not counted; nil between blocks.
    private var blockRest: Int?
    /// What is left of that block where the file is packed.
    private var unpacked: UnpackedBlock?
    private var isBroken = false

    /// What the header of a file told.
    private struct OpenFile {
        var plan: AvroRecordPlan
        var mark: [UInt8]
        var codec: AvroCodec
    }

    /// The plain bytes of a packed block. Each batch uses up a part of the packed ones, so that a place in the file tells how
    /// many batches there were.
    private struct UnpackedBlock {
        var bytes: InputBlock
        var at: Int
        /// Batches that the rest should make, by the number of records that the file gives.
        var batches: Int
    }

    private static let magic = Array("Obj\u{1}".utf8)
    private static let markBytes = 16

    var isSplittable: Bool { false }
    var cutsAtLineEnds: Bool { false }

    init(
        fields: [Field], schema: [Field], isLegacy: Bool, longestBlock: Int = 64 << 20
    ) throws(MillraceError) {
        self.fields = fields
        self.longestBlock = longestBlock
        tablePlan = try AvroRecordPlan(try AvroSchema.record(of: schema, isLegacy: isLegacy), fields)
    }

    func beginFile() {
        file = nil
        blockRest = nil
        unpacked = nil
        isBroken = false
    }

    func decode(_ block: InputBlock, from: Int, to: Int, isFinal: Bool) throws -> DecodedLines {
        let to = min(to, block.count)
        guard from >= 0, from < to, !isBroken else {
            return DecodedLines(batch: nil, consumed: isBroken ? to : max(from, 0), rejected: [], lines: 0)
        }
        var cursor = AvroCursor(UnsafePointer(block.bytes), from: from, to: to)
        if file == nil {
            guard let opened = try readHeader(&cursor) else {
                if isFinal { return broken("the header of the file is cut short", from, to) }
                return to &- from > longestBlock
                    ? broken("the header of the file is too long", from, to) : waiting(from)
            }
            file = opened
        }
        guard let file else { return waiting(from) }
        let start = cursor.at
        if blockRest == nil {
            guard start < to else { return waiting(start) }
            guard let count = cursor.long(), let size = cursor.long() else {
                return isFinal ? broken("a block is cut short", start, to) : waiting(start)
            }
            guard count >= 0, size >= 0, size <= Int64(longestBlock) else {
                return broken("a block of \(size) bytes and \(count) records", start, to)
            }
            guard Int64(to &- cursor.at) >= size &+ Int64(Self.markBytes) else {
                return isFinal ? broken("a block is cut short", start, to) : waiting(start)
            }
            blockRest = Int(size)
            if file.codec != .null {
                do throws(CompressionError) {
                    unpacked = try unpack(block, file, cursor.at..<(cursor.at + Int(size)), count)
                } catch {
                    // The next block may be sound: its place is known.
                    return lostBlock(file, block, "a block cannot be unpacked: \(error)", start, cursor.at + Int(size))
                }
            }
        }
        guard let rest = blockRest, to &- cursor.at >= rest &+ Self.markBytes else {
            return isFinal ? broken("a block is cut short", start, to) : waiting(start)
        }
        if unpacked != nil { return unpackedRows(block, file, from: cursor.at, blockEnd: cursor.at + rest) }
        return rows(block, file, from: cursor.at, blockEnd: cursor.at + rest)
    }

    /// The next rows of the block that ends at `blockEnd`.
    private func rows(_ block: InputBlock, _ file: OpenFile, from: Int, blockEnd: Int) -> DecodedLines {
        var cursor = AvroCursor(UnsafePointer(block.bytes), from: from, to: blockEnd)
        let (batch, lost) = readBatch(&cursor, file.plan, of: block)
        var rejected = lost.map { [Self.rejection("a record is damaged", $0.lowerBound, $0.count)] } ?? []
        let consumed = end(of: block, file, at: cursor.at, blockEnd, &rejected)
        return DecodedLines(
            batch: batch, consumed: consumed, rejected: rejected, lines: (batch?.rowCount ?? 0) + rejected.count)
    }

    /// The next rows of a block that was packed.
    private func unpackedRows(_ block: InputBlock, _ file: OpenFile, from: Int, blockEnd: Int) -> DecodedLines {
        guard var source = unpacked else { return waiting(from) }
        var cursor = AvroCursor(UnsafePointer(source.bytes.bytes), from: source.at, to: source.bytes.count)
        let (batch, lost) = readBatch(&cursor, file.plan, of: source.bytes)
        var rejected =
            lost == nil ? [] : [Self.rejection("a record is damaged", from, blockEnd &- from)]
        source.at = cursor.at
        source.batches -= 1
        var place = blockEnd
        if source.at < source.bytes.count {
            place = from + max(1, (blockEnd &- from) / max(1, source.batches + 1))
            if place >= blockEnd {
                place = blockEnd
                rejected.append(
                    Self.rejection("a block holds more rows than its size can count", from, blockEnd &- from))
            }
        }
        unpacked = place < blockEnd ? source : nil
        let consumed = end(of: block, file, at: place, blockEnd, &rejected)
        return DecodedLines(
            batch: batch, consumed: consumed, rejected: rejected, lines: (batch?.rowCount ?? 0) + rejected.count)
    }

    /// Records up to the end of the cursor or of a batch; with the bytes of the block that are lost where one is damaged.
    private func readBatch(
        _ cursor: inout AvroCursor, _ plan: AvroRecordPlan, of block: InputBlock
    ) -> (batch: Batch?, lost: Range<Int>?) {
        let heap = ByteHeap()
        let from = cursor.at
        let columns = fields.map { Column($0.type, capacity: Limits.batchRows) }
        var rows = 0
        var lost: Range<Int>?
        while cursor.at < cursor.end, rows < Limits.batchRows {
            let start = cursor.at
            guard plan.read(&cursor, columns, rows, heap) else {
                // Where the next record begins is not known: the rest of the block is lost.
                lost = start..<cursor.end
                cursor.at = cursor.end
                break
            }
            rows += 1
            // Records without columns have no bytes, and no number of them could be told from another.
            if cursor.at == start { cursor.at = cursor.end }
        }
        guard rows > 0 else { return (nil, lost) }
        for column in columns where column.kind == .text { column.owners = [block, heap] }
        return (Batch(columns: columns, rowCount: rows, retainedBytes: cursor.at - from + heap.allocatedBytes), lost)
    }

    /// Where reading goes on from a place in a block: behind the mark, which is looked at, once the block is used up.
    private func end(
        of block: InputBlock, _ file: OpenFile, at place: Int, _ blockEnd: Int, _ rejected: inout [RejectedLine]
    ) -> Int {
        guard place >= blockEnd else {
            blockRest = blockEnd &- place
            return place
        }
        blockRest = nil
        let mark = UnsafeBufferPointer(start: block.bytes + blockEnd, count: Self.markBytes)
        if !mark.elementsEqual(file.mark) {
            isBroken = true
            rejected.append(Self.rejection("a block does not end with the mark of the file", blockEnd, Self.markBytes))
        }
        return blockEnd + Self.markBytes
    }

    private func unpack(
        _ block: InputBlock, _ file: OpenFile, _ place: Range<Int>, _ records: Int64
    ) throws(CompressionError) -> UnpackedBlock {
        let packed = UnsafeRawBufferPointer(start: block.bytes + place.lowerBound, count: place.count)
        let plain = try file.codec.unpack(packed, limitBytes: longestBlock)
        let batches = (Int(clamping: records) &+ Limits.batchRows &- 1) / Limits.batchRows
        return UnpackedBlock(bytes: InputBlock(copying: plain), at: 0, batches: max(1, batches))
    }

    /// Goes on behind a block of which nothing can be used.
    private func lostBlock(
        _ file: OpenFile, _ block: InputBlock, _ detail: String, _ from: Int, _ blockEnd: Int
    ) -> DecodedLines {
        var rejected = [Self.rejection(detail, from, blockEnd &- from)]
        let consumed = end(of: block, file, at: blockEnd, blockEnd, &rejected)
        return DecodedLines(batch: nil, consumed: consumed, rejected: rejected, lines: rejected.count)
    }

    /// Reads the header; nil when there are not enough bytes for it.
    private func readHeader(_ cursor: inout AvroCursor) throws(MillraceError) -> OpenFile? {
        guard let magic = cursor.take(4) else { return nil }
        guard UnsafeBufferPointer(start: magic, count: 4).elementsEqual(Self.magic) else {
            throw MillraceError(
                .user, code: "malformed_avro", "the file does not begin as Avro files do",
                hint: "single records without a file around them are for topics")
        }
        var schema: Range<Int>?
        var codec = AvroCodec.null
        while let count = cursor.blockCount() {
            if count == 0 { break }
            for _ in 0..<count {
                guard let keyCount = cursor.long(), let key = cursor.take(keyCount), let valueCount = cursor.long()
                else { return nil }
                let valueStart = cursor.at
                guard let value = cursor.take(valueCount) else { return nil }
                let name = String(decoding: UnsafeBufferPointer(start: key, count: Int(keyCount)), as: UTF8.self)
                if name == "avro.schema" { schema = valueStart..<cursor.at }
                let text = String(decoding: UnsafeBufferPointer(start: value, count: Int(valueCount)), as: UTF8.self)
                if name == "avro.codec" { codec = try AvroCodec(named: text) }
            }
        }
        guard let mark = cursor.take(Int64(Self.markBytes)) else { return nil }
        guard let schema else {
            throw MillraceError(.user, code: "malformed_avro", "the file has no schema")
        }
        return OpenFile(
            plan: try AvroRecordPlan(try AvroSchemaReader.read(cursor.bytes, schema), fields),
            mark: Array(UnsafeBufferPointer(start: mark, count: Self.markBytes)), codec: codec)
    }

    // MARK: Records by themselves

    func decode(_ records: RecordBytes, from first: Int, to end: Int) -> DecodedRecords {
        let end = min(end, first + Limits.batchRows)
        let heap = ByteHeap()
        let columns = fields.map { Column($0.type, capacity: max(1, end - first)) }
        var decoded = DecodedRecords(batch: nil, origins: [], next: max(first, end), rejected: [])
        for record in first..<max(first, end) {
            let (start, stop) = (records.start(record), records.end(record))
            var cursor = AvroCursor(UnsafePointer(records.block.bytes), from: start, to: stop)
            if tablePlan.read(&cursor, columns, decoded.origins.count, heap), cursor.at == stop {
                decoded.origins.append(Int32(truncatingIfNeeded: record))
            } else {
                let detail = "the record is not laid out as the columns of the table are"
                decoded.rejected.append((record, Self.rejection(detail, start, stop - start)))
                // The row's place is used again: all its bits must be set as in a fresh column.
                let row = decoded.origins.count
                for column in columns { column.validity[row >> 6] |= 1 << UInt64(row & 63) }
            }
        }
        guard !decoded.origins.isEmpty else { return decoded }
        for column in columns where column.kind == .text { column.owners = [records.block, heap] }
        decoded.batch = Batch(
            columns: columns, rowCount: decoded.origins.count,
            retainedBytes: records.end(end - 1) - records.start(first) + heap.allocatedBytes)
        return decoded
    }

    private func waiting(_ at: Int) -> DecodedLines {
        DecodedLines(batch: nil, consumed: at, rejected: [], lines: 0)
    }

    /// Nothing of the file can be used from here on.
    private func broken(_ detail: String, _ from: Int, _ to: Int) -> DecodedLines {
        isBroken = true
        return DecodedLines(
            batch: nil, consumed: to, rejected: [Self.rejection(detail, from, to &- from)], lines: 1)
    }

    private static func rejection(_ detail: String, _ offset: Int, _ length: Int) -> RejectedLine {
        RejectedLine(reason: "malformed_avro", detail: detail, offset: offset, length: length)
    }
}

/// How the records of a schema become rows of columns.
struct AvroRecordPlan: Sendable {
    /// The fields in the order of the record: into which column, or skipped.
    private let steps: [(step: AvroStep, column: Int?)]
    /// Columns of which the record tells nothing.
    private let absent: [Int]
    private let isText: [Bool]

    init(_ schema: AvroSchema, _ fields: [Field]) throws(MillraceError) {
        guard case .record(_, let parts) = schema else {
            throw MillraceError(.user, code: "bad_schema", "the file holds \(schema.text), not records")
        }
        var steps: [(AvroStep, Int?)] = []
        var found: Set<Int> = []
        for part in parts {
            guard let column = fields.firstIndex(where: { $0.name == part.name }) else {
                steps.append((.skip(part.schema), nil))
                continue
            }
            found.insert(column)
            steps.append((try AvroStep.make(part.schema, fields[column].type.logical, part.name), column))
        }
        self.steps = steps
        absent = fields.indices.filter { !found.contains($0) }
        isText = fields.map { field in
            switch field.type.logical {
            case .char, .varchar: true
            default: false
            }
        }
    }

    /// Reads one record into a row; false when it is damaged.
    func read(_ cursor: inout AvroCursor, _ columns: [Column], _ row: Int, _ heap: ByteHeap) -> Bool {
        for (step, column) in steps {
            guard let item = step.item(&cursor, heap) else { return false }
            guard let column else { continue }
            if isText[column], !item.isNull {
                let bytes = item.bytes
                if let start = bytes.baseAddress, millrace_utf8_is_valid(start, bytes.count) == 0 { return false }
            }
            columns[column].set(row, item)
        }
        for column in absent { columns[column].setNull(row) }
        return true
    }
}
