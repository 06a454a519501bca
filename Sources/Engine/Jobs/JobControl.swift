import ConnectorContract
import Diagnostics
import StreamSQL
import Synchronization

/// Thrown out of the work of a job that is told to stop.
struct JobStopped: Error {}

/// What the threads of a job share: the stop flag, the first error, and the figures of its readers.
final class JobControl: Sendable {
    private struct State {
        var error: (any Error)?
        /// By instance: the reader's figures, late rows and entries of state.
        var progress: [Int: InstanceProgress] = [:]
    }

    /// Figures of one pipeline instance.
    struct InstanceProgress: Sendable {
        var source: (node: Int, progress: SourceProgress)?
        /// By node.
        var nodes: [Int: NodeProgress] = [:]
        var stateBytes = 0
        /// How long it waited for room behind it.
        var blockedNanoseconds: UInt64 = 0
        /// Event time reached by the rows of this instance's source.
        var watermark: Int64 = Watermark.none
        var publishedAt: UInt64 = 0
    }

    /// Figures of one operator in one instance.
    struct NodeProgress: Sendable {
        var lateRows: Int
        var refusedRows: Int
        var stateRows: Int
        var stateBytes: Int
        /// The watermark that left last.
        var watermark: Int64
    }

    private static let publishNanoseconds: UInt64 = 50_000_000

    private let state = Mutex(State())
    private let stateBytesMax: Int
    private let deadline = Mutex<(at: UInt64, clock: any TimeSource)?>(nil)
    private let hasDeadline = Atomic<Bool>(false)
    private let stopped = Atomic<Bool>(false)

    /// A job whose state passes `stateBytesMax` fails, rather than take the machine's memory.
    init(stateBytesMax: Int) { self.stateBytesMax = stateBytesMax }

    var isStopped: Bool { stopped.load(ordering: .acquiring) }

    /// The moment behind which ``check()`` throws.
    func setDeadline(_ at: UInt64, clock: any TimeSource) {
        deadline.withLock { $0 = (at, clock) }
        hasDeadline.store(true, ordering: .releasing)
    }

    /// Throws when the job is to stop now, or has run for too long.
    func check() throws {
        if stopped.load(ordering: .relaxed) { throw JobStopped() }
        guard hasDeadline.load(ordering: .relaxed), let (at, clock) = deadline.withLock({ $0 }) else { return }
        guard clock.monotonicNanoseconds() < at else {
            throw MillraceError(
                .user, code: "query_timeout", "the query takes too long and was stopped",
                hint: "read fewer rows, or let a job keep the answer in a result table")
        }
    }

    func stop() { stopped.store(true, ordering: .releasing) }

    var error: (any Error)? { state.withLock { $0.error } }

    /// Keeps the first error and stops everything.
    func fail(_ error: any Error) {
        state.withLock { if $0.error == nil { $0.error = error } }
        stop()
    }

    var progress: [InstanceProgress] { state.withLock { Array($0.progress.values) } }

    /// Copies an instance's figures where other threads can read them, at most every 50 ms; called by its own thread.
    func publishProgress(of instance: PipelineInstance, now: UInt64) {
        let held: Int? = state.withLock { state in
            let last = state.progress[instance.id]?.publishedAt ?? 0
            guard now &- last >= Self.publishNanoseconds || instance.isFinished || last == 0 else { return nil }
            var figures = InstanceProgress()
            figures.publishedAt = max(1, now)
            figures.blockedNanoseconds = instance.blockedNanoseconds
            for runtime in instance.nodes {
                let body = runtime.body
                let node = NodeProgress(
                    lateRows: body.lateRows, refusedRows: body.refusedRows, stateRows: body.stateRows,
                    stateBytes: body.stateBytes, watermark: runtime.watermark)
                figures.nodes[runtime.node.id] = node
                figures.stateBytes += node.stateBytes
                if instance.source != nil { figures.watermark = max(figures.watermark, runtime.watermark) }
            }
            if let source = instance.source { figures.source = (source.root.node.id, source.reader.progress) }
            state.progress[instance.id] = figures
            return state.progress.values.reduce(0) { $0 + $1.stateBytes }
        }
        guard let held, held > stateBytesMax else { return }
        fail(
            MillraceError(
                .user, code: "state_too_large",
                "the state of the job has \(held >> 20) MiB; \(stateBytesMax >> 20) MiB are allowed",
                hint: "group by fewer keys, or let deduplication forget: SET 'table.exec.state.ttl' = '6 h'"))
    }
}
