package import Columnar
package import ConnectorContract
import Diagnostics
import Glibc

/// Writes each change as `+I[a, b]`.
package final class PrintSink: Sink {
    private let prefix: [UInt8]
    private let form: ValueText
    private let descriptor: Int32

    /// Writes to an open descriptor, which stays open.
    package init(identifier: String, form: ValueText, descriptor: Int32) {
        prefix = Array((identifier.isEmpty ? "" : identifier + "> ").utf8)
        self.form = form
        self.descriptor = descriptor
    }

    package var guarantee: String { "at once, and again after a restart" }

    package func write(_ batch: Batch) throws {
        var bytes: [UInt8] = []
        for row in 0..<batch.rowCount {
            bytes += prefix
            bytes += Array(batch.kind(row).shortForm.utf8)
            bytes.append(UInt8(ascii: "["))
            for (index, column) in batch.columns.enumerated() {
                if index > 0 { bytes += [UInt8(ascii: ","), UInt8(ascii: " ")] }
                if column.isValid(row) { form.append(column, row, to: &bytes) } else { bytes += Self.null }
            }
            bytes += [UInt8(ascii: "]"), UInt8(ascii: "\n")]
        }
        try put(bytes)
    }

    private static let null = Array("null".utf8)

    private func put(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                if count > 0 {
                    done += count
                } else if errno != EINTR && errno != EAGAIN {
                    throw MillraceError(
                        .system, code: "write_failed", "standard output: \(String(cString: strerror(errno)))")
                }
            }
        }
    }

    package func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    package func committed(epoch: UInt64) throws {}
    package func restore(_ changes: [StateChange]) throws {}
    package func finish() throws {}
}
