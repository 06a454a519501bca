import ConnectorContract
import Diagnostics
import StreamSQL
import Synchronization

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
        var lateRows = 0
        /// Entries of state by node.
        var stateRows: [Int: Int] = [:]
        /// Event time reached by the rows of this instance's source.
        var watermark: Int64 = Watermark.none
        var publishedAt: UInt64 = 0
    }

    private static let publishNanoseconds: UInt64 = 50_000_000

    private let state = Mutex(State())
    private let stopped = Atomic<Bool>(false)

    var isStopped: Bool { stopped.load(ordering: .acquiring) }
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
        state.withLock { state in
            let last = state.progress[instance.id]?.publishedAt ?? 0
            guard now &- last >= Self.publishNanoseconds || instance.isFinished || last == 0 else { return }
            var figures = InstanceProgress()
            figures.publishedAt = max(1, now)
            for runtime in instance.nodes {
                figures.lateRows += runtime.body.lateRows
                let rows = runtime.body.stateRows
                if rows > 0 { figures.stateRows[runtime.node.id] = rows }
                if instance.source != nil { figures.watermark = max(figures.watermark, runtime.watermark) }
            }
            if let source = instance.source { figures.source = (source.root.node.id, source.reader.progress) }
            state.progress[instance.id] = figures
        }
    }
}
