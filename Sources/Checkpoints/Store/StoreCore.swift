import ConnectorContract
import Diagnostics
import Glibc

/// The state of an open directory of epochs. Used by one thread at a time.
struct StoreCore {
    let directory: String
    let files: any FileSystem
    let identity: JobIdentity
    let policy: FoldPolicy
    /// Keeps other processes out for as long as it lives.
    let lock: any File

    /// The newest durable epoch; nil until restored.
    var durable: Manifest?
    /// What the next epoch builds on: the durable one, with the folds finished since.
    var states: [String: StateChain] = [:]
    var blobs: [UInt64: BlobSummary] = [:]
    /// Numbers are never used twice: a file left by a failed attempt must not be mistaken for another.
    let numbers = BlobNumbers()
    var lastAttempted: UInt64 = 0
    /// States that their owner writes anew; known from the first change on that this process stores.
    var keptByOwner: Set<String> = []
    /// Handed over, not durable; goes with the next attempt.
    var pending: [StateChange] = []
    var failedAttempts = 0
    /// Why no epoch will ever be stored again by this process.
    var stopped: MillraceError?

    /// Newest last.
    var retained: [RetainedManifest] = []
    /// Blobs of ours on the disk.
    var present: Set<UInt64> = []
    /// Manifests of attempts that failed after their rename; removed when a newer one is durable.
    var doomed: [String] = []

    /// What those manifests refer to; it stays as long as they may.
    var limbo: Set<UInt64> = []

    var task: FoldTask?
    var failedFolds = 0
    var foldPause = 0
    /// Damaged epochs newer than the durable one, whether this start or an earlier one found them.
    var broken: Set<UInt64> = []
    var warnings: [String] = []
    var warningCount = 0

    /// A durable manifest that is kept, with the blobs it needs.
    struct RetainedManifest {
        var epoch: UInt64
        var blobs: Set<UInt64>
    }

    func path(_ name: CheckpointFileName) -> String { directory + "/" + name.text }

    mutating func warn(_ text: String) {
        warningCount += 1
        if warnings.count < CheckpointLimits.warnings { warnings.append(text) }
    }
}

extension StoreCore {
    /// Creates the directory durably and takes its lock.
    static func open(
        directory: String, files: any FileSystem, identity: JobIdentity, policy: FoldPolicy
    ) throws -> StoreCore {
        try createDurably(directory, files: files)
        guard let lock = try files.lock(directory + "/" + CheckpointFileName.lock) else {
            throw CheckpointErrors.locked(directory)
        }
        return StoreCore(directory: directory, files: files, identity: identity, policy: policy, lock: lock)
    }

    /// A directory that its parent forgets in a crash takes every epoch with it.
    ///
    /// While nothing is stored yet all parents are synced, whoever created them: an earlier start may have been killed
    /// before it came to that. What was created here goes again when that fails, because syncing the same entry once
    /// more would succeed without making it durable.
    private static func createDurably(_ directory: String, files: any FileSystem) throws(FileSystemError) {
        var chain: [String] = []
        var path = Substring(directory)
        while !path.isEmpty, path != "/" {
            chain.append(String(path))
            guard let slash = path.lastIndex(of: "/") else { break }
            path = path[..<slash]
        }
        var missing: [String] = []
        for path in chain where try files.status(path) == nil { missing.append(path) }
        try files.createDirectory(directory)
        guard try !files.list(directory).contains(where: { CheckpointFileName($0) != nil }) else { return }
        do {
            for path in chain.reversed() { try syncParent(of: path, files: files) }
        } catch {
            for path in missing { try? files.remove(path) }
            throw error
        }
    }

    private static func syncParent(of path: String, files: any FileSystem) throws(FileSystemError) {
        let slash = path.lastIndex(of: "/")
        let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        do {
            try files.syncDirectory(parent)
        } catch {
            // A directory that we may not even read was there before us.
            guard error.code == EACCES || error.code == EPERM else { throw error }
        }
    }
}
