import ConnectorContract
import Diagnostics
import Synchronization

/// The ranges of a scan, taken by whichever reader is free. Shared by the readers of one source.
///
/// Where rows have event time a free reader goes on with the file that is farthest behind in it, so that readers stay
/// close together whether files follow one another in time or lie side by side. Rows of one file are taken to be in
/// order, as far as its watermark says: what comes later in a file that has begun holds nothing back.
final class FilePlan: Sendable {
    /// How far a range has been read.
    struct Progress: Equatable, Sendable {
        var range: Int
        /// Lines before this offset are delivered; the range's end or more when it is done.
        var offset: Int64
    }

    let ranges: [FileRange]
    /// The plan as positions store it, made once.
    private let encoded: [UInt8]
    private let state: Mutex<State>
    /// The number of the file of each range, in the order of ranges.
    private let fileOf: [Int]
    /// Progress that restored positions told about. Ranges that no reader takes up before the next epoch are stored
    /// with it; where one did, the greater offset counts.
    private let known: [Progress]
    /// False when all ranges are read one after the other by one reader.
    let isShared: Bool

    private struct State {
        /// Ranges nobody has taken, last first.
        var waiting: [Progress]
        /// Event time of each range that is being read.
        var times: [(range: Int, time: Int64)] = []
        /// The latest event time of what was read of each file to its end.
        var reached: [Int64]
    }

    /// Nothing is known of the time of a file.
    private static let noTime = Int64.min
    private static let mark: UInt32 = 0x4D52_4631
    private static let version: UInt8 = 1

    init(ranges: [FileRange], isShared: Bool, restored: [Progress] = []) {
        self.ranges = ranges
        self.isShared = isShared
        var writer = ByteWriter()
        writer.write(UInt8(isShared ? 1 : 0))
        writer.write(UInt32(truncatingIfNeeded: ranges.count))
        for range in ranges { range.write(to: &writer) }
        encoded = writer.bytes
        var open = ranges.indices.map { Progress(range: $0, offset: ranges[$0].start) }
        for progress in restored where open.indices.contains(progress.range) {
            open[progress.range].offset = max(open[progress.range].offset, progress.offset)
        }
        known = open.filter { $0.offset > ranges[$0.range].start }
        // Last first, since they are taken from the end.
        var files: [Int] = []
        for index in ranges.indices {
            let isSame = index > 0 && ranges[index].path == ranges[index - 1].path
            files.append((files.last ?? -1) + (isSame ? 0 : 1))
        }
        fileOf = files
        state = Mutex(
            State(
                waiting: open.filter { $0.offset < ranges[$0.range].end }.reversed(),
                reached: Array(repeating: Self.noTime, count: (files.last ?? -1) + 1)))
    }

    /// The next range of the file that is farthest behind; in order where no times are told.
    func take() -> Progress? {
        state.withLock { state in
            var best: (place: Int, time: Int64)?
            var lastFile = -1
            for place in state.waiting.indices.reversed() {
                let file = fileOf[state.waiting[place].range]
                guard file != lastFile else { continue }
                lastFile = file
                let time = time(ofFile: file, state)
                if time < best?.time ?? Int64.max { best = (place, time) }
                if time == Self.noTime { break }
            }
            guard let best else { return state.waiting.popLast() }
            let taken = state.waiting.remove(at: best.place)
            state.times.append((taken.range, best.time))
            return taken
        }
    }

    /// How far event time has come in a file: the least of its ranges that are being read.
    private func time(ofFile file: Int, _ state: State) -> Int64 {
        let read = state.times.lazy.filter { self.fileOf[$0.range] == file }.map(\.time)
        return read.min() ?? state.reached[file]
    }

    /// Event time has come so far in a range.
    func reached(_ time: Int64, range: Int) {
        state.withLock { state in
            guard let place = state.times.firstIndex(where: { $0.range == range }) else { return }
            state.times[place].time = max(state.times[place].time, time)
        }
    }

    /// A range has been read to its end.
    func finish(_ range: Int) {
        state.withLock { state in
            guard let place = state.times.firstIndex(where: { $0.range == range }) else { return }
            let time = state.times.remove(at: place).time
            state.reached[fileOf[range]] = max(state.reached[fileOf[range]], time)
        }
    }

    /// The least event time of what others read, and of what nobody reads yet; nil when there is neither.
    func leastTime(besides own: Int?) -> Int64? {
        state.withLock { state in
            var least: Int64?
            for (range, time) in state.times where range != own { least = min(least ?? time, time) }
            var lastFile = own.map { fileOf[$0] } ?? -1
            for place in state.waiting.indices.reversed() where least != Self.noTime {
                let file = fileOf[state.waiting[place].range]
                guard file != lastFile, file != own.map({ fileOf[$0] }) else { continue }
                lastFile = file
                let time = time(ofFile: file, state)
                least = min(least ?? time, time)
            }
            return least
        }
    }

    /// Whether nobody has begun some range.
    var hasUnstarted: Bool { state.withLock { !$0.waiting.isEmpty } }

    var unreadBytes: Int64 {
        state.withLock { state in state.waiting.reduce(Int64(0)) { $0 + ranges[$1.range].end - $1.offset } }
    }

    /// A position: the plan, and how far one reader has come with the ranges it took.
    func position(_ taken: [Progress]) -> [UInt8] {
        var writer = ByteWriter(reserving: encoded.count + taken.count * 12 + 8)
        encoded.withUnsafeBytes { writer.writeRaw($0) }
        let all = known + taken
        writer.write(UInt32(truncatingIfNeeded: all.count))
        for progress in all {
            writer.write(UInt32(truncatingIfNeeded: progress.range))
            writer.write(progress.offset)
        }
        return PositionCoding.seal(mark: Self.mark, version: Self.version, writer)
    }

    /// The plan that positions of all readers of a source describe together.
    static func restore(_ positions: [[UInt8]]) throws -> FilePlan? {
        var plan: (ranges: [FileRange], isShared: Bool)?
        var restored: [Progress] = []
        for bytes in positions {
            try PositionCoding.open(bytes, mark: mark, version: version) { reader in
                let isShared = try reader.read(UInt8.self) == 1
                let count = try reader.read(UInt32.self)
                var ranges: [FileRange] = []
                for _ in 0..<count { ranges.append(try FileRange(from: &reader)) }
                // Readers that had nothing to read have an empty plan, whatever the others read.
                if let known = plan, known.ranges != ranges, !known.ranges.isEmpty, !ranges.isEmpty {
                    throw DamagedBytesError(what: "positions of different scans", offset: reader.offset)
                }
                if plan?.ranges.isEmpty ?? true { plan = (ranges, isShared) }
                for _ in 0..<(try reader.read(UInt32.self)) {
                    restored.append(
                        Progress(range: Int(try reader.read(UInt32.self)), offset: try reader.read(Int64.self)))
                }
            }
        }
        return plan.map { FilePlan(ranges: $0.ranges, isShared: $0.isShared, restored: restored) }
    }
}
