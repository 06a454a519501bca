import CSimdjson
import Columnar
import Diagnostics
import Glibc

/// Records of changes in JSON into columns with row kinds.
///
/// The borders of the rows inside a record are found first; their texts, old values merged in, become lines of JSON
/// for the ordinary decoder, which takes the wanted columns of all of them in one call.
final class ChangelogJSONDecoder: LineDecoder {
    private let envelope: any ChangeEnvelope
    private let rows: TracedLines
    private let rowTypes: [DataType]
    /// What is asked of the records themselves.
    private let facts: [FactReader]
    private let slots: [Slot]
    private let longestLine: Int

    /// Where a delivered column comes from: a position among the columns of rows, or among those of one reader of facts.
    private enum Slot {
        case row(Int)
        case fact(Int, of: Int)
    }

    /// Reads facts which one walk over a record can deliver: none of them is a part of another.
    private struct FactReader {
        var facts: [EnvelopeFact]
        var lines: TracedLines
    }

    private static let rejectLimit = 1_024

    /// A row may be in one part of a file and its update in another: their order is that of the file.
    var isSplittable: Bool { false }
    var keepsOrder: Bool { true }

    /// `columns` are whole columns of the rows, and metadata, which `facts` names all of.
    init(
        columns: [ColumnRequest], envelope: any ChangeEnvelope, facts known: [EnvelopeFact], settings: JSONSettings,
        longestLine: Int
    ) throws(MillraceError) {
        self.envelope = envelope
        self.longestLine = longestLine
        var fields: [Field] = []
        var wanted: [[EnvelopeFact]] = []
        var slots: [Slot] = []
        for column in columns {
            guard column.isMetadata else {
                slots.append(.row(fields.count))
                fields.append(column.field)
                continue
            }
            guard let fact = known.first(where: { [$0.key] == column.path }), column.type.kind == fact.type.kind else {
                throw MillraceError(
                    .internalError, code: "unknown_metadata", "there is no metadata '\(column.field.name)'")
            }
            let reader = wanted.firstIndex { JSONFieldTree.canDeliver(($0 + [fact]).map(\.request)) } ?? wanted.count
            if reader == wanted.count { wanted.append([]) }
            slots.append(.fact(wanted[reader].count, of: reader))
            wanted[reader].append(fact)
        }
        self.slots = slots
        rowTypes = fields.map(\.type)
        // A row with its old values merged in may be as long as both.
        let longestImage = 2 &* longestLine &+ 16
        rows = TracedLines(try JSONDecoder(fields: fields, settings: settings, longestLine: longestImage))
        var factSettings = settings
        factSettings.failsOnMissing = false
        var facts: [FactReader] = []
        for wanted in wanted {
            let decoder = try JSONDecoder(
                columns: wanted.map(\.request), settings: factSettings, longestLine: longestImage)
            facts.append(FactReader(facts: wanted, lines: TracedLines(decoder)))
        }
        self.facts = facts
    }

    func decode(_ block: InputBlock, from: Int, to: Int, isFinal: Bool) throws -> DecodedLines {
        let to = min(to, block.count)
        guard from >= 0, from < to else {
            return DecodedLines(batch: nil, consumed: max(from, 0), rejected: [], lines: 0)
        }
        var run = Run(block, position: from)
        run.checksText = millrace_utf8_is_valid(block.bytes + from, to - from) == 0
        while run.position < to, run.rejected.count < Self.rejectLimit {
            guard run.take(lineIn: to, self) else { break }
        }
        let batch = try decode(&run)
        // Found in two passes: the first in the text is the one to tell of.
        run.rejected.sort { $0.offset < $1.offset }
        let skipped = run.lines
        return DecodedLines(
            batch: batch, consumed: run.position, rejected: run.rejected,
            lines: skipped + (batch?.rowCount ?? 0) + run.rejected.count)
    }

    /// The rows of the records in one batch; records of which anything cannot be read are left out whole.
    private func decode(_ run: inout Run) throws -> Batch? {
        guard !run.images.isEmpty else { return nil }
        let images = run.imageBlock()
        let rows = try self.rows.decode(images.block, starts: images.starts)
        var bad: Set<Int> = []
        for (image, reject) in rows.rejected { run.reject(run.records[image], as: reject, once: &bad) }
        for (image, place) in rows.places.enumerated() where place.batch < 0 { bad.insert(run.records[image]) }
        var facts: [TracedLines.Rows] = []
        if !self.facts.isEmpty {
            let lines = run.recordBlock()
            for reader in self.facts {
                let found = try reader.lines.decode(lines.block, starts: lines.starts)
                for (record, reject) in found.rejected { run.reject(record, as: reject, once: &bad) }
                for (record, place) in found.places.enumerated() where place.batch < 0 { bad.insert(record) }
                facts.append(found)
            }
        }
        let kept = run.images.indices.filter { !bad.contains(run.records[$0]) }
        guard !kept.isEmpty else { return nil }
        let batch = Batch(
            columns: columns(of: kept, run.records, rows, facts), rowCount: kept.count,
            retainedBytes: rows.batches.reduce(0) { $0 + $1.retainedBytes })
        if kept.contains(where: { run.images[$0].kind != .insert }) {
            batch.kinds = kept.map { run.images[$0].kind.rawValue }
        }
        return batch
    }

    private func columns(
        of images: [Int], _ records: [Int], _ rows: TracedLines.Rows, _ facts: [TracedLines.Rows]
    ) -> [Column] {
        let rowColumns = rows.columns(images, types: rowTypes)
        let factColumns = zip(self.facts, facts).map { reader, found in
            let decoded = found.columns(images.map { records[$0] }, types: reader.facts.map(\.request.type))
            return zip(reader.facts, decoded).map { $0.column($1, rowCount: images.count) }
        }
        return slots.map { slot in
            switch slot {
            case .row(let index): rowColumns[index]
            case .fact(let index, let reader): factColumns[reader][index]
            }
        }
    }

    /// One call's work: the records taken, and the rows they tell of.
    private struct Run {
        let block: InputBlock
        let bytes: UnsafePointer<UInt8>
        var position: Int
        var checksText = false
        var images: [RowImage] = []
        /// The record of each image: a position in `ranges`.
        var records: [Int] = []
        /// The records that images are of.
        var ranges: [Range<Int>] = []
        var rejected: [RejectedLine] = []
        /// Lines without rows that are no mistakes.
        var lines = 0

        init(_ block: InputBlock, position: Int) {
            self.block = block
            self.position = position
            bytes = UnsafePointer(block.bytes)
        }

        /// Takes the line at `position`; false when its rows do not fit into this batch.
        mutating func take(lineIn end: Int, _ decoder: ChangelogJSONDecoder) -> Bool {
            let newline = memchr(bytes + position, 10, end - position)
            let next = newline.map { UnsafeRawPointer($0) - UnsafeRawPointer(bytes) + 1 } ?? end
            var last = next
            while last > position, isBlank(bytes[last - 1]) { last -= 1 }
            var first = position
            while first < last, isBlank(bytes[first]) { first += 1 }
            guard first < last else {
                lines += 1
                position = next
                return true
            }
            let count = images.count
            if last - first > decoder.longestLine {
                reject("line_too_long", "the line has \(last - first) bytes", first..<last)
            } else if checksText, millrace_utf8_is_valid(bytes + first, last - first) == 0 {
                reject("invalid_utf8", "the line is not valid UTF-8", first..<last)
            } else if case .malformed(let reason, let detail) = decoder.envelope.read(
                bytes, first..<last, into: &images)
            {
                images.removeSubrange(count...)
                reject(reason, detail, first..<last)
            } else if images.count > Limits.batchRows {
                images.removeSubrange(count...)
                if count > 0 { return false }
                reject("too_many_rows", "a record of more rows than a batch holds", first..<last)
            } else if images.count == count {
                lines += 1
            }
            if images.count > records.count { ranges.append(first..<last) }
            while records.count < images.count { records.append(ranges.count - 1) }
            position = next
            return true
        }

        private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

        private mutating func reject(_ reason: String, _ detail: String, _ range: Range<Int>) {
            rejected.append(
                RejectedLine(reason: reason, detail: detail, offset: range.lowerBound, length: range.count))
        }

        /// Rejects a record for what one of its lines was rejected for, unless it is in `bad` already.
        mutating func reject(_ record: Int, as reject: RejectedLine, once bad: inout Set<Int>) {
            guard bad.insert(record).inserted else { return }
            self.reject(reject.reason, reject.detail, ranges[record])
        }

        /// The rows as lines of JSON.
        func imageBlock() -> (block: InputBlock, starts: [Int]) {
            let size = images.reduce(0) { $0 + $1.object.count + ($1.replacements?.count ?? 0) + 2 }
            let target = InputBlock(capacity: size)
            var starts: [Int] = []
            starts.reserveCapacity(images.count)
            for image in images {
                starts.append(target.count)
                if let replacements = image.replacements {
                    merge(image.object, replacements, into: target)
                } else {
                    append(image.object, to: target)
                }
                endLine(of: target)
            }
            return (target, starts)
        }

        /// The records that gave rows, one in a line.
        func recordBlock() -> (block: InputBlock, starts: [Int]) {
            let target = InputBlock(capacity: ranges.reduce(0) { $0 + $1.count + 1 })
            var starts: [Int] = []
            starts.reserveCapacity(ranges.count)
            for range in ranges {
                starts.append(target.count)
                append(range, to: target)
                endLine(of: target)
            }
            return (target, starts)
        }

        private func endLine(of target: InputBlock) {
            target.bytes[target.count] = 10
            target.count += 1
        }

        private func append(_ range: Range<Int>, to target: InputBlock) {
            (target.bytes + target.count).update(from: bytes + range.lowerBound, count: range.count)
            target.count += range.count
        }

        /// One object with the members of both; of two members of one name a reader of JSON takes the later.
        private func merge(_ object: Range<Int>, _ replacements: Range<Int>, into target: InputBlock) {
            if isEmpty(replacements) { return append(object, to: target) }
            if isEmpty(object) { return append(replacements, to: target) }
            append(object.lowerBound..<object.upperBound - 1, to: target)
            target.bytes[target.count] = UInt8(ascii: ",")
            target.count += 1
            append(replacements.lowerBound + 1..<replacements.upperBound, to: target)
        }

        private func isEmpty(_ object: Range<Int>) -> Bool {
            (object.lowerBound + 1..<object.upperBound - 1).allSatisfy { isBlank(bytes[$0]) }
        }
    }
}
