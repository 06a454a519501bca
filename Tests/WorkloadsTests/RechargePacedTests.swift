import Foundation
import Testing

@testable import Workloads

struct RechargePacedTests {
    @Test func linesComeWhenTheirTimeHasCome() throws {
        let directory = try ScratchDirectory()
        let time = SteppedClock()
        var options = quickOptions(directory, count: 0, rate: 500)
        options.count = nil
        options.pace = .realTime
        options.oraclePath = directory.path + "/oracle.json"
        var generator = try RechargeGenerator(options, clock: time.clock)
        var reports = 0
        let summary = try generator.run(
            shouldStop: { time.elapsedMilliseconds >= 6_000 },
            progress: { progress in
                reports += 1
                #expect(progress.behindMilliseconds == 0)
                #expect(progress.oracle.eventTime == ordinaryMorning + time.elapsedMilliseconds)
                let written = (try? logFiles(directory.path).map { try lines($0).count }.reduce(0, +)) ?? -1
                #expect(written == progress.lines)
                let oracle = try? String(contentsOfFile: directory.path + "/oracle.json", encoding: .utf8)
                #expect(oracle == progress.oracle.json())
            })
        #expect(reports == 5)
        #expect(!summary.isComplete)
        #expect((2_600...3_400).contains(summary.lines))
        #expect(try String(contentsOfFile: directory.path + "/oracle.json", encoding: .utf8) == summary.oracle.json())
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/oracle.json.new"))
    }

    @Test func everyTickReachesTheFiles() throws {
        let directory = try ScratchDirectory()
        let time = SteppedClock()
        var options = quickOptions(directory, count: 400, rate: 2_000)
        options.nodes = 1
        options.pace = .realTime
        var generator = try RechargeGenerator(options, clock: time.clock)
        var sizes: [Int] = []
        _ = try generator.run(shouldStop: {
            sizes.append((try? bytes(directory.path + "/node-01/recharge.log").count) ?? -1)
            return false
        })
        // Two lines a millisecond on average: nearly every look, 5 ms apart, finds more than the one before.
        let grown = zip(sizes, sizes.dropFirst()).count { $0 < $1 }
        #expect(sizes.count >= 30 && grown >= sizes.count * 8 / 10)
    }

    @Test func catchesUpAfterAPause() throws {
        let (smooth, paused) = (try ScratchDirectory(), try ScratchDirectory())
        var options = quickOptions(smooth, count: 3_000, rate: 500)
        options.pace = .realTime
        var generator = try RechargeGenerator(options, clock: SteppedClock().clock)
        _ = try generator.run(shouldStop: { false })
        options.outputDirectory = paused.path
        generator = try RechargeGenerator(options, clock: SteppedClock(jumpAfterSeconds: 2, bySeconds: 3).clock)
        _ = try generator.run(shouldStop: { false })
        #expect(try fingerprint(smooth.path) == fingerprint(paused.path))
    }

    @Test func pacedAndUnpacedWriteTheSame() throws {
        let (paced, unpaced) = (try ScratchDirectory(), try ScratchDirectory())
        var options = quickOptions(unpaced, count: 2_000, rate: 500)
        try generate(options)
        options.outputDirectory = paced.path
        options.pace = .realTime
        var generator = try RechargeGenerator(options, clock: SteppedClock().clock)
        _ = try generator.run(shouldStop: { false })
        #expect(try fingerprint(unpaced.path) == fingerprint(paced.path))
    }

    @Test func nightsAreQuietAndEveningsBusy() throws {
        func linesOfTwentySeconds(atHour hour: Int64, day: Int64 = 0) throws -> Int {
            let directory = try ScratchDirectory()
            let time = SteppedClock()
            var options = quickOptions(directory, count: 0, rate: 400)
            options.count = nil
            options.load = .dayCurve
            options.pace = .realTime
            options.start = ordinaryMorning + (day * 24 + hour - 10) * 3_600_000
            var generator = try RechargeGenerator(options, clock: time.clock)
            return try generator.run(shouldStop: { time.elapsedMilliseconds >= 20_000 }).lines
        }
        let night = try linesOfTwentySeconds(atHour: 4)
        let morning = try linesOfTwentySeconds(atHour: 11)
        let evening = try linesOfTwentySeconds(atHour: 20)
        let monthEnd = try linesOfTwentySeconds(atHour: 20, day: 18)
        #expect((400...1_300).contains(night))
        #expect((11_500...16_500).contains(morning))
        #expect((12_500...17_500).contains(evening))
        #expect((1.3...1.7).contains(Double(monthEnd) / Double(evening)))
    }
}
