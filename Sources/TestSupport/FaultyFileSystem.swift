package import Diagnostics
import Glibc
import Synchronization

/// A disk in memory that can lose power, fail a chosen call, fill up, and change bits.
///
/// Written bytes are on the disk once their file is synced; created, renamed and removed names once their directory
/// is. Until then a crash may keep any part of them, in any order. Every call of ``FileSystem`` and ``File`` counts
/// as one operation, so a test can run a script once, learn how many there are, and fail or stop at each.
package final class FaultyFileSystem: FileSystem {
    let disk: Mutex<FaultyDisk>

    package init() { disk = Mutex(FaultyDisk()) }

    package func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File {
        let (node, generation) = try disk.withLock { (disk) throws(FileSystemError) in
            try disk.begin(mode == .read ? "open for reading" : "open", path)
            return (try disk.open(path, mode), disk.generation)
        }
        return FaultyFile(self, node: node, path: path, generation: generation)
    }

    package func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        try disk.withLock { (disk) throws(FileSystemError) in
            try disk.begin("stat", path)
            return disk.lookUp(path).map { disk.status(of: $0) }
        }
    }

    package func list(_ directory: String) throws(FileSystemError) -> [String] {
        try disk.withLock { (disk) throws(FileSystemError) in
            try disk.begin("opendir", directory)
            return try disk.list(directory)
        }
    }

    package func createDirectory(_ path: String) throws(FileSystemError) {
        try disk.withLock { (disk) throws(FileSystemError) in
            try disk.begin("mkdir", path)
            try disk.createDirectory(path)
        }
    }

    package func rename(_ from: String, to: String) throws(FileSystemError) {
        try disk.withLock { (disk) throws(FileSystemError) in
            try disk.begin("rename", from)
            try disk.rename(from, to: to)
        }
    }

    package func remove(_ path: String) throws(FileSystemError) {
        try disk.withLock { (disk) throws(FileSystemError) in
            try disk.begin("remove", path)
            try disk.remove(path)
        }
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        try disk.withLock { (disk) throws(FileSystemError) in
            guard let node = disk.lookUp(path) else { throw disk.error("open", path, ENOENT) }
            try disk.beginSync("fsync", path, node: node)
            disk.syncEntries(of: node)
        }
    }

    package func syncDisk(holding path: String) throws(FileSystemError) {
        try disk.withLock { (disk) throws(FileSystemError) in
            guard disk.lookUp(path) != nil else { throw disk.error("open", path, ENOENT) }
            try disk.beginWholeSync(path)
            disk.syncEverything()
        }
    }

    package func lock(_ path: String) throws(FileSystemError) -> (any File)? {
        let taken = try disk.withLock { (disk) throws(FileSystemError) -> (UInt64, Int)? in
            try disk.begin("lock", path)
            let node = try disk.open(path, .readWrite)
            guard disk.locked.insert(node).inserted else { return nil }
            return (node, disk.generation)
        }
        guard let (node, generation) = taken else { return nil }
        return FaultyFile(self, node: node, path: path, generation: generation, holdsLock: true)
    }
}

/// An open file of a ``FaultyFileSystem``; useless after a crash.
final class FaultyFile: File {
    let path: String
    private let system: FaultyFileSystem
    private let node: UInt64
    private let generation: Int
    private let holdsLock: Bool

    init(_ system: FaultyFileSystem, node: UInt64, path: String, generation: Int, holdsLock: Bool = false) {
        self.system = system
        self.node = node
        self.path = path
        self.generation = generation
        self.holdsLock = holdsLock
    }

    deinit {
        guard holdsLock else { return }
        system.disk.withLock { if $0.generation == generation { $0.locked.remove(node) } }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int {
        let (bytes, start) = try system.disk.withLock { (disk) throws(FileSystemError) -> ([UInt8], Int) in
            try disk.begin("read", path, generation: generation)
            return (disk.content(of: node), Int(offset))
        }
        guard start >= 0, start < bytes.count else { return 0 }
        let count = min(buffer.count, bytes.count - start)
        bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<(start + count)])) }
        return count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileSystemError) {
        let copy = Array(bytes)
        try system.disk.withLock { (disk) throws(FileSystemError) in
            try disk.beginWrite(path, generation: generation, node: node, bytes: copy, at: Int(offset))
            try disk.write(copy, at: Int(offset), node: node, path: path)
        }
    }

    func truncate(toBytes size: Int64) throws(FileSystemError) {
        try system.disk.withLock { (disk) throws(FileSystemError) in
            try disk.begin("truncate", path, generation: generation)
            try disk.truncate(to: Int(size), node: node, path: path)
        }
    }

    func sync() throws(FileSystemError) {
        try system.disk.withLock { (disk) throws(FileSystemError) in
            try disk.beginSync("fdatasync", path, node: node, generation: generation)
            disk.syncContent(of: node)
        }
    }

    func status() throws(FileSystemError) -> FileStatus {
        try system.disk.withLock { (disk) throws(FileSystemError) in
            try disk.begin("fstat", path, generation: generation)
            return disk.status(of: node)
        }
    }
}
