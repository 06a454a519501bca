import CommitLog
package import Diagnostics

/// `millrace verify`: a queue whose server is stopped, checked from end to end.
package enum QueueVerification {
    package struct Outcome: Sendable {
        package var lines: [String]
        package var isClean: Bool
    }

    /// `directory` is the data directory or the queue's own. `progress` is told bytes done and bytes in all.
    package static func run(
        _ directory: String, repairs: Bool, environment: Environment = Environment(), progress: (Int, Int) -> Void
    ) throws -> Outcome {
        let inside = directory + "/queue"
        let place = try environment.files.status(inside)?.kind == .directory ? inside : directory
        guard try environment.files.status(place + "/LOCK") != nil else {
            throw MillraceError(
                .user, code: "no_queue", "there is no queue in \(directory)",
                hint: "name the --data directory of a server that was started with --kafka")
        }
        do throws(LogError) {
            let report = try CommitLog.verify(
                directory: place, environment: environment, repairs: repairs, progress: progress)
            return Outcome(lines: lines(report, repairs: repairs), isClean: report.isClean)
        } catch {
            throw MillraceError(
                .user, code: "queue_unusable", "the queue in \(place) cannot be checked: \(error)",
                hint: Self.hint(error))
        }
    }

    private static func hint(_ error: LogError) -> String? {
        if case .inUse = error { return "its server must be stopped" }
        return nil
    }

    private static func lines(_ report: VerificationReport, repairs: Bool) -> [String] {
        var lines = report.recovery.damages.map { "found when opening: \($0)" }
        lines += report.damagedRanges.map { (repairs ? "cut out: " : "damaged: ") + "\($0)" }
        lines.append("\(report.batches) batches, \(report.bytes) bytes checked")
        if report.isClean {
            lines.append("all is well")
        } else if !repairs, !report.damagedRanges.isEmpty {
            lines.append("run again with --repair to cut the damage out; what is whole stays as it is")
        }
        return lines
    }
}
