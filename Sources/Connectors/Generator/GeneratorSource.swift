import Columnar
import ConnectorContract
import Diagnostics

/// Rows that are made up. One reader makes them all; a position is the seed and the number of the next row.
final class GeneratorSource: Source {
    private let columns: [GeneratorColumn]
    private let rowCount: UInt64?
    private let rowsPerSecond: UInt64
    private let environment: Environment
    let isBounded: Bool

    /// `rowCount` is nil for rows without end.
    init(
        columns: [GeneratorColumn], rowCount: UInt64?, rowsPerSecond: UInt64, isBounded: Bool, environment: Environment
    ) {
        self.columns = columns
        self.rowCount = rowCount
        self.rowsPerSecond = rowsPerSecond
        self.isBounded = isBounded
        self.environment = environment
    }

    func open(parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder) throws -> [any SourceReader] {
        var start = GeneratorPosition(seed: environment.random.next(), nextRow: 0)
        for bytes in positions where !bytes.isEmpty { start = try GeneratorPosition(bytes) }
        let reader = GeneratorReader(
            columns: columns, from: start, rowCount: rowCount, rowsPerSecond: rowsPerSecond, clock: environment.clock)
        return [reader] + (1..<max(1, parallelism)).map { _ in NoRowsReader() }
    }
}

/// Where the making of rows stands.
struct GeneratorPosition {
    private static let mark: UInt32 = 0x4D52_4447
    private static let version: UInt8 = 1

    var seed: UInt64
    var nextRow: UInt64

    init(seed: UInt64, nextRow: UInt64) {
        self.seed = seed
        self.nextRow = nextRow
    }

    init(_ bytes: [UInt8]) throws {
        (seed, nextRow) = try PositionCoding.open(bytes, mark: Self.mark, version: Self.version) { reader in
            (try reader.read(UInt64.self), try reader.read(UInt64.self))
        }
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(seed)
        writer.write(nextRow)
        return PositionCoding.seal(mark: Self.mark, version: Self.version, writer)
    }
}

/// Makes rows at a rate.
final class GeneratorReader: SourceReader {
    /// Rows are held together for at least this long, as far as the caller waits.
    private static let pauseNanoseconds: UInt64 = 5_000_000

    private let columns: [GeneratorColumn]
    private let rowCount: UInt64?
    private let rowsPerSecond: UInt64
    private let clock: any TimeSource
    private var at: GeneratorPosition
    private var begin: (nanoseconds: UInt64, row: UInt64)?
    private var figures = SourceProgress()

    init(
        columns: [GeneratorColumn], from position: GeneratorPosition, rowCount: UInt64?, rowsPerSecond: UInt64,
        clock: any TimeSource
    ) {
        self.columns = columns
        self.rowCount = rowCount
        self.rowsPerSecond = rowsPerSecond
        self.clock = clock
        at = position
    }

    func poll(waitMilliseconds: Int) throws -> SourcePoll {
        let deadline = clock.monotonicNanoseconds() &+ UInt64(max(0, waitMilliseconds)) &* 1_000_000
        while true {
            if let rowCount, at.nextRow >= rowCount { return .finished }
            let due = rowsDue()
            if due > 0 { return .batch(make(min(due, Limits.batchRows)), split: 0) }
            let now = clock.monotonicNanoseconds()
            if now >= deadline { return .idle }
            clock.sleep(nanoseconds: min(Self.pauseNanoseconds, deadline - now))
        }
    }

    /// Rows whose time has come: the first at once, the others at the rate.
    private func rowsDue() -> Int {
        let now = clock.monotonicNanoseconds()
        let start = begin ?? (now, at.nextRow)
        begin = start
        let elapsed = (now &- start.nanoseconds).multipliedFullWidth(by: rowsPerSecond)
        let passed =
            elapsed.high >= 1_000_000_000 ? UInt64.max : UInt64(1_000_000_000).dividingFullWidth(elapsed).quotient
        let allowed = start.row.addingReportingOverflow(passed)
        var last = allowed.overflow ? UInt64.max : allowed.partialValue
        if last < .max { last += 1 }
        if let rowCount { last = min(last, rowCount) }
        return last > at.nextRow ? Int(clamping: last - at.nextRow) : 0
    }

    private func make(_ count: Int) -> Batch {
        let wall = clock.wallMilliseconds()
        let made = columns.map { $0.make(at.nextRow, count: count, seed: at.seed, wallMilliseconds: wall) }
        at.nextRow += UInt64(count)
        figures.rowsRead += UInt64(count)
        figures.lastRowAtMilliseconds = wall
        return Batch(columns: made, rowCount: count)
    }

    private var isDone: Bool { rowCount.map { at.nextRow >= $0 } ?? false }
    var openSplits: [SplitStatus] { isDone ? [] : [SplitStatus(id: 0, isIdle: false)] }
    func position() throws -> [UInt8] { at.bytes }
    var progress: SourceProgress {
        var result = figures
        result.splits = isDone ? 0 : 1
        return result
    }
}

/// The readers that have nothing to do.
final class NoRowsReader: SourceReader {
    func poll(waitMilliseconds: Int) throws -> SourcePoll { .finished }
    var openSplits: [SplitStatus] { [] }
    func position() throws -> [UInt8] { [] }
    var progress: SourceProgress { SourceProgress() }
}
