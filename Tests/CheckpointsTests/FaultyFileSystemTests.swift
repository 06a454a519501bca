import Diagnostics
import Glibc
import TestSupport
import Testing

/// The faulty disk is itself a thing to test: what it forgives, nobody notices.
struct FaultyFileSystemTests {
    private func write(_ text: String, to file: any File, at offset: Int64 = 0) throws {
        try Array(text.utf8).withUnsafeBytes { try file.write($0, at: offset) }
    }

    private func text(_ files: FaultyFileSystem, _ path: String) -> String? {
        files.contents(of: path).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func unsyncedBytesAndNamesMayGo() throws {
        var lostNames = 0
        var lostBytes = 0
        var torn = 0
        for seed in UInt64(0)..<200 {
            let files = FaultyFileSystem()
            try files.createDirectory("/d")
            files.settle()
            let file = try files.open("/d/a", .create)
            try write("hello", to: file)
            try file.sync()
            try files.syncDirectory("/d")
            try write(" world", to: file, at: 5)
            let other = try files.open("/d/b", .create)
            try write("new", to: other)
            try other.sync()
            files.crash(keeping: seed)
            let a = try #require(text(files, "/d/a"))
            #expect(a.hasPrefix("hello"))
            if a == "hello" { lostBytes += 1 } else if a != "hello world" { torn += 1 }
            if let b = text(files, "/d/b") { #expect(b == "new") } else { lostNames += 1 }
            #expect(throws: FileSystemError.self) { try file.sync() }
        }
        for count in [lostNames, lostBytes, torn] { #expect((10...180).contains(count)) }
    }

    @Test func aRenameIsWholeOrNotThere() throws {
        var renamed = 0
        for seed in UInt64(0)..<100 {
            let files = FaultyFileSystem()
            try files.place(Array("old".utf8), at: "/target")
            try files.place(Array("new".utf8), at: "/source")
            try files.rename("/source", to: "/target")
            files.crash(keeping: seed)
            if text(files, "/source") == nil {
                #expect(text(files, "/target") == "new")
                renamed += 1
            } else {
                #expect(text(files, "/target") == "old")
            }
        }
        #expect((10...90).contains(renamed))
    }

    @Test func aFailedSyncIsNeverMadeGood() throws {
        let files = FaultyFileSystem()
        let file = try files.open("/a", .create)
        try write("one", to: file)
        try file.sync()
        try files.syncDirectory("/")
        try write("two", to: file, at: 3)
        files.failAtOperation(files.operationCount + 1, code: EIO)
        #expect(throws: FileSystemError.self) { try file.sync() }
        try file.sync()
        #expect(text(files, "/a") == "onetwo")
        var lost = 0
        for seed in UInt64(0)..<40 {
            let disk = files.copy()
            disk.crash(keeping: seed)
            if text(disk, "/a") == "one" { lost += 1 }
        }
        #expect(lost > 5)
    }

    @Test func aFullDiskTakesWhatFits() throws {
        let files = FaultyFileSystem()
        files.capacityBytes = 8
        let file = try files.open("/a", .create)
        try write("12345", to: file)
        let error = #expect(throws: FileSystemError.self) { try write("67890", to: file, at: 5) }
        #expect(error?.code == ENOSPC)
        #expect(text(files, "/a") == "12345678")
        try write("XY", to: file, at: 0)
        let other = try files.open("/b", .create)
        #expect(throws: FileSystemError.self) { try write("1", to: other) }
        try files.remove("/a")
        try write("1", to: other)
        #expect(files.usedBytes == 1)
    }

    @Test func itBehavesAsTheRealOne() throws {
        let directory = TemporaryDirectory()
        let faulty = FaultyFileSystem()
        try faulty.createDirectory(directory.path)
        var answers: [[String]] = []
        for files in [SystemFileSystem() as any FileSystem, faulty] {
            answers.append(try Self.answers(of: files, in: directory.path))
        }
        #expect(answers[0] == answers[1])
    }

    /// What a file system says to a fixed run of calls.
    private static func answers(of files: any FileSystem, in directory: String) throws -> [String] {
        var answers: [String] = []
        func note(_ body: () throws -> String) {
            do {
                answers.append(try body())
            } catch {
                answers.append("errno \((error as? FileSystemError)?.code ?? 0)")
            }
        }
        func attempt(_ body: () throws -> Void) {
            note {
                try body()
                return "done"
            }
        }
        func read(_ file: any File, at offset: Int64) throws -> String {
            var bytes = [UInt8](repeating: 0, count: 16)
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
            return String(decoding: bytes[..<count], as: UTF8.self)
        }
        let a = directory + "/a"
        let b = directory + "/b"
        note { try files.open(a, .read).path }
        let file = try files.open(a, .readWrite)
        let inode = try file.status().inode
        try Array("0123456789".utf8).withUnsafeBytes { try file.write($0, at: 2) }
        note { try read(file, at: 0) }
        note { try read(file, at: 5) }
        note { try read(file, at: 12) }
        try files.rename(a, to: b)
        note { "\(try files.status(a) == nil) \(try files.status(b)?.inode == inode)" }
        note { try read(file, at: 3) }
        try file.truncate(toBytes: 4)
        try file.truncate(toBytes: 6)
        note { try read(files.open(b, .read), at: 0) }
        note { "\(try files.status(b)?.sizeBytes ?? -1) \(try files.status(b)?.kind == .regular)" }
        _ = try files.open(a, .create)
        note { try files.list(directory).joined(separator: " ") }
        try files.rename(a, to: b)
        note { "\(try files.status(b)?.inode == inode) \(try files.status(b)?.sizeBytes ?? -1)" }
        note { try read(file, at: 0) }
        attempt { try files.rename(a, to: b) }
        try files.createDirectory(directory + "/x/y")
        try files.createDirectory(directory + "/x/y")
        attempt { try files.remove(directory + "/x") }
        attempt { try files.rename(b, to: directory + "/x") }
        attempt { try files.createDirectory(b) }
        note { try files.list(directory + "/none").joined() }
        note { try files.list(b).joined() }
        attempt { _ = try files.open(directory + "/none/c", .create) }
        attempt { _ = try files.open(directory + "/x", .create) }
        for name in ["/x/y", "/x", "/b", "/none"] { try files.remove(directory + name) }
        try files.syncDirectory(directory)
        let lock = try files.lock(directory + "/LOCK")
        note { try files.lock(directory + "/LOCK") == nil && lock != nil ? "taken" : "free" }
        note { try files.list(directory).joined(separator: " ") }
        try files.remove(directory + "/LOCK")
        return answers
    }
}
