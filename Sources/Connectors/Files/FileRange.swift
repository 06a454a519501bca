import ConnectorContract
import Diagnostics

/// A part of a file that one reader reads: the lines that begin in `start..<end`.
struct FileRange: Equatable, Sendable {
    var path: String
    /// Size of the file when the scan was planned; bytes behind it are not read.
    var size: Int64
    var modifiedNanoseconds: Int64
    var start: Int64
    var end: Int64

    /// Files smaller than this together are read by one reader, in order.
    static let smallInputBytes: Int64 = 8 << 20
    /// No range is smaller, but the first of a file.
    static let minimumBytes: Int64 = 8 << 20
    /// Event time lies apart in what two readers read by about a range, and what lies between waits in windows: so
    /// ranges do not grow with the input, unless there would be very many.
    static let largestBytes: Int64 = 32 << 20
    static let mostRanges: Int64 = 1_024
    /// The first range where there are several files: event time stands still until each of them has begun.
    static let firstBytes: Int64 = 1 << 20

    /// Cuts files into ranges that `parallelism` readers can share evenly; a single one reads several files by turns.
    static func plan(
        _ files: [(path: String, status: FileStatus)], parallelism: Int, isSplittable: Bool
    ) -> [FileRange] {
        let total = files.reduce(Int64(0)) { $0 &+ $1.status.sizeBytes }
        let share = total / Int64(max(1, parallelism) * 8)
        let target = max(minimumBytes, min(share, largestBytes), total / mostRanges)
        let cuts = isSplittable && (parallelism > 1 || files.count > 1)
        var ranges: [FileRange] = []
        for (path, status) in files {
            let size = status.sizeBytes
            let count = cuts ? max(1, size / target) : 1
            let begin = count > 1 && files.count > 1 ? firstBytes : 0
            let step = (size - begin) / count
            let starts = (begin > 0 ? [0] : []) + (0..<count).map { begin + $0 * step }
            for (index, start) in starts.enumerated() {
                ranges.append(
                    FileRange(
                        path: path, size: size, modifiedNanoseconds: status.modifiedNanoseconds, start: start,
                        end: index + 1 < starts.count ? starts[index + 1] : size))
            }
        }
        return ranges
    }

    func write(to writer: inout ByteWriter) {
        writer.write(path)
        for number in [size, modifiedNanoseconds, start, end] { writer.write(number) }
    }

    init(path: String, size: Int64, modifiedNanoseconds: Int64, start: Int64, end: Int64) {
        self.path = path
        self.size = size
        self.modifiedNanoseconds = modifiedNanoseconds
        self.start = start
        self.end = end
    }

    init(from reader: inout ByteReader) throws {
        path = try reader.readString()
        size = try reader.read()
        modifiedNanoseconds = try reader.read()
        start = try reader.read()
        end = try reader.read()
        guard 0 <= start, start <= end, end <= size else {
            throw DamagedBytesError(what: "impossible range", offset: reader.offset)
        }
    }
}
