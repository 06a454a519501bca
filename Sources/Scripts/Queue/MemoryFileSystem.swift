import Diagnostics
import Glibc
import Synchronization

/// A disk in memory, for what ends with its script anyway.
final class MemoryFileSystem: FileSystem {
    /// What a path names; a file's bytes outlive its name while it is open.
    final class Node: Sendable {
        let bytes = Mutex<[UInt8]>([])
        let number: UInt64

        init(number: UInt64) { self.number = number }
    }

    private struct State {
        var files: [String: Node] = [:]
        var directories: Set<String> = []
        var lastNumber: UInt64 = 0
    }

    private let state = Mutex(State())

    func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File {
        let node = state.withLock { state -> Node? in
            if let known = state.files[path] { return known }
            guard mode != .read else { return nil }
            state.lastNumber += 1
            let node = Node(number: state.lastNumber)
            state.files[path] = node
            return node
        }
        guard let node else { throw Self.missing("open", path) }
        if mode == .create { node.bytes.withLock { $0 = [] } }
        return MemoryFile(path: path, node: node)
    }

    private static func missing(_ call: String, _ path: String) -> FileSystemError {
        FileSystemError(call: call, path: path, code: ENOENT, reason: "No such file or directory")
    }

    func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        let (node, isDirectory) = state.withLock { ($0.files[path], $0.directories.contains(path)) }
        if let node { return MemoryFile.status(of: node) }
        guard isDirectory else { return nil }
        return FileStatus(device: 0, inode: 0, sizeBytes: 0, modifiedNanoseconds: 0, kind: .directory)
    }

    func list(_ directory: String) throws(FileSystemError) -> [String] {
        let prefix = directory + "/"
        return state.withLock { state in
            let below = (state.files.keys.map { $0 } + state.directories).filter { $0.hasPrefix(prefix) }
            return below.map { String($0.dropFirst(prefix.count)) }.filter { !$0.contains("/") }.sorted()
        }
    }

    func createDirectory(_ path: String) throws(FileSystemError) {
        state.withLock { state in
            var path = path[...]
            while !path.isEmpty, state.directories.insert(String(path)).inserted {
                path = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
            }
        }
    }

    func rename(_ from: String, to: String) throws(FileSystemError) {
        let isThere = state.withLock { state -> Bool in
            guard let node = state.files.removeValue(forKey: from) else { return false }
            state.files[to] = node
            return true
        }
        if !isThere { throw Self.missing("rename", from) }
    }

    func remove(_ path: String) throws(FileSystemError) {
        state.withLock { state in
            state.files[path] = nil
            state.directories.remove(path)
        }
    }

    func syncDirectory(_ path: String) throws(FileSystemError) {}
    func syncDisk(holding path: String) throws(FileSystemError) {}
    func lock(_ path: String) throws(FileSystemError) -> (any File)? { try open(path, .readWrite) }
}

/// An open file of a ``MemoryFileSystem``.
private final class MemoryFile: File {
    let path: String
    private let node: MemoryFileSystem.Node

    /// A file does not grow past this; the disk is full there.
    private static let bytesMax = 2 << 30

    init(path: String, node: MemoryFileSystem.Node) {
        self.path = path
        self.node = node
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int {
        node.bytes.withLock { bytes in
            guard let from = Int(exactly: offset), from >= 0, from < bytes.count else { return 0 }
            let count = min(buffer.count, bytes.count - from)
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[from..<(from + count)]))
            }
            return count
        }
    }

    func write(_ source: UnsafeRawBufferPointer, at offset: Int64) throws(FileSystemError) {
        guard let from = Int(exactly: offset), from >= 0, from <= Self.bytesMax - source.count else {
            throw FileSystemError(call: "write", path: path, code: ENOSPC, reason: "No space left on device")
        }
        node.bytes.withLock { bytes in
            if bytes.count < from + source.count {
                bytes.append(contentsOf: repeatElement(0, count: from + source.count - bytes.count))
            }
            bytes.withUnsafeMutableBytes {
                UnsafeMutableRawBufferPointer(rebasing: $0[from..<(from + source.count)]).copyMemory(from: source)
            }
        }
    }

    func truncate(toBytes size: Int64) throws(FileSystemError) {
        let size = Int(clamping: max(0, min(size, Int64(Self.bytesMax))))
        node.bytes.withLock { bytes in
            if bytes.count > size { bytes.removeLast(bytes.count - size) }
            if bytes.count < size { bytes.append(contentsOf: repeatElement(0, count: size - bytes.count)) }
        }
    }

    func sync() throws(FileSystemError) {}
    func status() throws(FileSystemError) -> FileStatus { Self.status(of: node) }

    static func status(of node: MemoryFileSystem.Node) -> FileStatus {
        FileStatus(
            device: 0, inode: node.number, sizeBytes: Int64(node.bytes.withLock { $0.count }), modifiedNanoseconds: 0,
            kind: .regular)
    }
}
