import CPlatform
import Glibc

/// A directory on the real disk that goes with the value.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/millrace-checkpoints-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        path = made ?? "/tmp/millrace-checkpoints-\(getpid())"
    }

    deinit {
        guard let stream = opendir(path) else { return }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                    tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        closedir(stream)
        for name in names where name != "." && name != ".." { unlink(path + "/" + name) }
        rmdir(path)
    }
}

/// CRC-32C of an array.
func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { millrace_crc32c(0, $0.baseAddress, $0.count) }
}
