package import ConnectorContract
package import Diagnostics
package import Serving
import Synchronization

/// Counts rejected records, keeps samples for people, and writes their bytes to a file for replay.
///
/// The file is a ring of two: at its bound it takes the place of the older one, so the newest records are there.
package final class RejectLog: RejectRecorder {
    /// Bytes of one file.
    private static let fileBytesMax: Int64 = 64 << 20

    private struct State {
        var counts: [String: UInt64] = [:]
        var samples: [String: [RejectedSample]] = [:]
        var file: (any File)?
        var offset: Int64 = 0
        var unwritten: UInt64 = 0
    }

    private let state = Mutex(State())
    private let files: any FileSystem
    private let path: String?

    /// With a directory the records' bytes are kept in `rejected.ndjson` there.
    package init(directory: String?, files: any FileSystem) {
        self.files = files
        path = directory.map { $0 + "/rejected.ndjson" }
    }

    package func reject(_ record: RejectedRecord, table: String) {
        state.withLock { state in
            state.counts[table, default: 0] += 1
            let text = String(decoding: record.bytes.prefix(Limits.rejectedSampleBytes), as: UTF8.self)
            let sample = RejectedSample(
                file: record.origin, offset: record.offset, reason: "\(record.reason): \(record.detail)", text: text)
            state.samples[table, default: []].append(sample)
            if state.samples[table, default: []].count > Limits.rejectedSamples {
                state.samples[table]?.removeFirst()
            }
            write(record, table: table, &state)
        }
    }

    package func count(of table: String) -> UInt64 { state.withLock { $0.counts[table] ?? 0 } }

    /// The newest samples, oldest first.
    package func samples(of table: String) -> [RejectedSample] { state.withLock { $0.samples[table] ?? [] } }

    /// Records that could not be kept for replay, because the disk refused them.
    package var unwritten: UInt64 { state.withLock { $0.unwritten } }

    private func write(_ record: RejectedRecord, table: String, _ state: inout State) {
        guard let path else { return }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("table")
        writer.string(table)
        writer.key("file")
        writer.string(record.origin)
        writer.key("offset")
        writer.integer(record.offset)
        writer.key("reason")
        writer.string(record.reason)
        writer.key("detail")
        writer.string(record.detail)
        writer.key("text")
        writer.string(String(decoding: record.bytes, as: UTF8.self))
        writer.endObject()
        var bytes = writer.bytes
        bytes.append(0x0A)
        do {
            if state.offset + Int64(bytes.count) > Self.fileBytesMax {
                state.file = nil
                try files.rename(path, to: path + ".1")
            }
            let file: any File
            if let open = state.file {
                file = open
            } else {
                file = try files.open(path, .readWrite)
                state.offset = try file.status().sizeBytes
                state.file = file
            }
            try bytes.withUnsafeBytes { try file.write($0, at: state.offset) }
            state.offset += Int64(bytes.count)
        } catch {
            // The count and the sample stand; only the copy for replay is lost, and that is counted too.
            state.unwritten += 1
            state.file = nil
        }
    }
}
