import CommitLog
import Connectors
import Diagnostics
import Synchronization

/// The queue of a script: a log in memory, made when a table asks for it, that ends with the script.
final class ScriptQueue: LocalQueue {
    private struct State {
        var log: CommitLog?
        var offsets: [String: [String: [Int32: Int64]]] = [:]
    }

    private let environment: Environment
    private let state = Mutex(State())

    init(_ environment: Environment) {
        self.environment = Environment(
            clock: environment.clock, files: MemoryFileSystem(), random: environment.random)
    }

    deinit { close() }

    func close() {
        guard let log = state.withLock({ $0.log.take() }) else { return }
        try? log.close()
    }

    func log() throws -> CommitLog {
        try state.withLock { state in
            if let log = state.log { return log }
            var configuration = LogConfiguration()
            configuration.journalFileBytes = 8 << 20
            configuration.journalStepBytes = 1 << 20
            configuration.checkpointBytes = 16 << 20
            do throws(LogError) {
                let log = try CommitLog(directory: "/queue", environment: environment, configuration: configuration)
                state.log = log
                return log
            } catch {
                throw MillraceError(.system, code: "queue_unusable", "the queue cannot be opened: \(error)")
            }
        }
    }

    /// Every address is that of somebody else: nobody can connect to a script.
    func isOwn(_ address: String) -> Bool { false }

    func committedOffsets(group: String, topic: String, partitions: [Int32]) -> [Int32: Int64] {
        state.withLock { $0.offsets[group]?[topic] ?? [:] }
    }

    func commit(group: String, _ offsets: [GroupOffset]) {
        state.withLock { state in
            for offset in offsets {
                state.offsets[group, default: [:]][offset.topic, default: [:]][offset.partition] = offset.offset
            }
        }
    }
}
