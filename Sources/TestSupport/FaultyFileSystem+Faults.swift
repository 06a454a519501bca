import Diagnostics
import Synchronization

extension FaultyFileSystem {
    /// Operations so far, those that failed among them. The first is number 1.
    package var operationCount: Int { disk.withLock { $0.operations } }

    /// The numbers of the operations that could change the disk: where a loss of power makes a difference.
    package var changingOperations: [Int] { disk.withLock { $0.changing } }

    /// Makes one operation fail with `code`, such as `EIO`. A failed write has written a part; what a failed sync
    /// was to make durable never will be, though reads still show it and later syncs succeed: as on Linux.
    package func failAtOperation(_ number: Int, code: Int32) { disk.withLock { $0.failures[number] = code } }

    /// Makes operations from `number` on fail with `code`, until ``clearFaults()``.
    package func failFromOperation(_ number: Int, code: Int32) { disk.withLock { $0.failsFrom = (number, code) } }

    /// Takes the power away at an operation: it and all later ones fail, until ``crash(keeping:)``.
    package func powerOffAtOperation(_ number: Int) { disk.withLock { $0.powerOffAt = number } }

    /// Whether a planned loss of power has happened, and ``crash(keeping:)`` has not come yet.
    package var isPoweredOff: Bool { disk.withLock { $0.isOff } }

    package func clearFaults() {
        disk.withLock { disk in
            disk.failures = [:]
            disk.failsFrom = nil
            disk.powerOffAt = nil
        }
    }

    /// The power comes back: of what was not synced, a part chosen by the seed is there. Open files are dead, locks
    /// are free, and all planned faults are cleared.
    package func crash(keeping seed: UInt64) {
        clearFaults()
        disk.withLock { $0.crash(seed: seed) }
    }

    /// Whether syncs of files do what they promise; false to show that a test would notice.
    package var honoursFileSyncs: Bool {
        get { disk.withLock { $0.honoursFileSyncs } }
        set { disk.withLock { $0.honoursFileSyncs = newValue } }
    }

    /// Whether syncs of directories do what they promise; false to show that a test would notice.
    package var honoursDirectorySyncs: Bool {
        get { disk.withLock { $0.honoursDirectorySyncs } }
        set { disk.withLock { $0.honoursDirectorySyncs = newValue } }
    }

    /// Bytes that fit on the disk in all files; nil for no limit. A write past it writes what fits, then fails.
    package var capacityBytes: Int? {
        get { disk.withLock { $0.capacity } }
        set { disk.withLock { $0.capacity = newValue } }
    }

    /// Bytes of all files that have a name.
    package var usedBytes: Int { disk.withLock { $0.usedBytes } }

    /// Turns one bit of a file around, on the disk and in memory; false when the file has no such bit.
    package func flipBit(_ bit: Int, of path: String) -> Bool {
        disk.withLock { disk in disk.lookUp(path).map { disk.flip(bit, of: $0) } ?? false }
    }

    /// The bytes of a file as a reader would see them; nil when there is none. Not an operation.
    package func contents(of path: String) -> [UInt8]? {
        disk.withLock { disk in disk.lookUp(path).map { disk.content(of: $0) } }
    }

    /// Puts a file there, durably and with no operation counted: as if it had always been there.
    package func place(_ bytes: [UInt8], at path: String) throws {
        try disk.withLock { disk in
            let node = try disk.open(path, .create)
            try disk.write(bytes, at: 0, node: node, path: path)
            disk.settle()
        }
    }

    /// Makes everything durable.
    package func settle() { disk.withLock { $0.settle() } }

    /// A copy of the disk as it is now, unsynced parts included, with no faults planned and nothing open.
    package func copy() -> FaultyFileSystem {
        let snapshot = disk.withLock { $0 }
        let copy = FaultyFileSystem()
        copy.disk.withLock { disk in
            disk = snapshot
            disk.restart()
        }
        copy.clearFaults()
        return copy
    }

    /// Names and kinds of the last operations, newest last; tells which call an operation number was.
    package var trace: [String] { disk.withLock { $0.trace } }
}
