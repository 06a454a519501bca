import Columnar
import ConnectorContract
import Diagnostics
import Formats

/// Reads ranges of files until none is left.
final class FileReader: SourceReader {
    private let plan: FilePlan
    private let layout: ScanLayout
    private let decoder: any LineDecoder
    private let reporter: RejectReporter
    private let environment: Environment
    /// As many as the queues of a pipeline hold at times: memory of a block that is made anew costs a sixth of reading it.
    private var pool = BlockPool(blockBytes: blockBytes, keptBlocks: 32)

    /// The ranges this reader took, with the place it has reached in each; the current one is the last.
    private var taken: [FilePlan.Progress] = []
    private var file: (any File)?
    private var feed = LineFeed(from: 0)
    private var metadata: [Column?] = []
    /// The decoder wants more bytes than the finished lines there are.
    private var needsMore = false
    private var isAtEnd = false
    /// Rows up to this offset were delivered before a restart: a format without lines is read from the start of the file.
    private var deliveredOffset: Int64 = 0
    private var figures = SourceProgress()

    private static let blockBytes = 1 << 20

    init(
        plan: FilePlan, layout: ScanLayout, decoder: any LineDecoder, reporter: RejectReporter, environment: Environment
    ) {
        self.plan = plan
        self.layout = layout
        self.decoder = decoder
        self.reporter = reporter
        self.environment = environment
    }

    func poll(waitMilliseconds: Int) throws -> SourcePoll {
        while true {
            if file == nil, try !begin() { return .finished }
            if feed.hasFinishedLines, !needsMore {
                if let batch = try decode() { return .batch(batch, split: split) }
            } else if feed.usedOffset >= range.end && !(isAtEnd && feed.waitingBytes > 0) {
                finish()
            } else if try !readOn() {
                finish()
            }
        }
    }

    /// Many small files in a row are one split: their order is that of their rows.
    private var split: Int { plan.isShared ? taken[taken.count - 1].range : 0 }
    private var range: FileRange { plan.ranges[taken[taken.count - 1].range] }

    private func begin() throws -> Bool {
        guard let next = plan.take() else { return false }
        taken.append(next)
        let file = try environment.files.open(range.path, .read)
        guard try file.status().sizeBytes >= range.size else {
            throw MillraceError(
                .user, code: "file_changed", "\(range.path) is shorter than it was when reading it began",
                hint: "files of a bounded table must stay while they are read; 'tail' follows files that are rotated")
        }
        self.file = file
        // A range in the middle of a file begins behind the first line end at or after the byte before it.
        let isFresh = next.offset == range.start && range.start > 0
        decoder.beginFile()
        if decoder.cutsAtLineEnds {
            feed = LineFeed(
                from: isFresh ? range.start - 1 : next.offset, stop: range.end, skip: isFresh ? .rest : .nothing)
        } else {
            deliveredOffset = next.offset
            feed = LineFeed(from: 0, stop: range.end, cutsAtLineEnds: false)
        }
        needsMore = false
        isAtEnd = false
        metadata = try layout.metadataColumns(
            of: FileFacts(path: range.path, size: range.size, modifiedNanoseconds: range.modifiedNanoseconds))
        return true
    }

    private func finish() {
        taken[taken.count - 1].offset = range.end
        plan.finish(taken[taken.count - 1].range)
        file = nil
        feed = LineFeed(from: 0)
    }

    /// Reads the next bytes; false at the end of the range.
    private func readOn() throws -> Bool {
        guard let file else { return false }
        needsMore = false
        let count = try feed.read(file, limit: range.size, pool: &pool)
        figures.bytesRead += UInt64(count)
        if count == 0 {
            guard !isAtEnd, feed.waitingBytes > 0, feed.skip == .nothing else { return false }
            isAtEnd = true
            feed.finishLastLine()
        } else if !feed.hasFinishedLines, feed.skip == .nothing, feed.waitingBytes > Limits.recordBytes + 1,
            let block = feed.block
        {
            let line = RejectedLine(
                reason: "line_too_long", detail: "the line has more than \(Limits.recordBytes) bytes", offset: feed.at,
                length: feed.waitingBytes)
            figures.rowsRejected += 1
            try reporter.report([line], of: block, at: feed.blockOffset, path: range.path)
            feed.skipLine()
        }
        return true
    }

    private func decode() throws -> Batch? {
        guard let block = feed.block else { return nil }
        let lines = try decoder.decode(block, from: feed.at, to: feed.lineEnd, isFinal: isAtEnd)
        needsMore = lines.consumed <= feed.at
        let blockOffset = feed.blockOffset
        feed.use(upTo: lines.consumed)
        if feed.usedOffset <= deliveredOffset, !decoder.cutsAtLineEnds { return nil }
        taken[taken.count - 1].offset = feed.usedOffset
        if !lines.rejected.isEmpty {
            figures.rowsRejected += UInt64(lines.rejected.count)
            try reporter.report(lines.rejected, of: block, at: blockOffset, path: range.path)
        }
        guard let batch = lines.batch else { return nil }
        figures.rowsRead += UInt64(batch.rowCount)
        figures.lastRowAtMilliseconds = environment.clock.wallMilliseconds()
        return layout.assemble(batch, metadata: metadata)
    }

    var openSplits: [SplitStatus] {
        guard file != nil || plan.hasUnstarted else { return [] }
        guard plan.isShared else { return [SplitStatus(id: 0, isIdle: false)] }
        let own = file == nil ? nil : split
        var result = own.map { [SplitStatus(id: $0, isIdle: false)] } ?? []
        if let others = plan.leastTime(besides: own) {
            result.append(SplitStatus(id: Self.others, isIdle: false, reached: others))
        }
        return result
    }

    /// Stands for all that this reader does not read now.
    private static let others = -1

    func reached(_ time: Int64, split: Int) { if plan.isShared { plan.reached(time, range: split) } }

    func position() throws -> [UInt8] {
        // While the first line of a range is still being looked for, the range has not begun.
        plan.position(taken)
    }

    var progress: SourceProgress {
        var result = figures
        result.splits = file == nil ? 0 : 1
        result.lagBytes = UInt64(max(0, plan.unreadBytes))
        if file != nil { result.lagBytes += UInt64(max(0, range.end - taken[taken.count - 1].offset)) }
        return result
    }
}
