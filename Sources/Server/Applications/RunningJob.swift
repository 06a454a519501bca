import ConnectorContract
import Diagnostics
import Engine
import Serving
import StreamSQL
import Synchronization

/// A job of an application, and what the console says of it.
final class RunningJob: Sendable {
    let id: String
    let name: String
    let job: Job
    private let rejects: RejectLog
    private let startedAt: Int64
    private let clock: any TimeSource
    private let rate: Mutex<(at: UInt64, rows: UInt64, perSecond: Double)>
    private let tables: [String]
    private let staticTables: Set<String>

    /// What became of the state that it began with.
    private let beginning: [String]

    init(
        id: String, name: String, job: Job, rejects: RejectLog, beginning: [String] = [], clock: any TimeSource
    ) {
        self.beginning = beginning
        self.id = id
        self.name = name
        self.job = job
        self.rejects = rejects
        self.clock = clock
        startedAt = clock.wallMilliseconds()
        rate = Mutex((clock.monotonicNanoseconds(), 0, 0))
        tables = job.plan.nodes.compactMap { node in
            guard case .sink(let sink) = node.operation, case .table(let table) = sink.target else { return nil }
            return table.connector == nil ? table.name : nil
        }
        staticTables = Set(
            job.plan.nodes.compactMap { node in
                guard case .scan(let scan) = node.operation, scan.isStatic else { return nil }
                return scan.table.name
            })
    }

    /// Ends behind one more epoch; throws `not_running` where it had ended before, and what ended it otherwise.
    func stop(limitMilliseconds: Int) throws {
        guard job.state == .running else {
            throw MillraceError(.user, code: "not_running", "the job '\(id)' does not run any more")
        }
        job.stop()
        let deadline = clock.monotonicNanoseconds() &+ UInt64(limitMilliseconds) &* 1_000_000
        while job.state == .running {
            guard clock.monotonicNanoseconds() < deadline else {
                throw MillraceError(
                    .system, code: "stop_slow", "the job '\(id)' has not stopped after \(limitMilliseconds / 1_000) s",
                    hint: "it goes on stopping; SHOW JOBS tells when it is over")
            }
            clock.sleep(nanoseconds: 1_000_000)
        }
        if job.state == .failed {
            throw MillraceError(
                .system, code: "job_failed", "the job '\(id)' failed: \(job.error.map { "\($0)" } ?? "")")
        }
    }

    var report: JobReport {
        let figures = job.report
        var report = JobReport(
            id: id, name: name, state: Self.state(figures.state), error: job.error.map { "\($0)" },
            startedAt: startedAt)
        report.rowsIn = figures.rowsIn
        report.rowsPerSecond = rowsPerSecond(figures.rowsIn)
        report.rowsOut = figures.rowsOut
        report.lateRows = UInt64(max(0, figures.lateRows))
        report.refusedRows = UInt64(max(0, figures.refusedRows))
        // Event time as the logs have it: wall time without a zone.
        report.asOf = figures.watermark.map { $0 / 1_000 }
        report.lastEpoch = figures.lastEpoch.map {
            JobReport.Epoch(
                number: $0.number, at: $0.atMilliseconds, durationMilliseconds: Int64($0.durationMilliseconds),
                bytes: Int64($0.bytesWritten))
        }
        report.sources = figures.sources.map { source in
            var entry = SourceReport(name: source.table)
            entry.isStatic = staticTables.contains(source.table)
            entry.files = source.progress.splits
            entry.lagBytes = source.progress.lagBytes
            entry.rowsIn = source.progress.rowsRead
            entry.rejected = source.progress.rowsRejected
            entry.lastRecordAt = source.progress.lastRowAtMilliseconds
            entry.samples = rejects.samples(of: source.table)
            return entry
        }
        report.rejected = report.sources.reduce(0) { $0 + $1.rejected }
        report.operators = operatorReports(figures)
        report.tables = tables
        report.beginning = beginning
        return report
    }

    private func operatorReports(_ figures: JobFigures) -> [OperatorReport] {
        var places: [Int: Int] = [:]
        for (place, node) in figures.nodes.enumerated() { places[node.id] = place }
        return figures.nodes.map { node in
            var report = operatorReport(node, figures)
            report.inputs = Self.inputs(of: node.id, in: job.plan, places)
            return report
        }
    }

    /// The places of what a node reads. An exchange has no figures of its own: what it reads stands for it.
    private static func inputs(of id: Int, in plan: PhysicalPlan, _ places: [Int: Int]) -> [Int] {
        guard plan.nodes.indices.contains(id) else { return [] }
        return plan.nodes[id].inputs.flatMap { input in
            places[input].map { [$0] } ?? inputs(of: input, in: plan, places)
        }
    }

    private func operatorReport(_ node: JobFigures.Node, _ figures: JobFigures) -> OperatorReport {
        var report = OperatorReport(
            name: node.name, rowsIn: node.rowsIn, rowsOut: node.rowsOut, stateRows: UInt64(max(0, node.stateRows)))
        report.batchesIn = node.batchesIn
        report.batchesOut = node.batchesOut
        report.stateBytes = UInt64(max(0, node.stateBytes))
        report.lateRows = UInt64(max(0, node.lateRows))
        report.refusedRows = UInt64(max(0, node.refusedRows))
        // An operator drops rows for one reason only.
        report.lateSamples = node.refusedRows > 0 ? [] : node.droppedSamples
        report.refusedSamples = node.refusedRows > 0 ? node.droppedSamples : []
        report.busyMilliseconds = node.busyNanoseconds / 1_000_000
        let capacity = Double(figures.runningNanoseconds) * Double(max(1, node.instances))
        if capacity > 0 {
            report.busyPercent = (Double(node.busyNanoseconds) / capacity * 1_000).rounded() / 10
            report.blockedPercent = (Double(node.blockedNanoseconds) / capacity * 1_000).rounded() / 10
        }
        report.watermark = node.watermark.map { $0 / 1_000 }
        report.text = PlanText.line(node.id, in: job.plan)
        return report
    }

    private static func state(_ state: Job.State) -> JobReport.State {
        switch state {
        case .running: .running
        case .finished, .stopped: .finished
        case .failed: .failed
        }
    }

    /// Rows a second over the last second or so.
    private func rowsPerSecond(_ rows: UInt64) -> Double {
        let now = clock.monotonicNanoseconds()
        return rate.withLock { rate in
            let elapsed = Double(now &- rate.at) / 1e9
            if elapsed >= 1 { rate = (now, rows, Double(rows &- rate.rows) / elapsed) }
            return rate.perSecond
        }
    }
}
