import Diagnostics
import Formats
import Synchronization

/// The yardstick of a benchmark: the same fields of the same files walked by the JSON parser alone, with reading but
/// nothing kept.
struct BareScan {
    private static let blockBytes = 1 << 20

    let paths: [String]
    /// The fields, each by the names of the objects it lies in and its own.
    let fields: [[String]]
    let threads: Int
    let files: any FileSystem

    /// Seconds the scan took.
    func run(clock: any TimeSource) throws -> Double {
        let queue = ScanQueue(paths)
        let started = clock.monotonicNanoseconds()
        for number in 0..<threads {
            let isStarted = OperatingSystemThread.start(name: "scan-\(number)") {
                while let path = queue.take() { queue.report { try scan(path) } }
                queue.threadEnded()
            }
            if !isStarted { throw MillraceError(.system, code: "no_thread", "the system refuses a new thread") }
        }
        while queue.endedThreads < threads { clock.sleep(nanoseconds: 200_000) }
        if let error = queue.error { throw error }
        return Double(clock.monotonicNanoseconds() &- started) / 1e9
    }

    private func scan(_ path: String) throws {
        let file = try files.open(path, .read)
        let block = InputBlock(capacity: Self.blockBytes)
        var offset: Int64 = 0
        while true {
            let room = UnsafeMutableRawBufferPointer(start: block.bytes, count: Self.blockBytes)
            let count = try file.read(into: room, at: offset)
            guard count > 0 else { return }
            var end = count
            while end > 0 && block.bytes[end - 1] != 0x0A { end -= 1 }
            // A line longer than the block is passed over: the yardstick's files have none.
            block.count = end == 0 ? count : end
            if end > 0 { _ = bareJSONScan(block: block, paths: fields) }
            offset += Int64(block.count)
        }
    }
}

/// The files still to be scanned.
private final class ScanQueue: Sendable {
    private struct State {
        var paths: [String]
        var error: (any Error)?
        var ended = 0
    }

    private let state: Mutex<State>

    init(_ paths: [String]) { state = Mutex(State(paths: paths)) }

    func take() -> String? { state.withLock { $0.error == nil ? $0.paths.popLast() : nil } }
    func threadEnded() { state.withLock { $0.ended += 1 } }
    var endedThreads: Int { state.withLock { $0.ended } }
    var error: (any Error)? { state.withLock { $0.error } }

    func report(_ body: () throws -> Void) {
        do { try body() } catch { state.withLock { if $0.error == nil { $0.error = error } } }
    }
}
