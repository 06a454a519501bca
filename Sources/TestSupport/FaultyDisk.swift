import Diagnostics
import Glibc

/// The files of a ``FaultyFileSystem``, as they are and as a crash would leave them.
struct FaultyDisk: Sendable {
    static let root: UInt64 = 1
    private static let traceLength = 64
    private static let readingCalls: Set<String> = ["open for reading", "stat", "fstat", "opendir", "read"]

    var nodes: [UInt64: FaultyNode] = [root: FaultyNode(isDirectory: true)]
    var nextNode: UInt64 = 2
    /// Grows with each crash; files opened before are dead.
    var generation = 0
    var locked: Set<UInt64> = []
    var operations = 0
    var isOff = false
    var failures: [Int: Int32] = [:]
    var failsFrom: (number: Int, code: Int32)?
    var powerOffAt: Int?
    var honoursFileSyncs = true
    var honoursDirectorySyncs = true
    var capacity: Int?
    /// The operations that could change the disk, by number.
    private(set) var changing: [Int] = []
    private var recent: [(number: Int, call: String, path: String)] = []
    /// Moves with each change; files carry it as their time.
    private var tick: Int64 = 1_767_225_600_000_000_000

    // MARK: faults

    /// Counts an operation, and fails it when that is planned.
    mutating func begin(_ call: String, _ path: String, generation: Int? = nil) throws(FileSystemError) {
        if let code = fault(call, path, generation: generation) { throw error(call, path, code) }
    }

    /// As ``begin(_:_:generation:)``; a failed write leaves the first half of its bytes.
    mutating func beginWrite(
        _ path: String, generation: Int, node: UInt64, bytes: [UInt8], at offset: Int
    ) throws(FileSystemError) {
        guard let code = fault("write", path, generation: generation) else { return }
        if generation == self.generation {
            let part = Array(bytes.prefix(bytes.count / 2))
            try? write(part, at: offset, node: node, path: path)
        }
        throw error("write", path, code)
    }

    /// As ``begin(_:_:generation:)``; after a failed sync the unsynced changes count as clean, but are not durable.
    mutating func beginSync(
        _ call: String, _ path: String, node: UInt64, generation: Int? = nil
    ) throws(FileSystemError) {
        let code = fault(call, path, generation: generation)
        guard let code else { return }
        if !isOff { nodes[node]?.abandonPending() }
        throw error(call, path, code)
    }

    /// As ``beginSync(_:_:node:generation:)``, for all files and directories at once.
    mutating func beginWholeSync(_ path: String) throws(FileSystemError) {
        guard let code = fault("fsync", path, generation: nil) else { return }
        if !isOff { for node in nodes.keys { nodes[node]?.abandonPending() } }
        throw error("syncfs", path, code)
    }

    private mutating func fault(_ call: String, _ path: String, generation: Int?) -> Int32? {
        operations += 1
        if !Self.readingCalls.contains(call) { changing.append(operations) }
        recent.append((operations, call, path))
        if recent.count > 2 * Self.traceLength { recent.removeFirst(Self.traceLength) }
        if operations == powerOffAt { isOff = true }
        if isOff || (generation ?? self.generation) != self.generation { return EIO }
        if let failsFrom, operations >= failsFrom.number { return failsFrom.code }
        return failures[operations]
    }

    func error(_ call: String, _ path: String, _ code: Int32) -> FileSystemError {
        FileSystemError(call: call, path: path, code: code, reason: String(cString: strerror(code)))
    }

    /// The last operations in words, newest last.
    var trace: [String] { recent.map { "\($0.number) \($0.call) \($0.path)" } }

    // MARK: names

    private func parts(_ path: String) -> [String] {
        path.split(separator: "/").map(String.init).filter { $0 != "." }
    }

    func lookUp(_ path: String) -> UInt64? {
        var node = Self.root
        for part in parts(path) {
            guard let next = nodes[node]?.entries[part] else { return nil }
            node = next
        }
        return node
    }

    private func parent(of path: String, call: String) throws(FileSystemError) -> (directory: UInt64, name: String) {
        var names = parts(path)
        guard let name = names.popLast(), let directory = lookUp(names.joined(separator: "/")) else {
            throw error(call, path, ENOENT)
        }
        guard nodes[directory]?.isDirectory == true else { throw error(call, path, ENOTDIR) }
        return (directory, name)
    }

    mutating func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> UInt64 {
        if let node = lookUp(path) {
            guard nodes[node]?.isDirectory == false || mode == .read else { throw error("open", path, EISDIR) }
            if mode == .create { try truncate(to: 0, node: node, path: path) }
            return node
        }
        guard mode != .read else { throw error("open", path, ENOENT) }
        return try add(path, isDirectory: false, call: "open")
    }

    private mutating func add(_ path: String, isDirectory: Bool, call: String) throws(FileSystemError) -> UInt64 {
        let (directory, name) = try parent(of: path, call: call)
        let node = nextNode
        nextNode += 1
        nodes[node] = FaultyNode(isDirectory: isDirectory)
        touch(node)
        nodes[directory]?.change(.link(name, node))
        return node
    }

    func list(_ directory: String) throws(FileSystemError) -> [String] {
        guard let node = lookUp(directory) else { throw error("opendir", directory, ENOENT) }
        guard let found = nodes[node], found.isDirectory else { throw error("opendir", directory, ENOTDIR) }
        return found.entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    mutating func createDirectory(_ path: String) throws(FileSystemError) {
        var built = ""
        for part in parts(path) {
            built += "/" + part
            if let node = lookUp(built) {
                guard nodes[node]?.isDirectory == true else { throw error("mkdir", built, EEXIST) }
            } else {
                _ = try add(built, isDirectory: true, call: "mkdir")
            }
        }
    }

    mutating func rename(_ from: String, to: String) throws(FileSystemError) {
        guard let node = lookUp(from) else { throw error("rename", from, ENOENT) }
        let (oldDirectory, oldName) = try parent(of: from, call: "rename")
        let (newDirectory, newName) = try parent(of: to, call: "rename")
        if let target = lookUp(to), let existing = nodes[target] {
            guard target != node else { return }
            guard existing.isDirectory == nodes[node]?.isDirectory else {
                throw error("rename", to, existing.isDirectory ? EISDIR : ENOTDIR)
            }
            guard existing.entries.isEmpty else { throw error("rename", to, ENOTEMPTY) }
        }
        if oldDirectory == newDirectory {
            nodes[oldDirectory]?.change(.rename(oldName, newName, node))
        } else {
            nodes[newDirectory]?.change(.link(newName, node))
            nodes[oldDirectory]?.change(.unlink(oldName))
        }
    }

    mutating func remove(_ path: String) throws(FileSystemError) {
        guard let node = lookUp(path) else { return }
        guard node != Self.root else { throw error("remove", path, EBUSY) }
        guard nodes[node]?.entries.isEmpty ?? true else { throw error("remove", path, ENOTEMPTY) }
        let (directory, name) = try parent(of: path, call: "remove")
        nodes[directory]?.change(.unlink(name))
    }

    // MARK: content

    func content(of node: UInt64) -> [UInt8] { nodes[node]?.content ?? [] }

    mutating func write(_ bytes: [UInt8], at offset: Int, node: UInt64, path: String) throws(FileSystemError) {
        guard offset >= 0, nodes[node]?.isDirectory == false else { throw error("write", path, EINVAL) }
        var bytes = bytes
        var isFull = false
        if let capacity {
            let size = nodes[node]?.content.count ?? 0
            let fitting = size - offset + max(0, capacity - usedBytes)
            isFull = bytes.count > max(0, fitting)
            if isFull { bytes = Array(bytes.prefix(max(0, fitting))) }
        }
        if !bytes.isEmpty {
            nodes[node]?.change(.write(offset, bytes))
            touch(node)
        }
        if isFull { throw error("write", path, ENOSPC) }
    }

    mutating func truncate(to size: Int, node: UInt64, path: String) throws(FileSystemError) {
        guard size >= 0, nodes[node]?.isDirectory == false else { throw error("truncate", path, EINVAL) }
        nodes[node]?.change(.truncate(size))
        touch(node)
    }

    func status(of node: UInt64) -> FileStatus {
        let found = nodes[node]
        return FileStatus(
            device: 1, inode: node, sizeBytes: Int64(found?.content.count ?? 0),
            modifiedNanoseconds: found?.modified ?? 0, kind: found?.isDirectory == true ? .directory : .regular)
    }

    var usedBytes: Int {
        var reached: Set<UInt64> = []
        var open = [Self.root]
        var total = 0
        while let node = open.popLast() {
            guard reached.insert(node).inserted, let found = nodes[node] else { continue }
            total += found.content.count
            open += found.entries.values
        }
        return total
    }

    mutating func flip(_ bit: Int, of node: UInt64) -> Bool {
        nodes[node]?.flip(bit) ?? false
    }

    // MARK: durability

    mutating func syncContent(of node: UInt64) {
        if honoursFileSyncs { nodes[node]?.settleContent() }
    }

    mutating func syncEntries(of node: UInt64) {
        if honoursDirectorySyncs { nodes[node]?.settleEntries() }
    }

    mutating func syncEverything() {
        for node in nodes.keys {
            syncContent(of: node)
            syncEntries(of: node)
        }
    }

    mutating func settle() {
        for node in nodes.keys {
            nodes[node]?.settleContent()
            nodes[node]?.settleEntries()
        }
    }

    mutating func crash(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for node in nodes.keys.sorted() { nodes[node]?.crash(&random) }
        removeUnreachable()
        restart()
    }

    /// Forgets what was open.
    mutating func restart() {
        isOff = false
        generation += 1
        locked = []
    }

    private mutating func removeUnreachable() {
        var reached: Set<UInt64> = []
        var open = [Self.root]
        while let node = open.popLast() {
            guard reached.insert(node).inserted, let found = nodes[node] else { continue }
            open += found.entries.values
            open += found.durableEntries.values
        }
        nodes = nodes.filter { reached.contains($0.key) }
    }

    private mutating func touch(_ node: UInt64) {
        tick += 1_000_000
        nodes[node]?.modified = tick
    }
}
