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
    private let rows: JSONDecoder
    private let longestLine: Int

    private static let rejectLimit = 1_024

    /// A row may be in one part of a file and its update in another: their order is that of the file.
    var isSplittable: Bool { false }
    var keepsOrder: Bool { true }

    init(
        fields: [Field], envelope: any ChangeEnvelope, settings: JSONSettings, longestLine: Int
    ) throws(MillraceError) {
        self.envelope = envelope
        self.longestLine = longestLine
        // A row with its old values merged in may be as long as both.
        rows = try JSONDecoder(fields: fields, settings: settings, longestLine: 2 &* longestLine &+ 16)
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

    /// The rows of the records in one batch; records with a row that cannot be read are left out whole.
    private func decode(_ run: inout Run) throws -> Batch? {
        guard !run.images.isEmpty else { return nil }
        let first = run.lineBlock(leavingOut: [])
        let decoded = try decode(first.block, rows: run.images.count)
        guard !decoded.rejected.isEmpty else { return finished(decoded.batch, run.images) }
        var bad: Set<Int> = []
        for reject in decoded.rejected {
            // The image that begins at the place of the reject, or the last before it.
            let image = first.starts.partitionPoint(where: { $0 > reject.offset }) - 1
            guard run.records.indices.contains(image), bad.insert(run.records[image].offset).inserted else { continue }
            let record = run.records[image]
            run.rejected.append(
                RejectedLine(
                    reason: reject.reason, detail: reject.detail, offset: record.offset, length: record.length))
        }
        let kept = run.images.indices.filter { !bad.contains(run.records[$0].offset) }
        guard !kept.isEmpty else { return nil }
        let second = run.lineBlock(leavingOut: bad)
        return finished(try decode(second.block, rows: kept.count).batch, kept.map { run.images[$0] })
    }

    private func decode(_ block: InputBlock, rows count: Int) throws -> (batch: Batch?, rejected: [RejectedLine]) {
        var rejected: [RejectedLine] = []
        var batch: Batch?
        var position = 0
        while position < block.count {
            let lines = try rows.decode(block, from: position, to: block.count, isFinal: true, capacity: count)
            guard lines.consumed > position else { break }
            position = lines.consumed
            rejected += lines.rejected
            batch = lines.batch
        }
        return (batch, rejected)
    }

    private func finished(_ batch: Batch?, _ images: [RowImage]) -> Batch? {
        guard let batch, batch.rowCount == images.count else { return nil }
        if images.contains(where: { $0.kind != .insert }) { batch.kinds = images.map(\.kind.rawValue) }
        return batch
    }

    /// One call's work: the records taken, and the rows they tell of.
    private struct Run {
        let block: InputBlock
        let bytes: UnsafePointer<UInt8>
        var position: Int
        var checksText = false
        var images: [RowImage] = []
        /// The record of each image.
        var records: [(offset: Int, length: Int)] = []
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
            while records.count < images.count { records.append((first, last - first)) }
            position = next
            return true
        }

        private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

        private mutating func reject(_ reason: String, _ detail: String, _ range: Range<Int>) {
            rejected.append(
                RejectedLine(reason: reason, detail: detail, offset: range.lowerBound, length: range.count))
        }

        /// The rows as lines of JSON, without those of the records that begin at the places of `bad`.
        func lineBlock(leavingOut bad: Set<Int>) -> (block: InputBlock, starts: [Int]) {
            let size = images.reduce(0) { $0 + $1.object.count + ($1.replacements?.count ?? 0) + 2 }
            let target = InputBlock(capacity: size)
            var starts: [Int] = []
            starts.reserveCapacity(images.count)
            for (index, image) in images.enumerated() where bad.isEmpty || !bad.contains(records[index].offset) {
                starts.append(target.count)
                if let replacements = image.replacements {
                    merge(image.object, replacements, into: target)
                } else {
                    append(image.object, to: target)
                }
                target.bytes[target.count] = 10
                target.count += 1
            }
            return (target, starts)
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

extension Array where Element == Int {
    /// The position of the first element of an ascending array for which `isBehind` is true.
    fileprivate func partitionPoint(where isBehind: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
