import Diagnostics
import Glibc
import Testing

struct SystemFileSystemTests {
    private let files = SystemFileSystem()

    private func withFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/millrace-files-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) }
        let folder = String(cString: try #require(made))
        defer {
            for name in (try? files.list(folder)) ?? [] { try? files.remove(folder + "/" + name) }
            try? files.remove(folder)
        }
        try body(folder)
    }

    private func write(_ text: String, to file: any File, at offset: Int64) throws {
        try Array(text.utf8).withUnsafeBytes { try file.write($0, at: offset) }
    }

    private func read(_ file: any File, at offset: Int64, upTo count: Int) throws -> String {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
        return String(decoding: bytes.prefix(got), as: UTF8.self)
    }

    @Test func writesAreReadBackAndTruncated() throws {
        try withFolder { folder in
            let file = try files.open(folder + "/a", .create)
            try write("hello world", to: file, at: 0)
            try write("W", to: file, at: 6)
            try file.sync()
            #expect(try read(file, at: 0, upTo: 64) == "hello World")
            #expect(try read(file, at: 100, upTo: 64).isEmpty)
            try file.truncate(toBytes: 5)
            #expect(try file.status().sizeBytes == 5)
            #expect(try read(files.open(folder + "/a", .readWrite), at: 0, upTo: 64) == "hello")
            #expect(try read(files.open(folder + "/a", .create), at: 0, upTo: 64).isEmpty)
        }
    }

    @Test func namesAreListedRenamedAndRemoved() throws {
        try withFolder { folder in
            for name in ["b", "a", "ä"] { _ = try files.open(folder + "/" + name, .create) }
            #expect(try files.list(folder) == ["a", "b", "ä"])
            try files.rename(folder + "/b", to: folder + "/c")
            try files.remove(folder + "/a")
            try files.remove(folder + "/a")
            try files.syncDirectory(folder)
            #expect(try files.list(folder) == ["c", "ä"])
            #expect(try files.status(folder + "/b") == nil)
            #expect(try files.status(folder)?.kind == .directory)
        }
    }

    @Test func directoriesAreMadeWithTheirParents() throws {
        try withFolder { folder in
            try files.createDirectory(folder + "/x/y/z")
            try files.createDirectory(folder + "/x/y/z")
            #expect(try files.status(folder + "/x/y/z")?.kind == .directory)
            _ = try files.open(folder + "/file", .create)
            #expect(throws: FileSystemError.self) { try files.createDirectory(folder + "/file") }
            for path in ["/x/y/z", "/x/y", "/x"] { try files.remove(folder + path) }
        }
    }

    @Test func aLockIsHeldOnce() throws {
        try withFolder { folder in
            var first = try files.lock(folder + "/lock")
            #expect(first != nil)
            #expect(try files.lock(folder + "/lock") == nil)
            first = nil
            #expect(try files.lock(folder + "/lock") != nil)
            _ = first
        }
    }

    @Test func errorsNameTheCallAndThePath() throws {
        let error = try #require(throws: FileSystemError.self) { _ = try files.open("/nowhere/at/all", .read) }
        #expect(error.call == "open" && error.path == "/nowhere/at/all" && error.code == ENOENT)
        #expect(throws: FileSystemError.self) { _ = try files.list("/nowhere") }
    }
}
