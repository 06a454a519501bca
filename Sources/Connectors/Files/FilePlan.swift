import ConnectorContract
import Diagnostics
import Synchronization

/// The ranges of a scan, taken by whichever reader is free. Shared by the readers of one source.
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
    private let waiting: Mutex<[Progress]>
    /// Progress that restored positions told about. Ranges that no reader takes up before the next epoch are stored
    /// with it; where one did, the greater offset counts.
    private let known: [Progress]
    /// False when all ranges are read one after the other by one reader.
    let isShared: Bool

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
        waiting = Mutex(open.filter { $0.offset < ranges[$0.range].end }.reversed())
    }

    func take() -> Progress? { waiting.withLock { $0.popLast() } }

    /// Ranges nobody has begun.
    var unstarted: [Int] { waiting.withLock { $0.map(\.range) } }

    var unreadBytes: Int64 {
        waiting.withLock { list in list.reduce(Int64(0)) { $0 + ranges[$1.range].end - $1.offset } }
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
