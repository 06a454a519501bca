import Glibc

/// The few file operations a generator needs, with errors that name the path.
enum FileCalls {
    static func failure(_ action: String, _ path: String) -> WorkloadError {
        WorkloadError(.file, "cannot \(action) \(path): \(String(cString: strerror(errno)))")
    }

    /// Makes a directory and those above it.
    static func makeDirectories(_ path: String) throws(WorkloadError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made == "/" ? String(part) : "/" + part
            if mkdir(made, 0o755) != 0 && errno != EEXIST { throw failure("create directory", made) }
        }
    }

    /// The names in a directory, sorted.
    static func names(in directory: String) throws(WorkloadError) -> [String] {
        guard let stream = opendir(directory) else { throw failure("list", directory) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix(while: { $0 != 0 }), as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Opens an empty file for appending.
    static func create(_ path: String) throws(WorkloadError) -> CInt {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("create", path) }
        return descriptor
    }

    /// Writes all bytes, however many calls it takes.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt, path: String) throws(WorkloadError) {
        guard let base = bytes.baseAddress else { return }
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, base + written, bytes.count - written)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("write", path)
            }
            written += count
        }
    }

    /// Writes an array of bytes.
    static func writeAll(_ bytes: [UInt8], to descriptor: CInt, path: String) throws(WorkloadError) {
        let result = bytes.withUnsafeBytes { buffer -> WorkloadError? in
            do throws(WorkloadError) {
                try write(buffer, to: descriptor, path: path)
                return nil
            } catch {
                return error
            }
        }
        if let result { throw result }
    }

    /// Puts a text in place of a file in one step, so that a reader sees the old or the new one.
    static func replace(_ path: String, with text: String) throws(WorkloadError) {
        let draft = path + ".new"
        let descriptor = try create(draft)
        var failed: WorkloadError?
        do throws(WorkloadError) {
            try writeAll(Array(text.utf8), to: descriptor, path: draft)
        } catch {
            failed = error
        }
        close(descriptor)
        if let failed { throw failed }
        if rename(draft, path) != 0 { throw failure("replace", path) }
    }
}
