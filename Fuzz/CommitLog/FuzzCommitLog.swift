import CommitLog
import Diagnostics
import FuzzSupport
import KafkaProtocol
import TestSupport

/// A log of a few batches whose files are changed before it is opened again: it opens or refuses; what it serves is what
/// was written, at the offset it was written to.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCommitLog(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let edits = [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    do {
        try DamagedLog().run(edits: edits)
    } catch {
        finding("the healthy part failed: \(error)")
    }
    return 0
}

struct DamagedLog {
    private let files = FaultyFileSystem()
    private let clock = VirtualClock()
    private let key = PartitionKey(topic: 1, partition: 0)

    private func open() throws -> CommitLog {
        var sizes = LogConfiguration()
        sizes.journalFileBytes = 32 << 10
        sizes.journalStepBytes = 8 << 10
        sizes.journalReserveBytes = 4 << 10
        sizes.indexIntervalBytes = 128
        return try CommitLog(
            directory: "/log", environment: Environment(clock: clock, files: files), configuration: sizes,
            driver: .manual)
    }

    func run(edits: [UInt8]) throws {
        try write()
        try apply(edits)
        // A bounded number of edits damages a file here and there; served bytes must be right all the same.
        guard let log = try? open(), let reader = try? log.partition(key) else { return }
        guard reader.highWatermark <= 8 else { finding("the log ends at \(reader.highWatermark)") }
        for offset in max(0, reader.logStart)..<max(0, reader.logStart, reader.highWatermark) {
            guard let fetched = try? reader.fetch(from: offset, maxBytes: 1), !fetched.bytes.isEmpty else { continue }
            fetched.bytes.withUnsafeBytes { buffer in
                guard let view = RecordBatchView(buffer) else { finding("a damaged batch was served") }
                try? view.forEachRecord { (record) throws(WireError) in
                    let place = view.header.baseOffset + Int64(record.offsetDelta)
                    let value = record.value.map { String(decoding: $0, as: UTF8.self) } ?? ""
                    if value != "value \(place)" { finding("'\(value)' at \(place)") }
                }
            }
            _ = try? reader.offset(atOrAfter: offset)
        }
    }

    private func write() throws {
        let log = try open()
        _ = try log.createTopic("t", partitions: 1)
        for index in 0..<8 {
            var builder = RecordBatchBuilder()
            builder.append(key: nil, value: Array("value \(index)".utf8), timestamp: Int64(index))
            try log.submit([AppendWrite(ProducedBatch(checking: builder.build().bytes), to: key)], answer: nil)
            log.commitRound()
            if index == 3 { try log.checkpoint() }
        }
    }

    /// Each four bytes are one edit: the file, two bytes of place, and the new byte or, at the end, a cut.
    private func apply(_ edits: [UInt8]) throws {
        let folder = "/log/topics/1/0"
        let names =
            try files.list("/log").filter { $0.contains("-") }.map { "/log/\($0)" }
            + files.list(folder).map { "\(folder)/\($0)" }
        for start in stride(from: 0, to: min(edits.count, 64) - 3, by: 4) {
            let path = names[Int(edits[start]) % names.count]
            guard let size = files.contents(of: path)?.count, size > 0 else { continue }
            let file = try files.open(path, .readWrite)
            let place = (Int(edits[start + 1]) << 8 | Int(edits[start + 2])) % (size + size / 4 + 1)
            if place < size {
                try withUnsafeBytes(of: edits[start + 3]) { try file.write($0, at: Int64(place)) }
            } else {
                try file.truncate(toBytes: Int64(size) * Int64(edits[start + 3]) / 256)
            }
        }
    }
}
