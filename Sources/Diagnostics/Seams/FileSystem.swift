/// What a path names.
package struct FileStatus: Sendable, Equatable {
    /// Kind of a directory entry.
    package enum Kind: Sendable { case regular, directory, other }

    package var device: UInt64
    package var inode: UInt64
    package var sizeBytes: Int64
    package var modifiedNanoseconds: Int64
    package var kind: Kind

    package init(device: UInt64, inode: UInt64, sizeBytes: Int64, modifiedNanoseconds: Int64, kind: Kind) {
        self.device = device
        self.inode = inode
        self.sizeBytes = sizeBytes
        self.modifiedNanoseconds = modifiedNanoseconds
        self.kind = kind
    }
}

/// How a file is opened.
package enum FileOpenMode: Sendable {
    /// An existing file, for reading.
    case read
    /// A new or existing file, for reading and writing; its content is kept.
    case readWrite
    /// A new or emptied file, for reading and writing.
    case create
}

/// A failed call on the file system: which call, on which path, with which `errno`.
package struct FileSystemError: Error, Sendable, CustomStringConvertible {
    package var call: String
    package var path: String
    package var code: Int32
    package var reason: String

    package init(call: String, path: String, code: Int32, reason: String) {
        self.call = call
        self.path = path
        self.code = code
        self.reason = reason
    }

    package var description: String { "\(call) \(path): \(reason) (errno \(code))" }
}

/// The disk, as everything in Millrace sees it. Tests put a disk behind it that loses what was not synced.
///
/// Calls block; they belong on OS threads, never on the cooperative pool. All paths are used as given.
package protocol FileSystem: Sendable {
    func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File
    /// The status of a path, symbolic links followed; nil when nothing is there.
    func status(_ path: String) throws(FileSystemError) -> FileStatus?
    /// Names in a directory, sorted bytewise, without `.` and `..`.
    func list(_ directory: String) throws(FileSystemError) -> [String]
    /// Creates a directory and its parents; fine when it exists.
    func createDirectory(_ path: String) throws(FileSystemError)
    func rename(_ from: String, to: String) throws(FileSystemError)
    /// Removes a file or an empty directory; fine when nothing is there.
    func remove(_ path: String) throws(FileSystemError)
    /// Makes created, renamed and removed entries of a directory durable.
    func syncDirectory(_ path: String) throws(FileSystemError)
    /// Makes everything written so far on the disk that holds `path` durable, files and names: one call for many of
    /// them. Costs what all processes have written there.
    func syncDisk(holding path: String) throws(FileSystemError)
    /// Takes the exclusive lock on a file, creating it; nil when another process holds it. Held until the value dies.
    func lock(_ path: String) throws(FileSystemError) -> (any File)?
}

/// An open file. Closed when the last reference goes.
package protocol File: AnyObject, Sendable {
    var path: String { get }
    /// The open file of the operating system, for calls that take one, as long as this value lives; nil where there is
    /// none.
    var descriptor: Int32? { get }
    /// Reads up to `buffer.count` bytes at `offset`; 0 at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileSystemError) -> Int
    /// Writes all bytes at `offset`; after an error a part may have been written.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileSystemError)
    func truncate(toBytes size: Int64) throws(FileSystemError)
    /// Makes the written bytes durable. After a failure the file's unsynced content is unknown: never retry.
    func sync() throws(FileSystemError)
    func status() throws(FileSystemError) -> FileStatus
}

extension File {
    /// A file of a simulated disk has none.
    package var descriptor: Int32? { nil }
}
