import Diagnostics
import Glibc
import Synchronization

/// A disk to look at: what is written stays in memory and is gone with the value, the disk behind it is only read. So files
/// that are brought in order when they are opened can be looked at while they are another process's.
///
/// Memory grows with the bytes that are written, in pages of 64 KiB.
final class OverlayFileSystem: FileSystem {
    private struct State {
        /// What was opened for writing or renamed, by its path; nil for what was removed.
        var changed: [String: OverlayNode?] = [:]
        var directories: Set<String> = []
    }

    private let base: any FileSystem
    private let state = Mutex(State())

    init(_ base: any FileSystem) { self.base = base }

    func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File {
        if let known = state.withLock({ $0.changed[path] }) {
            if let node = known {
                if mode == .create { node.empty() }
                return OverlayFile(path, node)
            }
            if mode == .read { throw Self.missing("open", path) }
            return OverlayFile(path, note(OverlayNode(over: nil, bytes: 0), at: path))
        }
        if mode == .read { return try base.open(path, .read) }
        return OverlayFile(path, note(try below(path, isEmptied: mode == .create), at: path))
    }

    /// What the disk has at a path, to be written over.
    private func below(_ path: String, isEmptied: Bool) throws(FileSystemError) -> OverlayNode {
        guard !isEmptied, let status = try base.status(path) else { return OverlayNode(over: nil, bytes: 0) }
        return OverlayNode(over: try base.open(path, .read), bytes: status.sizeBytes)
    }

    private func note(_ node: OverlayNode, at path: String) -> OverlayNode {
        state.withLock { state in
            state.changed[path] = .some(node)
            return node
        }
    }

    private static func missing(_ call: String, _ path: String) -> FileSystemError {
        FileSystemError(call: call, path: path, code: ENOENT, reason: "No such file or directory")
    }

    func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        let (known, isDirectory) = state.withLock { ($0.changed[path], $0.directories.contains(path)) }
        if let known { return known?.status }
        if let status = try base.status(path) { return status }
        guard isDirectory else { return nil }
        return FileStatus(device: 0, inode: 0, sizeBytes: 0, modifiedNanoseconds: 0, kind: .directory)
    }

    func list(_ directory: String) throws(FileSystemError) -> [String] {
        let prefix = directory + "/"
        let (changed, made) = state.withLock { ($0.changed, $0.directories) }
        var names: Set<String> = []
        do throws(FileSystemError) {
            names = Set(try base.list(directory))
        } catch {
            guard made.contains(directory) else { throw error }
        }
        for path in made where path.hasPrefix(prefix) { names.insert(String(path.dropFirst(prefix.count))) }
        for (path, node) in changed where path.hasPrefix(prefix) {
            let name = String(path.dropFirst(prefix.count))
            if node == nil { names.remove(name) } else { names.insert(name) }
        }
        return names.filter { !$0.contains("/") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
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
        var known = state.withLock { $0.changed[from] }
        if known == nil {
            guard try base.status(from) != nil else { throw Self.missing("rename", from) }
            known = .some(try below(from, isEmptied: false))
        }
        guard let found = known, let node = found else { throw Self.missing("rename", from) }
        state.withLock { state in
            state.changed[to] = .some(node)
            state.changed[from] = .some(nil)
        }
    }

    func remove(_ path: String) throws(FileSystemError) {
        state.withLock { state in
            state.changed[path] = .some(nil)
            state.directories.remove(path)
        }
    }

    func syncDirectory(_ path: String) throws(FileSystemError) {}
    func syncDisk(holding path: String) throws(FileSystemError) {}
    func lock(_ path: String) throws(FileSystemError) -> (any File)? { try open(path, .readWrite) }
}

/// A file's bytes: those of the disk, with pages in memory over them.
private final class OverlayNode: Sendable {
    private struct Content {
        var below: (any File)?
        var pages: [Int64: [UInt8]] = [:]
        var size: Int64
        /// Bytes of ``below`` that still count.
        var sizeBelow: Int64
    }

    static let pageBytes: Int64 = 1 << 16

    private let content: Mutex<Content>

    init(over below: (any File)?, bytes: Int64) {
        content = Mutex(Content(below: below, size: bytes, sizeBelow: bytes))
    }

    var status: FileStatus {
        FileStatus(
            device: 0, inode: UInt64(UInt(bitPattern: ObjectIdentifier(self).hashValue)),
            sizeBytes: content.withLock { $0.size }, modifiedNanoseconds: 0, kind: .regular)
    }

    func empty() { content.withLock { $0 = Content(below: nil, size: 0, sizeBelow: 0) } }

    func truncate(toBytes size: Int64) throws(FileSystemError) {
        let result = content.withLock { content in
            Result { () throws(FileSystemError) in
                let size = max(0, size)
                if size < content.size {
                    let last = size / Self.pageBytes
                    content.pages = content.pages.filter { $0.key <= last }
                    content.sizeBelow = min(content.sizeBelow, size)
                    if var page = content.pages[last] {
                        for place in Int(size - last * Self.pageBytes)..<page.count { page[place] = 0 }
                        content.pages[last] = page
                    }
                }
                content.size = size
            }
        }
        try result.get()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int {
        let result = content.withLock { content in
            Result { () throws(FileSystemError) in
                guard offset >= 0, offset < content.size else { return 0 }
                let count = Int(min(Int64(buffer.count), content.size - offset))
                var done = 0
                while done < count {
                    let place = offset + Int64(done)
                    let (number, inside) = place.quotientAndRemainder(dividingBy: Self.pageBytes)
                    let part = min(count - done, Int(Self.pageBytes - inside))
                    let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<(done + part)])
                    if let page = content.pages[number] {
                        page.withUnsafeBytes {
                            target.copyMemory(
                                from: UnsafeRawBufferPointer(rebasing: $0[Int(inside)..<(Int(inside) + part)]))
                        }
                    } else {
                        try Self.fill(target, from: content, at: place)
                    }
                    done += part
                }
                return count
            }
        }
        return try result.get()
    }

    /// The bytes of the disk, and zeros behind them.
    private static func fill(
        _ target: UnsafeMutableRawBufferPointer, from content: Content, at offset: Int64
    ) throws(FileSystemError) {
        var filled = 0
        let wanted = Int(max(0, min(Int64(target.count), content.sizeBelow - offset)))
        while filled < wanted, let below = content.below {
            let part = UnsafeMutableRawBufferPointer(rebasing: target[filled..<wanted])
            let count = try below.read(into: part, at: offset + Int64(filled))
            if count == 0 { break }
            filled += count
        }
        UnsafeMutableRawBufferPointer(rebasing: target[filled...]).initializeMemory(as: UInt8.self, repeating: 0)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileSystemError) {
        let result = content.withLock { content in
            Result { () throws(FileSystemError) in
                var done = 0
                while done < bytes.count {
                    let place = offset + Int64(done)
                    let (number, inside) = place.quotientAndRemainder(dividingBy: Self.pageBytes)
                    let part = min(bytes.count - done, Int(Self.pageBytes - inside))
                    var page = content.pages.removeValue(forKey: number) ?? []
                    if page.isEmpty {
                        page = [UInt8](repeating: 0, count: Int(Self.pageBytes))
                        let filled = page.withUnsafeMutableBytes { target in
                            Result { () throws(FileSystemError) in
                                try Self.fill(target, from: content, at: number * Self.pageBytes)
                            }
                        }
                        try filled.get()
                    }
                    page.withUnsafeMutableBytes {
                        UnsafeMutableRawBufferPointer(rebasing: $0[Int(inside)..<(Int(inside) + part)])
                            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[done..<(done + part)]))
                    }
                    content.pages[number] = page
                    done += part
                }
                content.size = max(content.size, offset + Int64(bytes.count))
            }
        }
        try result.get()
    }
}

/// An open file of an ``OverlayFileSystem`` that may be written.
private final class OverlayFile: File {
    let path: String
    private let node: OverlayNode

    init(_ path: String, _ node: OverlayNode) {
        self.path = path
        self.node = node
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int {
        try node.read(into: buffer, at: offset)
    }
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileSystemError) {
        try node.write(bytes, at: offset)
    }
    func truncate(toBytes size: Int64) throws(FileSystemError) { try node.truncate(toBytes: size) }
    func sync() throws(FileSystemError) {}
    func status() throws(FileSystemError) -> FileStatus { node.status }
}
