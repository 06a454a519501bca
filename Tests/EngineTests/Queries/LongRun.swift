import ConnectorContract
import Diagnostics
import Engine
import Glibc
import Synchronization
import TestSupport
import Testing

/// A query over very many rows whose memory is watched, asked for by `MILLRACE_FLAT_ROWS`.
enum LongRun {
    static let rows = text("MILLRACE_FLAT_ROWS").flatMap { Int($0) }
    /// The name of the one query that is run; nil: all.
    static let only = text("MILLRACE_FLAT_ONLY")
    static let hasEpochs = rows != nil && text("MILLRACE_FLAT_EPOCHS") != nil
    /// Held by the query that runs.
    private static let turn = Mutex<Void>(())

    private static let lookNanoseconds: UInt64 = 200_000_000

    private static func text(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Runs one query at a time: resident memory is that of the whole process.
    static func inTurn(_ body: () throws -> Void) rethrows { try turn.withLock { _ in try body() } }

    /// Runs a job to its end. After the first tenth of the rows neither resident memory nor what is stored may grow by more
    /// than a third and some slack. Tells the peaks on standard output.
    static func watch(_ job: Job, _ name: String, rows: Int, slackMebibytes: Int, stored: StoredBytes?) throws {
        let clock = SystemClock()
        let began = clock.monotonicNanoseconds()
        var memory = Peaks()
        var store = Peaks()
        try job.start()
        while job.state == .running {
            clock.sleep(nanoseconds: lookNanoseconds)
            let tenth = min(9, Int(job.report.rowsIn) * 10 / max(1, rows))
            memory.note(residentMebibytes, tenth)
            if let stored { store.note(stored.mebibytes, tenth) }
        }
        try job.waitUntilOver()
        let seconds = (clock.monotonicNanoseconds() - began) / 1_000_000_000
        print("\(name): \(job.report.rowsIn) rows in \(seconds) s, \(memory.greatest) MiB at most; \(memory)")
        if stored != nil { print("\(name): \(store.greatest) MiB stored at most; \(store)") }
        #expect(memory.isFlat(slack: slackMebibytes), "\(name): resident \(memory)")
        #expect(store.isFlat(slack: slackMebibytes), "\(name): stored \(store)")
    }

    private static var residentMebibytes: Int {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count =
            (try? SystemFileSystem().open("/proc/self/statm", .read))
            .flatMap { file in try? bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) } }
        let fields = String(decoding: bytes.prefix(count ?? 0), as: UTF8.self).split(separator: " ")
        return (fields.dropFirst().first.flatMap { Int($0) } ?? 0) / 256
    }

    /// The most in each tenth of a run.
    private struct Peaks: CustomStringConvertible {
        private var tenths = [Int](repeating: 0, count: 10)

        mutating func note(_ value: Int, _ tenth: Int) { tenths[tenth] = max(tenths[tenth], value) }
        var greatest: Int { tenths.max() ?? 0 }

        func isFlat(slack: Int) -> Bool {
            let first = tenths.first { $0 > 0 } ?? 0
            return greatest <= first + first / 3 + slack
        }

        var description: String { "MiB by tenth: " + tenths.map(String.init).joined(separator: " ") }
    }
}

/// Time that goes on by a millisecond for each thousand rows: how many of them come within a time to live, between two
/// flushes and between two epochs does then not depend on the machine.
final class RowClock: TimeSource {
    private let rows = Atomic<Int>(0)
    private let system = SystemClock()

    func passed(rows count: Int) { rows.wrappingAdd(count, ordering: .relaxed) }
    func monotonicNanoseconds() -> UInt64 { UInt64(rows.load(ordering: .relaxed)) * 1_000 }
    func wallMilliseconds() -> Int64 { 1_767_225_600_000 + Int64(rows.load(ordering: .relaxed) / 1_000) }
    func sleep(nanoseconds: UInt64) { system.sleep(nanoseconds: nanoseconds) }
}

/// A store that keeps nothing but how many bytes a restart would find: the newest value of each key, and what was appended
/// since a state was last written whole.
final class StoredBytes: CheckpointStore {
    private struct State {
        var keyed: [[UInt8]: Int] = [:]
        var bytes = 0
    }
    private let states = Mutex<[String: State]>([:])

    var mebibytes: Int { states.withLock { $0.values.reduce(0) { $0 + $1.bytes } >> 20 } }

    func restore() throws -> RestoredEpoch? { nil }

    func commit(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt {
        try states.withLock { states in
            for change in changes where change.isWhole || change.fold == .replace { states[change.name] = nil }
            for change in changes { try Self.add(change, to: &states[change.name, default: State()]) }
        }
        return EpochReceipt(bytesWritten: changes.reduce(0) { $0 + $1.byteCount })
    }

    func replace(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt {
        states.withLock { $0 = [:] }
        return try commit(epoch: epoch, changes: changes)
    }

    private static func add(_ change: StateChange, to state: inout State) throws {
        guard change.fold == .keyed else {
            state.bytes += change.byteCount
            return
        }
        try change.bytes.withUnsafeBytes { bytes in
            try KeyedEntries.forEach(in: bytes) { key, value in
                let old = state.keyed.removeValue(forKey: Array(key)) ?? 0
                let new = value.map { key.count + $0.count } ?? 0
                if new > 0 { state.keyed[Array(key)] = new }
                state.bytes += new - old
            }
        }
    }
}
