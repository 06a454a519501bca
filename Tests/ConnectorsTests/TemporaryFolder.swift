import Columnar
import ConnectorContract
import Diagnostics
import Glibc
import Synchronization

/// A folder of the machine's disk that goes away with the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/millrace-test-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
        guard made else { throw FileSystemError(call: "mkdtemp", path: "/tmp", code: errno, reason: "") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        let files = SystemFileSystem()
        if let status = try? files.status(path), status.kind == .directory {
            for name in (try? files.list(path)) ?? [] { remove(path + "/" + name) }
        }
        try? files.remove(path)
    }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = try SystemFileSystem().open(file(name), .create)
        try bytes.withUnsafeBytes { try file.write($0, at: 0) }
    }

    func append(_ text: String, to name: String) throws {
        let file = try SystemFileSystem().open(file(name), .readWrite)
        let size = try file.status().sizeBytes
        try Array(text.utf8).withUnsafeBytes { try file.write($0, at: size) }
    }

    func truncate(_ name: String) throws { try SystemFileSystem().open(file(name), .readWrite).truncate(toBytes: 0) }
    func rename(_ name: String, to other: String) throws { try SystemFileSystem().rename(file(name), to: file(other)) }
    func remove(_ name: String) throws { try SystemFileSystem().remove(file(name)) }
}

/// Keeps what is rejected.
final class RecordedRejects: RejectRecorder {
    private let list = Mutex<[RejectedRecord]>([])
    func reject(_ record: RejectedRecord, table: String) { list.withLock { $0.append(record) } }
    var all: [RejectedRecord] { list.withLock { $0 } }
    var reasons: [String] { all.map(\.reason) }
}

/// The texts of one column of a batch.
func texts(_ batch: Batch, column: Int = 0) -> [String] {
    (0..<batch.rowCount).map { row in
        switch batch.columns[column].kind {
        case .text: batch.columns[column].string(row)
        default: "\(batch.columns[column].int64[row])"
        }
    }
}
