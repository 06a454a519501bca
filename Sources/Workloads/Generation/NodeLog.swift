import Glibc

/// A log file that grows: buffered, written in whole lines, rotated by rename.
///
/// A file that has reached the rotation size becomes `recharge.log.1`, the next one `recharge.log.2` and so on.
/// Numbers only grow, so that a name never means another file later.
struct NodeLog: ~Copyable {
    static let fileName = "recharge.log"
    /// One `write` per this many bytes when nobody asks for an earlier flush.
    static let batch = 256 << 10

    private let path: String
    private let rotateBytes: Int
    private let buffer: UnsafeMutablePointer<UInt8>
    private var buffered = 0
    private var descriptor: CInt
    /// Bytes of the current file, buffered ones included.
    private var size = 0
    /// The number the latest rotated file got.
    private var lastNumber: Int

    private init(path: String, rotateBytes: Int?, descriptor: CInt, lastNumber: Int) {
        self.path = path
        self.rotateBytes = rotateBytes ?? Int.max
        self.descriptor = descriptor
        self.lastNumber = lastNumber
        buffer = .allocate(capacity: NodeLog.batch + LineCursor.longestLine)
    }

    /// Opens the log `name` in `directory`, which is created. Files of an earlier run are deleted, or kept with the
    /// current one rotated away.
    static func open(
        directory: String, name: String = fileName, rotateBytes: Int?, keepExisting: Bool
    ) throws(WorkloadError) -> NodeLog {
        try FileCalls.makeDirectories(directory)
        let lastNumber = try settle(directory, name, keepExisting: keepExisting)
        let path = directory + "/" + name
        let descriptor = try FileCalls.create(path)
        return NodeLog(path: path, rotateBytes: rotateBytes, descriptor: descriptor, lastNumber: lastNumber)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        buffer.deallocate()
    }

    /// Makes room for a new current file; returns the highest number in use.
    private static func settle(
        _ directory: String, _ current: String, keepExisting: Bool
    ) throws(WorkloadError) -> Int {
        let prefix = current + "."
        var highest = 0
        var hasCurrent = false
        for name in try FileCalls.names(in: directory) {
            let number = name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.utf8.count)) : nil
            guard name == current || number != nil else { continue }
            if keepExisting {
                highest = max(highest, number ?? 0)
                hasCurrent = hasCurrent || number == nil
            } else if unlink(directory + "/" + name) != 0 {
                throw FileCalls.failure("delete", directory + "/" + name)
            }
        }
        if hasCurrent { highest = try moveAway(directory + "/" + current, after: highest) }
        return highest
    }

    /// Gives the current file the number after `last`, and returns it.
    private static func moveAway(_ path: String, after last: Int) throws(WorkloadError) -> Int {
        guard last < Int.max else { throw WorkloadError(.limit, "no number is left to rotate \(path)") }
        if rename(path, path + ".\(last + 1)") != 0 { throw FileCalls.failure("rotate", path) }
        return last + 1
    }

    /// Where the next line goes: `LineCursor.longestLine` bytes are free there.
    @inline(__always)
    var free: UnsafeMutablePointer<UInt8> { buffer + buffered }

    /// Accepts the line written at `free`.
    @inline(__always)
    mutating func accept(_ length: Int) throws(WorkloadError) {
        buffered &+= length
        size &+= length
        if size >= rotateBytes {
            try rotate()
        } else if buffered >= NodeLog.batch {
            try flush()
        }
    }

    /// Appends a line of any length.
    mutating func append(_ line: [UInt8]) throws(WorkloadError) {
        try flush()
        try FileCalls.writeAll(line, to: descriptor, path: path)
        size &+= line.count
        if size >= rotateBytes { try rotate() }
    }

    /// Hands the buffered lines to the operating system.
    mutating func flush() throws(WorkloadError) {
        guard buffered > 0 else { return }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: buffered)
        buffered = 0
        try FileCalls.write(bytes, to: descriptor, path: path)
    }

    private mutating func rotate() throws(WorkloadError) {
        try flush()
        close(descriptor)
        descriptor = -1
        lastNumber = try NodeLog.moveAway(path, after: lastNumber)
        descriptor = try FileCalls.create(path)
        size = 0
    }
}
