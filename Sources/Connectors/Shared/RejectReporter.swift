import ConnectorContract
import Diagnostics
import Formats

/// What becomes of lines that gave no row: recorded, or the end of the job.
struct RejectReporter {
    let recorder: any RejectRecorder
    let table: String
    /// True for `'on-error' = 'fail'`.
    let fails: Bool

    /// Bytes of a record that are handed on.
    private static let keptBytes = 64 * 1_024

    init(recorder: any RejectRecorder, table: TableDescription, fails: Bool) {
        self.recorder = recorder
        self.table = table.name
        self.fails = fails
    }

    /// True when `'on-error'`, or what stands for it in the format, says to stop at the first bad line.
    static func fails(_ table: TableDescription, default policy: String) throws(MillraceError) -> Bool {
        let values = OptionValues(table)
        let ignores = values.text("format").flatMap { values.text($0 + ".ignore-parse-errors") }?.lowercased() == "true"
        return try values.choice("on-error", ["reject", "fail"], default: ignores ? "reject" : policy) == "fail"
    }

    func report(
        _ lines: [RejectedLine], of block: InputBlock, at blockOffset: Int64, path: String
    ) throws(MillraceError) {
        for line in lines {
            let count = min(line.length, Self.keptBytes)
            let bytes = Array(UnsafeBufferPointer(start: block.bytes + line.offset, count: count))
            try report(line.reason, line.detail, path: path, offset: blockOffset + Int64(line.offset), bytes: bytes)
        }
    }

    func report(_ reason: String, _ detail: String, path: String, offset: Int64, bytes: [UInt8]) throws(MillraceError) {
        let record = RejectedRecord(reason: reason, detail: detail, origin: path, offset: offset, bytes: bytes)
        recorder.reject(record, table: table)
        guard fails else { return }
        throw MillraceError(
            .user, code: "bad_record", "\(path) at byte \(offset): \(reason): \(detail)",
            hint: "'on-error' = 'reject' sets bad lines aside and goes on")
    }
}
