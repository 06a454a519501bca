import CPlatform
import Glibc

/// The file system of the machine.
package struct SystemFileSystem: FileSystem {
    package init() {}

    package func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File {
        let flags: Int32 =
            switch mode {
            case .read: O_RDONLY | O_CLOEXEC
            case .readWrite: O_RDWR | O_CREAT | O_CLOEXEC
            case .create: O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC
            }
        let descriptor = Glibc.open(path, flags, 0o644)
        guard descriptor >= 0 else { throw lastError("open", path) }
        return SystemFile(descriptor: descriptor, path: path)
    }

    package func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        var raw = stat()
        guard stat(path, &raw) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw lastError("stat", path)
        }
        return FileStatus(raw)
    }

    package func list(_ directory: String) throws(FileSystemError) -> [String] {
        guard let stream = opendir(directory) else { throw lastError("opendir", directory) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package func createDirectory(_ path: String) throws(FileSystemError) {
        guard Glibc.mkdir(path, 0o755) != 0 else { return }
        switch errno {
        case EEXIST:
            guard let status = try status(path), status.kind == .directory else {
                throw FileSystemError(call: "mkdir", path: path, code: EEXIST, reason: "a file of that name exists")
            }
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw lastError("mkdir", path) }
            try createDirectory(String(path[..<slash]))
            guard Glibc.mkdir(path, 0o755) == 0 || errno == EEXIST else { throw lastError("mkdir", path) }
        default: throw lastError("mkdir", path)
        }
    }

    package func rename(_ from: String, to: String) throws(FileSystemError) {
        guard Glibc.rename(from, to) == 0 else { throw lastError("rename", from) }
    }

    package func remove(_ path: String) throws(FileSystemError) {
        guard Glibc.remove(path) == 0 || errno == ENOENT else { throw lastError("remove", path) }
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw lastError("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw lastError("fsync", path) }
    }

    package func syncDisk(holding path: String) throws(FileSystemError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw lastError("open", path) }
        defer { close(descriptor) }
        guard millrace_sync_disk(descriptor) == 0 else { throw lastError("syncfs", path) }
    }

    package func lock(_ path: String) throws(FileSystemError) -> (any File)? {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw lastError("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            if code == EWOULDBLOCK { return nil }
            throw FileSystemError(call: "flock", path: path, code: code, reason: String(cString: strerror(code)))
        }
        return SystemFile(descriptor: descriptor, path: path)
    }
}

/// A descriptor of the operating system.
final class SystemFile: File {
    let path: String
    private let opened: Int32
    var descriptor: Int32? { opened }

    init(descriptor: Int32, path: String) {
        opened = descriptor
        self.path = path
    }

    deinit { close(opened) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int {
        while true {
            let count = pread(opened, buffer.baseAddress, buffer.count, Int(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw lastError("read", path) }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileSystemError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(opened, bytes.baseAddress! + done, bytes.count - done, Int(offset) + done)
            if count > 0 {
                done += count
            } else if count == 0 {
                throw FileSystemError(call: "write", path: path, code: ENOSPC, reason: "nothing was written")
            } else if errno != EINTR {
                throw lastError("write", path)
            }
        }
    }

    func truncate(toBytes size: Int64) throws(FileSystemError) {
        guard ftruncate(opened, Int(size)) == 0 else { throw lastError("truncate", path) }
    }

    func sync() throws(FileSystemError) {
        guard fdatasync(opened) == 0 else { throw lastError("fdatasync", path) }
    }

    func status() throws(FileSystemError) -> FileStatus {
        var raw = stat()
        guard fstat(opened, &raw) == 0 else { throw lastError("fstat", path) }
        return FileStatus(raw)
    }
}

extension FileStatus {
    init(_ raw: stat) {
        let kind: Kind =
            switch raw.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            default: .other
            }
        self.init(
            device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino), sizeBytes: Int64(raw.st_size),
            modifiedNanoseconds: Int64(raw.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(raw.st_mtim.tv_nsec), kind: kind)
    }
}

private func lastError(_ call: String, _ path: String) -> FileSystemError {
    let code = errno
    return FileSystemError(call: call, path: path, code: code, reason: String(cString: strerror(code)))
}
