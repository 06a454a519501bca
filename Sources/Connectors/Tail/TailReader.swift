import Columnar
import ConnectorContract
import Diagnostics
import Formats

/// Follows its share of the files, one batch of each in turn.
final class TailReader: SourceReader {
    private var folder: TailFolder
    private let layout: ScanLayout
    private let settings: TailSettings
    private let decoder: any LineDecoder
    private let reporter: RejectReporter
    private let environment: Environment
    private var pool = BlockPool(blockBytes: blockBytes)
    /// Whose turn it is.
    private var turn = 0
    private var discoverAt: UInt64 = 0
    private var figures = SourceProgress()

    private static let blockBytes = 512 * 1_024
    /// Reads of one file in one turn that bring no finished line.
    private static let readsPerTurn = 16

    init(
        folder: TailFolder, layout: ScanLayout, settings: TailSettings, decoder: any LineDecoder,
        reporter: RejectReporter, environment: Environment
    ) {
        self.folder = folder
        self.layout = layout
        self.settings = settings
        self.decoder = decoder
        self.reporter = reporter
        self.environment = environment
    }

    private var now: UInt64 { environment.clock.monotonicNanoseconds() }

    /// Looks for files now.
    func discover() throws {
        for failure in folder.scan() {
            figures.rowsRejected += 1
            try reporter.report("unreadable_file", failure.error.description, path: failure.path, offset: 0, bytes: [])
        }
        discoverAt = now &+ settings.discoverNanoseconds
    }

    func poll(waitMilliseconds: Int) throws -> SourcePoll {
        let deadline = now &+ UInt64(max(0, waitMilliseconds)) &* 1_000_000
        while true {
            if now >= discoverAt { try discover() }
            let files = folder.followed
            for step in files.indices {
                let index = (turn + step) % files.count
                let file = files[index]
                if file.isDormant { continue }
                if let batch = try advance(file) {
                    turn = index + 1
                    return .batch(batch, split: file.split)
                }
            }
            let time = now
            if time >= deadline { return .idle }
            environment.clock.sleep(nanoseconds: min(settings.pollNanoseconds, deadline - time))
        }
    }

    /// The next batch of one file, nil when there is none now.
    private func advance(_ file: TailedFile) throws -> Batch? {
        var reads = 0
        while reads < Self.readsPerTurn {
            if file.feed.hasFinishedLines, !file.needsMore {
                if let batch = try decode(file) { return batch }
                continue
            }
            reads += 1
            let look: TailedFile.Look
            do throws(FileSystemError) { look = try file.look(&pool) } catch {
                try reportFailure(of: file, error)
                return nil
            }
            file.isFailing = false
            switch look {
            case .data:
                file.lastDataAt = now
                try rejectIfTooLong(file)
            case .nothing:
                try rest(file)
                return nil
            case .replaced(let lost):
                file.lastDataAt = now
                if lost > 0 {
                    try reject(file, "truncated_line", "the file was cut off inside a line of \(lost) bytes", bytes: [])
                }
            }
        }
        return nil
    }

    private func decode(_ file: TailedFile) throws -> Batch? {
        guard let block = file.feed.block else { return nil }
        let lines = try decoder.decode(block, from: file.feed.at, to: file.feed.lineEnd, isFinal: false)
        file.needsMore = lines.consumed <= file.feed.at
        figures.bytesRead += UInt64(max(0, lines.consumed - file.feed.at))
        let blockOffset = file.feed.blockOffset
        file.feed.use(upTo: lines.consumed)
        if !lines.rejected.isEmpty {
            figures.rowsRejected += UInt64(lines.rejected.count)
            file.rejected += UInt64(lines.rejected.count)
            try reporter.report(lines.rejected, of: block, at: blockOffset, path: file.path)
        }
        guard let batch = lines.batch else { return nil }
        figures.rowsRead += UInt64(batch.rowCount)
        figures.lastRowAtMilliseconds = environment.clock.wallMilliseconds()
        let metadata =
            try file.metadata
            ?? layout.metadataColumns(
                of: FileFacts(path: file.path, size: file.size, modifiedNanoseconds: file.modifiedNanoseconds))
        file.metadata = metadata
        return layout.assemble(batch, metadata: metadata)
    }

    /// An unfinished line beyond the limit is given up at once, so that it never fills memory.
    private func rejectIfTooLong(_ file: TailedFile) throws {
        guard !file.feed.hasFinishedLines, file.feed.skip == .nothing,
            file.feed.waitingBytes > settings.longestLine + 1,
            let block = file.feed.block
        else { return }
        let kept = min(file.feed.waitingBytes, Limits.rejectedSampleBytes)
        let bytes = Array(UnsafeBufferPointer(start: block.bytes + file.feed.at, count: kept))
        try reject(file, "line_too_long", "the line has more than \(settings.longestLine) bytes", bytes: bytes)
        file.feed.skipLine()
    }

    /// Nothing new in the file: lets go of what it need not hold.
    private func rest(_ file: TailedFile) throws {
        let time = now
        guard let gone = file.goneSince else {
            if file.isIdle(now: time, timeout: settings.idleNanoseconds) {
                file.feed.releaseIfEmpty()
                file.isDormant = true
            }
            return
        }
        guard time &- max(gone, file.lastDataAt) >= settings.rotateNanoseconds else { return }
        let count = file.feed.waitingBytes
        if count > 0, file.feed.skip == .nothing, let block = file.feed.block {
            let kept = UnsafeBufferPointer(
                start: block.bytes + file.feed.at, count: min(count, Limits.rejectedSampleBytes))
            try reject(file, "unfinished_line", "the file ended inside a line of \(count) bytes", bytes: Array(kept))
        }
        folder.letGo(file)
    }

    private func reject(_ file: TailedFile, _ reason: String, _ detail: String, bytes: [UInt8]) throws {
        figures.rowsRejected += 1
        file.rejected += 1
        try reporter.report(reason, detail, path: file.path, offset: file.feed.usedOffset, bytes: bytes)
    }

    private func reportFailure(of file: TailedFile, _ error: FileSystemError) throws {
        guard !file.isFailing else { return }
        file.isFailing = true
        try reject(file, "unreadable_file", error.description, bytes: [])
    }

    var openSplits: [SplitStatus] {
        let time = now
        return folder.followed.map {
            SplitStatus(id: $0.split, isIdle: $0.isIdle(now: time, timeout: settings.idleNanoseconds))
        }
    }

    func position() throws -> [UInt8] { TailMark.encode(folder.followed.map(\.mark) + folder.unopenedMarks) }

    var progress: SourceProgress {
        var result = figures
        result.splits = folder.followed.count
        result.lagBytes = UInt64(folder.followed.reduce(Int64(0)) { $0 + $1.lagBytes })
        return result
    }
}
