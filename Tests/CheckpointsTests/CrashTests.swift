import Checkpoints
import Diagnostics
import TestSupport
import Testing

/// Loss of power at every operation of a run with folding and cleaning.
struct CrashTests {
    @Test func everyCrashPointLeavesAnEpochThatMayBe() throws {
        let history = try EpochHistory(seed: 11, epochs: 20)
        let violations = Self.violations(history, seeds: 4) { _ in }
        #expect(violations.found.isEmpty, "\(violations.found.prefix(5))")
        #expect(violations.points > 150)
    }

    @Test func otherHistoriesSurviveCrashesToo() throws {
        for seed in UInt64(20)..<23 {
            let violations = Self.violations(try EpochHistory(seed: seed, epochs: 12), seeds: 2) { _ in }
            #expect(violations.found.isEmpty, "\(violations.found.prefix(5))")
        }
    }

    /// A second loss of power, while a restart restores and cleans up after the first.
    @Test func everyCrashPointOfARestartIsSurvived() throws {
        let history = try EpochHistory(seed: 18, epochs: 16)
        var points = 0
        for (index, seed) in (UInt64(0)..<6).enumerated() {
            let files = FaultyFileSystem()
            files.powerOffAtOperation(120 + 37 * index)
            var first = StoreRun(history)
            first.run(files)
            files.crash(keeping: seed)
            let restart = files.copy()
            _ = first.violation(after: restart)
            let begun = files.changingOperations.count
            for point in restart.changingOperations.dropFirst(begun).prefix(30) {
                let disk = files.copy()
                points += 1
                disk.powerOffAtOperation(point)
                _ = try? openStore(disk).restore()
                disk.crash(keeping: UInt64(point))
                let violation = first.violation(after: disk)
                #expect(violation == nil, "operation \(point), seed \(seed): \(violation ?? "")")
            }
        }
        #expect(points > 100)
    }

    /// A test that cannot fail proves nothing: without syncs it must.
    @Test func missingSyncsAreNoticed() throws {
        let history = try EpochHistory(seed: 11, epochs: 6)
        let withoutFiles = Self.violations(history, seeds: 4) { $0.honoursFileSyncs = false }
        #expect(!withoutFiles.found.isEmpty)
        let withoutDirectories = Self.violations(history, seeds: 4) { $0.honoursDirectorySyncs = false }
        #expect(!withoutDirectories.found.isEmpty)
    }

    /// Stops a run at each of its operations, and looks at what each seed leaves on the disk.
    static func violations(
        _ history: EpochHistory, seeds: UInt64, stages: Bool = false, prepare: (FaultyFileSystem) -> Void
    ) -> (points: Int, found: [String]) {
        let whole = FaultyFileSystem()
        var complete = StoreRun(history, stages: stages)
        complete.run(whole)
        var found: [String] = complete.acknowledged == history.epochs.count ? [] : ["the whole run failed"]
        let points = whole.changingOperations + [whole.operationCount + 1]
        for point in points {
            let files = FaultyFileSystem()
            prepare(files)
            files.powerOffAtOperation(point)
            var run = StoreRun(history, stages: stages)
            run.run(files)
            for seed in 0..<seeds {
                let disk = files.copy()
                disk.crash(keeping: UInt64(point) &* 1_000 &+ seed)
                if let violation = run.violation(after: disk) {
                    found.append("operation \(point), seed \(seed): \(violation)")
                }
            }
        }
        return (points.count, found)
    }
}
