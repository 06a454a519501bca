import Diagnostics
import Synchronization

/// The machine's disk, but one name cannot be opened or listed.
final class RefusingFileSystem: FileSystem {
    let refused = Mutex<String?>(nil)
    private let files = SystemFileSystem()

    func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File {
        if let name = refused.withLock({ $0 }), path.hasSuffix("/" + name) {
            throw FileSystemError(call: "open", path: path, code: 13, reason: "Permission denied")
        }
        return try files.open(path, mode)
    }

    func status(_ path: String) throws(FileSystemError) -> FileStatus? { try files.status(path) }
    func list(_ directory: String) throws(FileSystemError) -> [String] {
        if let name = refused.withLock({ $0 }), directory.hasSuffix("/" + name) {
            throw FileSystemError(call: "opendir", path: directory, code: 13, reason: "Permission denied")
        }
        return try files.list(directory)
    }
    func createDirectory(_ path: String) throws(FileSystemError) { try files.createDirectory(path) }
    func rename(_ from: String, to: String) throws(FileSystemError) { try files.rename(from, to: to) }
    func remove(_ path: String) throws(FileSystemError) { try files.remove(path) }
    func syncDirectory(_ path: String) throws(FileSystemError) { try files.syncDirectory(path) }
    func syncDisk(holding path: String) throws(FileSystemError) { try files.syncDisk(holding: path) }
    func lock(_ path: String) throws(FileSystemError) -> (any File)? { try files.lock(path) }
}
