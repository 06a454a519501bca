import Diagnostics

/// One thread's share of a job: steps its pipeline instances, those nearest the sinks first, until all are finished.
///
/// Readers run last, so that what is queued is worked off before more is read; a full queue downstream makes a step
/// say `blocked`, and nothing ever waits inside a step, so a thread that runs both ends of a queue cannot deadlock.
final class Worker: @unchecked Sendable {
    private static let messagesPerStep = 8

    private let instances: [PipelineInstance]
    let signal = ThreadSignal()
    private let control: JobControl
    private let clock: any TimeSource

    /// `instances` in order of flow.
    init(instances: [PipelineInstance], control: JobControl, clock: any TimeSource) {
        self.instances = instances.reversed()
        self.control = control
        self.clock = clock
        for instance in instances {
            instance.inbox.onMessage(raise: signal)
            instance.onRoom(raise: signal)
        }
    }

    /// Runs on the calling thread until the share is done or the job stops.
    func run() {
        var idleRounds = 0
        while !control.isStopped {
            do {
                let round = try step()
                if round.allFinished { return }
                if round.progressed {
                    idleRounds = 0
                    continue
                }
                idleRounds += 1
                signal.prepareToSleep()
                if try step().progressed {
                    signal.cancelSleep()
                    idleRounds = 0
                } else {
                    signal.sleep(milliseconds: round.blocked ? 1 : min(idleRounds, 5))
                }
            } catch is JobStopped {
                return
            } catch {
                control.fail(error)
                return
            }
        }
    }

    private func step() throws -> (progressed: Bool, blocked: Bool, allFinished: Bool) {
        var progressed = false
        var blocked = false
        var allFinished = true
        let now = clock.monotonicNanoseconds()
        for instance in instances where !instance.isFinished {
            allFinished = false
            var budget = instance.source == nil ? Self.messagesPerStep : 1
            stepping: while budget > 0 {
                budget -= 1
                switch try instance.step(now: now) {
                case .progressed: progressed = true
                case .blocked:
                    blocked = true
                    break stepping
                case .idle, .finished: break stepping
                }
            }
            control.publishProgress(of: instance, now: now)
        }
        return (progressed, blocked, allFinished)
    }
}
