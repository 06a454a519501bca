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
    /// No range is smaller, but the last of a file.
    static let minimumBytes: Int64 = 8 << 20

    /// Cuts files into ranges that `parallelism` readers can share evenly.
    static func plan(
        _ files: [(path: String, status: FileStatus)], parallelism: Int, isSplittable: Bool
    ) -> [FileRange] {
        let total = files.reduce(Int64(0)) { $0 &+ $1.status.sizeBytes }
        let share = total / Int64(max(1, parallelism) * 8)
        let target = max(minimumBytes, share)
        var ranges: [FileRange] = []
        for (path, status) in files {
            let size = status.sizeBytes
            let count = isSplittable && parallelism > 1 ? max(1, size / target) : 1
            for index in 0..<count {
                ranges.append(
                    FileRange(
                        path: path, size: size, modifiedNanoseconds: status.modifiedNanoseconds,
                        start: size / count * index, end: index + 1 == count ? size : size / count * (index + 1)))
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
