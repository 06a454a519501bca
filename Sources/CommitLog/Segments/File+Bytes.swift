import Diagnostics

extension File {
    /// Exactly `count` bytes at `offset`; nil when the file ends before.
    func bytes(_ count: Int, at offset: Int) throws(FileSystemError) -> [UInt8]? {
        guard count >= 0, Int64(count) <= (try status().sizeBytes) - Int64(offset) else { return nil }
        var failure: FileSystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            do throws(FileSystemError) {
                done = try readFully(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes.count == count ? bytes : nil
    }

    /// Fills the buffer as far as the file goes.
    func readFully(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileSystemError) -> Int {
        var done = 0
        while done < buffer.count {
            let read = try read(
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]), at: Int64(offset + done))
            guard read > 0 else { break }
            done += read
        }
        return done
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(FileSystemError) {
        let result = bytes.withUnsafeBytes { buffer -> Result<Void, FileSystemError> in
            do throws(FileSystemError) {
                return .success(try write(buffer, at: Int64(offset)))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
