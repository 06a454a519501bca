import ConnectorContract
import Connectors
import Diagnostics
import Engine
import Scripts
import Serving
import StreamSQL
import Synchronization

/// A job of an application, and what the console says of it.
final class RunningJob: Sendable {
    let id: String
    let name: String
    private let plan: PhysicalPlan
    private let stage: Mutex<Stage>
    private let make: Make
    /// The patience of the last attempt to make it, which knows the broker that was missed.
    private let patience: Mutex<BrokerPatience>
    private let rejects: RejectLog
    private let startedAt: Int64
    private let clock: any TimeSource
    private let rate: Mutex<(at: UInt64, rows: UInt64, perSecond: Double)>
    private let tables: [String]
    private let staticTables: Set<String>

    /// What is told of its state.
    private let notes: BeginningNotes

    /// Makes the job; brokers elsewhere are waited for as told.
    typealias Make = @Sendable (BrokerPatience) throws -> Job

    /// A job that runs or did, or what it waits for before it can.
    private enum Stage {
        case made(Job)
        /// A broker elsewhere cannot be reached: it is tried again for good.
        case waiting(any Error)
        /// It waited, and cannot be made or was stopped.
        case ended((any Error)?)
    }

    /// Makes the job; where a broker elsewhere cannot be reached within `patience`, ``start()`` goes on trying. Throws what
    /// else is wrong.
    init(
        id: String, name: String, plan: PhysicalPlan, rejects: RejectLog, notes: BeginningNotes,
        patience: BrokerPatience, clock: any TimeSource, make: @escaping Make
    ) throws {
        self.patience = Mutex(patience)
        self.notes = notes
        self.id = id
        self.name = name
        self.plan = plan
        self.make = make
        let begun: Stage
        do {
            begun = .made(try make(patience))
        } catch let error as MillraceError where error.code == BrokerPatience.errorCode {
            begun = .waiting(error)
        }
        stage = Mutex(begun)
        self.rejects = rejects
        self.clock = clock
        startedAt = clock.wallMilliseconds()
        rate = Mutex((clock.monotonicNanoseconds(), 0, 0))
        tables = plan.nodes.compactMap { node in
            guard case .sink(let sink) = node.operation, case .table(let table) = sink.target else { return nil }
            return table.connector == nil ? table.name : nil
        }
        staticTables = Set(
            plan.nodes.compactMap { node in
                guard case .scan(let scan) = node.operation, scan.isStatic else { return nil }
                return scan.table.name
            })
    }

    /// Runs the job, or goes on trying to make it. Throws when a thread cannot be had.
    func start() throws {
        switch stage.withLock({ $0 }) {
        case .made(let job): try run(job)
        case .waiting(let error):
            tell("waits: \(error)")
            guard OperatingSystemThread.start(name: "waiting", { [self] in keepTrying() }) else {
                throw MillraceError(.system, code: "no_thread", "the system refuses a new thread")
            }
        case .ended: break
        }
    }

    private func run(_ job: Job) throws {
        try job.start()
        job.whenOver { [weak self] in
            if let error = job.error { self?.tell("stopped: \(error)") }
        }
    }

    private func tell(_ text: String) { StandardError.write("job \(id) \(text)\n") }

    /// Seconds between two attempts: twice as long after each, up to the last.
    private static let pauses: [UInt64] = [1, 2, 4, 8, 10]
    /// How long each question to a broker is waited for once nobody else waits.
    private static let questionMilliseconds: UInt64 = 10_000

    /// Makes the job as soon as that is possible, and runs it; ends when the job is stopped.
    private func keepTrying() {
        var attempt = 0
        var told = ""
        while isWaiting {
            pause(seconds: Self.pauses[min(attempt, Self.pauses.count - 1)])
            attempt += 1
            guard isWaiting else { return }
            do {
                let job = try makeAgain()
                guard replaceWaiting(with: .made(job)) else { return }
                tell("goes on: the broker answers")
                return runOrEnd(job)
            } catch let error as MillraceError where Self.mayPass(error) {
                _ = replaceWaiting(with: .waiting(error))
                if told != error.message, attempt > 1, isWaiting { tell("still waits: \(error)") }
                told = error.message
            } catch {
                if replaceWaiting(with: .ended(error)) { tell("stopped: \(error)") }
                return
            }
        }
    }

    /// Whether an error may be gone at the next attempt: nobody answers, or a broker that has just come and does not know
    /// its topics yet.
    private static func mayPass(_ error: MillraceError) -> Bool {
        [BrokerPatience.errorCode, BrokerPatience.refusalCode].contains(error.code)
    }

    /// Asks the broker that was missed first: to make a job reads all of its state.
    private func makeAgain() throws -> Job {
        var patience = BrokerPatience(limitMilliseconds: Self.questionMilliseconds) { StandardError.write("\($0)\n") }
        // What is waited for was told.
        patience.noticeMilliseconds = .max
        patience.isWanted = { [weak self] in self?.isWaiting ?? false }
        try self.patience.withLock { $0 }.askAgain(patience)
        self.patience.withLock { $0 = patience }
        return try make(patience)
    }

    private var isWaiting: Bool {
        stage.withLock { if case .waiting = $0 { true } else { false } }
    }

    /// False where the job was stopped meanwhile: it stays so.
    private func replaceWaiting(with next: Stage) -> Bool {
        stage.withLock { stage in
            guard case .waiting = stage else { return false }
            stage = next
            return true
        }
    }

    private func runOrEnd(_ job: Job) {
        do {
            try run(job)
        } catch {
            job.stop()
            stage.withLock { $0 = .ended(error) }
            tell("stopped: \(error)")
        }
    }

    private func pause(seconds: UInt64) {
        let end = clock.monotonicNanoseconds() &+ seconds &* 1_000_000_000
        while isWaiting, clock.monotonicNanoseconds() < end { clock.sleep(nanoseconds: 20_000_000) }
    }

    /// Runs, or waits until it can.
    var isRunning: Bool {
        switch stage.withLock({ $0 }) {
        case .made(let job): job.state == .running
        case .waiting: true
        case .ended: false
        }
    }

    /// Asks for an orderly end behind one more epoch; returns at once.
    func requestStop() {
        let job = stage.withLock { stage -> Job? in
            if case .made(let job) = stage { return job }
            if case .waiting = stage { stage = .ended(nil) }
            return nil
        }
        job?.stop()
    }

    /// Ends behind one more epoch; throws `not_running` where it had ended before, and what ended it otherwise.
    func stop(limitMilliseconds: Int) throws {
        guard isRunning else {
            throw MillraceError(.user, code: "not_running", "the job '\(id)' does not run any more")
        }
        requestStop()
        guard case .made(let job) = stage.withLock({ $0 }) else { return }
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
        switch stage.withLock({ $0 }) {
        case .made(let job): return report(job)
        case .waiting(let error): return report(.restarting, error)
        case .ended(let error): return report(error == nil ? .finished : .failed, error)
        }
    }

    /// The report of a job that never ran.
    private func report(_ state: JobReport.State, _ error: (any Error)?) -> JobReport {
        var report = JobReport(id: id, name: name, state: state, error: error.map { "\($0)" }, startedAt: startedAt)
        report.tables = tables
        report.beginning = notes.lines
        report.sources = plan.nodes.compactMap { node in
            guard case .scan(let scan) = node.operation else { return nil }
            var source = SourceReport(name: scan.table.name)
            source.isStatic = scan.isStatic
            source.problem = (error as? MillraceError)?.message ?? error.map { "\($0)" }
            return source
        }
        return report
    }

    private func report(_ job: Job) -> JobReport {
        let figures = job.report
        // What a reader waits for is no failure, and is told in the same place.
        let problem = figures.sources.lazy.compactMap(\.progress.problem).first
        var report = JobReport(
            id: id, name: name, state: Self.state(figures.state), error: job.error.map { "\($0)" } ?? problem,
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
            entry.problem = source.progress.problem
            return entry
        }
        report.rejected = report.sources.reduce(0) { $0 + $1.rejected }
        report.operators = operatorReports(figures)
        report.tables = tables
        report.beginning = notes.lines
        return report
    }

    private func operatorReports(_ figures: JobFigures) -> [OperatorReport] {
        var places: [Int: Int] = [:]
        for (place, node) in figures.nodes.enumerated() { places[node.id] = place }
        return figures.nodes.map { node in
            var report = operatorReport(node, figures)
            report.inputs = Self.inputs(of: node.id, in: plan, places)
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
        report.text = PlanText.line(node.id, in: plan)
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
