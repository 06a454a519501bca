import Diagnostics

/// A disk that gives a few bytes at a time, so that small files are read in many pieces.
struct ShortReads: FileSystem {
    private let files: any FileSystem
    private static let bytes = 160

    init(_ files: any FileSystem) { self.files = files }

    func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File {
        let file = try files.open(path, mode)
        return mode == .read ? ShortFile(file: file) : file
    }

    func status(_ path: String) throws(FileSystemError) -> FileStatus? { try files.status(path) }
    func list(_ directory: String) throws(FileSystemError) -> [String] { try files.list(directory) }
    func createDirectory(_ path: String) throws(FileSystemError) { try files.createDirectory(path) }
    func rename(_ from: String, to: String) throws(FileSystemError) { try files.rename(from, to: to) }
    func remove(_ path: String) throws(FileSystemError) { try files.remove(path) }
    func syncDirectory(_ path: String) throws(FileSystemError) { try files.syncDirectory(path) }
    func syncDisk(holding path: String) throws(FileSystemError) { try files.syncDisk(holding: path) }
    func lock(_ path: String) throws(FileSystemError) -> (any File)? { try files.lock(path) }

    private final class ShortFile: File {
        private let file: any File
        init(file: any File) { self.file = file }

        var path: String { file.path }

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(ShortReads.bytes))
            return try file.read(into: part, at: offset)
        }

        func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileSystemError) {
            try file.write(bytes, at: offset)
        }

        func truncate(toBytes size: Int64) throws(FileSystemError) { try file.truncate(toBytes: size) }
        func sync() throws(FileSystemError) { try file.sync() }
        func status() throws(FileSystemError) -> FileStatus { try file.status() }
    }
}
