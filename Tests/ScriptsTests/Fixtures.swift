import Diagnostics
import Synchronization
import TestSupport

@testable import Scripts

/// An application folder on a disk in memory.
func place(_ files: [String: String], on disk: FaultyFileSystem = FaultyFileSystem()) throws -> FaultyFileSystem {
    var folders: Set<String> = []
    for (path, text) in files {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += folder.isEmpty ? String(part) : "/" + part
            if folders.insert(folder).inserted { try disk.createDirectory(folder) }
        }
        try disk.place(Array(text.utf8), at: path)
    }
    return disk
}

/// What a call throws, in the one shape of errors.
func problem(_ body: () throws -> Void) -> MillraceError? {
    do {
        try body()
        return nil
    } catch let error as MillraceError {
        return error
    } catch let failure as ScriptFailure {
        return failure.first
    } catch {
        return MillraceError(.internalError, code: "other_error", "\(error)")
    }
}

/// Keeps what is printed, from any thread.
final class Printed: Sendable {
    private let held = Mutex<[UInt8]>([])
    func add(_ bytes: [UInt8]) { held.withLock { $0 += bytes } }
    func add(_ text: String) { add(Array(text.utf8)) }
    var text: String { held.withLock { String(decoding: $0, as: UTF8.self) } }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
}
