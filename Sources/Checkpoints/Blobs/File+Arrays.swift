import Diagnostics

extension File {
    /// Writes a whole array.
    func write(_ bytes: [UInt8], at offset: Int64) throws(FileSystemError) {
        let outcome = bytes.withUnsafeBytes { raw in
            Result { () throws(FileSystemError) in try write(raw, at: offset) }
        }
        try outcome.get()
    }

    /// Reads exactly `count` bytes from `offset`; nil when the file ends before.
    func read(count: Int, at offset: Int64) throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = try bytes.withUnsafeMutableBytes { raw in
                try read(into: UnsafeMutableRawBufferPointer(rebasing: raw[done...]), at: offset + Int64(done))
            }
            guard got > 0 else { return nil }
            done += got
        }
        return bytes
    }
}
