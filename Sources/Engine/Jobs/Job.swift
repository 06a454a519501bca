import Columnar
import ConnectorContract
package import Diagnostics
import Glibc
package import StreamSQL
import Synchronization

/// A running plan: restores the last epoch, runs the pipelines on their threads, cuts an epoch every second, and
/// ends when all bounded input has ended or when it is stopped.
package final class Job: Sendable {
    /// Where a job stands.
    package enum State: Sendable, Equatable { case running, finished, stopped, failed }

    package let plan: PhysicalPlan
    /// What became of the state that the job began with.
    package let stateReport: StateReport
    private let settings: JobSettings
    private let wiring: JobWiring
    private let control: JobControl
    private let coordinator: EpochCoordinator
    private let instances: InstanceBox
    private let counters: [NodeCounters]
    private let sinks: [any Sink]
    private let outcome: Mutex<Outcome>
    private let startedNanoseconds: UInt64

    private struct Outcome {
        var state = State.running
        var workersRunning = 0
        var lastEpoch: EpochReport?
        /// Why the last epoch could not be stored, while there is hope that the next one can.
        var problem: MillraceError?
        var stopWanted = false
        var isSchemaStored = false
        var waiters: [@Sendable () -> Void] = []
    }

    /// Instances belong to the threads that run them; the box only carries them there.
    private struct InstanceBox: @unchecked Sendable {
        var instances: [PipelineInstance]
        var shards: [Int]
    }

    /// Restores and wires everything; nothing runs yet. Throws when a source, sink or the store cannot be opened.
    package init(plan: PhysicalPlan, settings: JobSettings, wiring: JobWiring) throws {
        self.plan = plan
        self.settings = settings
        self.wiring = wiring
        control = JobControl(stateBytesMax: settings.stateBytesMax)
        let (restored, report) = try JobBeginning(plan: plan, wiring: wiring).begin()
        stateReport = report
        wiring.noteState(report)
        let seeds = try JobSeeds.restored(from: restored) ?? JobSeeds(random: wiring.environment.random)
        coordinator = EpochCoordinator(lastEpoch: restored?.epoch ?? 0, hasEpochs: wiring.store != nil)
        let builder = PipelineBuilder(
            plan: plan, layout: try PipelineLayout(plan), wiring: wiring, settings: settings, coordinator: coordinator,
            control: control, restored: restored, seeds: seeds)
        let built = try builder.build()
        instances = InstanceBox(instances: built.instances, shards: built.shards)
        counters = built.counters
        sinks = built.sinks
        outcome = Mutex(Outcome())
        startedNanoseconds = wiring.environment.clock.monotonicNanoseconds()
        self.seeds = seeds
    }

    private let seeds: JobSeeds

    // MARK: running on threads

    /// Starts the threads and returns.
    package func start() throws(MillraceError) {
        for instance in emptyReaders { _ = try step(instance) }
        let shardCount = settings.parallelism
        var workers: [Worker] = []
        for shard in 0..<shardCount {
            let own = zip(instances.instances, instances.shards).filter { $0.1 == shard }.map(\.0)
            if !own.isEmpty {
                workers.append(Worker(instances: own, control: control, clock: wiring.environment.clock))
            }
        }
        outcome.withLock { $0.workersRunning = workers.count }
        for (index, worker) in workers.enumerated() {
            let started = OperatingSystemThread.start(name: "shard-\(index)") { [self] in
                worker.run()
                outcome.withLock { $0.workersRunning -= 1 }
                coordinator.wake.raise()
            }
            guard started else { throw MillraceError(.system, code: "no_thread", "the system refuses a new thread") }
        }
        let started = OperatingSystemThread.start(name: "epochs") { [self] in superviseEpochs() }
        guard started else { throw MillraceError(.system, code: "no_thread", "the system refuses a new thread") }
    }

    /// Readers without anything to read say so first: the others' rows would otherwise wait for their watermarks, or
    /// not, depending on which thread runs first.
    private var emptyReaders: [PipelineInstance] {
        instances.instances.filter { $0.source?.reader.openSplits.isEmpty == true }
    }

    private func step(_ instance: PipelineInstance) throws(MillraceError) -> PipelineInstance.StepResult {
        do {
            return try instance.step(now: wiring.environment.clock.monotonicNanoseconds())
        } catch let error as MillraceError {
            throw error
        } catch {
            throw MillraceError(.system, code: "start_failed", "a source cannot be read: \(error)")
        }
    }

    /// So often the time of the next epoch is looked at; what else there is to do is told.
    private static let lookMilliseconds = 2

    /// Cuts epochs on time and stores those that became whole, until the job is over.
    private func superviseEpochs() {
        let clock = wiring.environment.clock
        var pace = EpochPace(milliseconds: settings.epochMilliseconds, now: clock.monotonicNanoseconds())
        var isOver = false
        while !isOver {
            let now = clock.monotonicNanoseconds()
            let (wantsStop, isTroubled) = outcome.withLock { ($0.stopWanted, $0.problem != nil) }
            if wiring.store != nil,
                wantsStop
                    || pace.isDue(now: now, rows: rowsIn, isPressed: coordinator.holdsEnough, isTroubled: isTroubled),
                coordinator.requestNext()
            {
                pace.didCut(now: now, rows: rowsIn)
            }
            isOver = storeWholeEpochs(cutAt: pace.lastCut) || control.isStopped
            if !isOver { coordinator.wake.wait(milliseconds: Self.lookMilliseconds) }
        }
        end()
    }

    /// Rows that operators have taken in, all added up: it grows while anything comes.
    private var rowsIn: UInt64 { counters.reduce(0) { $0 &+ $1.rowsIn } }

    /// Stores what is whole; true when the job is over.
    private func storeWholeEpochs(cutAt: UInt64) -> Bool {
        guard let epoch = coordinator.takeWhole() else { return false }
        do {
            try store(epoch, cutAt: cutAt)
            if epoch.isFinal {
                for sink in sinks {
                    try sink.committed(epoch: epoch.number)
                    try sink.finish()
                }
                return true
            }
            // A stop ends the job behind the epoch that was cut for it.
            if outcome.withLock({ $0.stopWanted }) {
                control.stop()
                return true
            }
        } catch let error as MillraceError where error.code == "disk_full" && !epoch.isFinal {
            // The store keeps the epoch's changes and adds them to the next one; nothing outside has seen them.
            outcome.withLock { $0.problem = error }
        } catch {
            control.fail(error)
            return true
        }
        return false
    }

    private func store(_ epoch: EpochCoordinator.WholeEpoch, cutAt: UInt64) throws {
        if let store = wiring.store {
            let receipt = try store.commit(
                epoch: epoch.number, changes: epoch.changes + [seeds.change] + unstoredSchema())
            let now = wiring.environment.clock.monotonicNanoseconds()
            let report = EpochReport(
                number: epoch.number, atMilliseconds: wiring.environment.clock.wallMilliseconds(),
                durationMilliseconds: Double(now &- cutAt) / 1_000_000, bytesWritten: receipt.bytesWritten)
            outcome.withLock { outcome in
                outcome.lastEpoch = report
                outcome.problem = nil
            }
        }
        coordinator.didCommit(epoch.number)
    }

    /// What the state is made of goes with the first epoch of each start.
    private func unstoredSchema() -> [StateChange] {
        let isStored = outcome.withLock { outcome in
            defer { outcome.isSchemaStored = true }
            return outcome.isSchemaStored
        }
        return isStored ? [] : [StoredSchema(plan).change]
    }

    private func end() {
        control.stop()
        // Threads leave their step first: nothing of the job may run once it counts as over.
        while outcome.withLock({ $0.workersRunning > 0 }) { coordinator.wake.wait(milliseconds: Self.lookMilliseconds) }
        showLastEpoch()
        let failed = control.error != nil
        let waiters = outcome.withLock { outcome in
            outcome.state = failed ? .failed : outcome.stopWanted ? .stopped : .finished
            defer { outcome.waiters = [] }
            return outcome.waiters
        }
        for waiter in waiters { waiter() }
    }

    /// A job that was stopped shows what its last epoch made durable; a restart would show it otherwise.
    private func showLastEpoch() {
        guard wiring.store != nil, control.error == nil, outcome.withLock({ $0.stopWanted }) else { return }
        do {
            for sink in sinks { try sink.committed(epoch: coordinator.committedEpoch) }
        } catch {
            control.fail(error)
        }
    }

    // MARK: running on one thread

    /// Runs the whole job on the calling thread, choosing the next step by the seed: the same seed gives the same run.
    /// `onStep` is called before each step; throw from it to crash the job there.
    package func runSeeded(_ seed: UInt64, onStep: (Int) throws -> Void = { _ in }) throws {
        var random = SplitMix64(seed: seed)
        let all = instances.instances
        for instance in emptyReaders { _ = try step(instance) }
        var number = 0
        while true {
            try onStep(number)
            number += 1
            if wiring.store != nil, random.next() % 16 == 0 { _ = coordinator.requestNext() }
            if let epoch = coordinator.takeWhole() {
                try store(epoch, cutAt: wiring.environment.clock.monotonicNanoseconds())
                if epoch.isFinal { break }
            }
            let running = all.filter { !$0.isFinished }
            guard !running.isEmpty else { continue }
            let instance = running[Int(random.next() % UInt64(running.count))]
            wiring.environment.clock.sleep(nanoseconds: random.next() % 2_000_000)
            let now = wiring.environment.clock.monotonicNanoseconds()
            _ = try instance.step(now: now)
            control.publishProgress(of: instance, now: now)
            if let error = control.error { throw error }
        }
        for sink in sinks {
            try sink.committed(epoch: coordinator.committedEpoch)
            try sink.finish()
        }
        outcome.withLock { $0.state = .finished }
    }

    /// Runs a bounded plan to its end on the calling thread, without epochs; for small queries. Throws the code
    /// `query_timeout` when that takes longer than allowed.
    package func runToEnd(limitMilliseconds: Int) throws {
        control.setDeadline(
            wiring.environment.clock.monotonicNanoseconds() + UInt64(max(1, limitMilliseconds)) * 1_000_000,
            clock: wiring.environment.clock)
        let order = instances.instances.reversed()
        var isDone = false
        while !isDone {
            isDone = true
            // What waits for the clock must see that it goes on.
            let now = wiring.environment.clock.monotonicNanoseconds()
            var hasProgressed = false
            for instance in order where !instance.isFinished {
                isDone = false
                while try instance.step(now: now) == .progressed {
                    hasProgressed = true
                    if instance.source != nil { break }
                }
            }
            guard !isDone, !hasProgressed else { continue }
            // Rows wait for the clock.
            try control.check()
            wiring.environment.clock.sleep(nanoseconds: 1_000_000)
        }
        for sink in sinks { try sink.finish() }
        outcome.withLock { $0.state = .finished }
    }

    // MARK: control

    package var state: State { outcome.withLock { $0.state } }
    /// What ended the job, or what troubles it while it runs.
    package var error: (any Error)? { control.error ?? outcome.withLock { $0.problem } }

    /// Asks for an orderly end: one more epoch, then the threads stop. Returns at once.
    package func stop() {
        outcome.withLock { $0.stopWanted = true }
        if wiring.store == nil { control.stop() }
        coordinator.wake.raise()
    }

    /// Calls `body` once when the job is over; at once when it is already.
    package func whenOver(_ body: @escaping @Sendable () -> Void) {
        let isOver = outcome.withLock { outcome in
            if outcome.state == .running { outcome.waiters.append(body) }
            return outcome.state != .running
        }
        if isOver { body() }
    }

    /// Blocks the calling thread until the job is over, then gives its error if it has one. Not for the cooperative pool.
    package func waitUntilOver() throws {
        while state == .running { wiring.environment.clock.sleep(nanoseconds: 500_000) }
        if let error = control.error { throw error }
    }

    // MARK: figures

    package var report: JobFigures {
        let (state, lastEpoch) = outcome.withLock { ($0.state, $0.lastEpoch) }
        return JobFigures(
            plan: plan, counters: counters, progress: control.progress, state: state, lastEpoch: lastEpoch,
            runningNanoseconds: wiring.environment.clock.monotonicNanoseconds() &- startedNanoseconds)
    }
}
