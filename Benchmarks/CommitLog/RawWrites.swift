import Diagnostics
import Glibc

/// Write, sync, again: what the disk gives to one file, over blocks that are there and into new ones.
struct RawWrites {
    var bytes: Int
    var overOld: Int
    var intoNew: Int

    init(directory: String, bytes: Int, seconds: Double) throws {
        self.bytes = bytes
        let files = SystemFileSystem()
        let path = "\(directory)/raw"
        let file = try files.open(path, .create)
        let size = max(64 << 20, 4 * bytes)
        var random = SplitMix64(seed: 1)
        let content = (0..<(bytes / 8 + 1)).map { _ in random.next() }
        func write(_ file: any File, wrapping: Bool) throws -> Int {
            let clock = SystemClock()
            let start = clock.monotonicNanoseconds()
            var written = 0
            var offset = 0
            while clock.monotonicNanoseconds() - start < UInt64(seconds * 1e9) {
                try content.withUnsafeBytes {
                    try file.write(UnsafeRawBufferPointer(rebasing: $0[..<bytes]), at: Int64(offset))
                }
                try file.sync()
                written += bytes
                offset += bytes
                if wrapping && offset + bytes > size { offset = 0 }
            }
            return Int(Double(written) / 1e6 / (Double(clock.monotonicNanoseconds() - start) / 1e9))
        }
        var place = 0
        while place < size {
            try content.withUnsafeBytes {
                try file.write(UnsafeRawBufferPointer(rebasing: $0[..<bytes]), at: Int64(place))
            }
            place += bytes
        }
        try file.sync()
        overOld = try write(file, wrapping: true)
        intoNew = try write(try files.open("\(path)-new", .create), wrapping: false)
    }
}
