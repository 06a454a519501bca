import Foundation
import Testing

@testable import Workloads

/// The records of the live show: their shape, their pace, and what stays when a run is repeated.
struct LiveShowGeneratorTests {
    private static let start: Int64 = 1_793_376_000_000

    private func run(
        _ path: String, count: Int, _ change: (inout LiveShowOptions) -> Void = { _ in }
    ) throws -> LiveShowGenerator.Progress {
        var options = LiveShowOptions(outputDirectory: path, rate: 100, start: Self.start)
        options.count = count
        change(&options)
        return try LiveShowGenerator(options).run(shouldStop: { false })
    }

    private func lines(_ path: String) throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    }

    @Test func recordsAreThoseOfTheProducers() throws {
        let scratch = try ScratchDirectory()
        let done = try run(scratch.path, count: 3_000)
        let visits = try lines(scratch.path + "/live_streaming_log.ndjson")
        let gifts = try lines(scratch.path + "/live_gift_total.ndjson")
        #expect(done.records == 3_000)
        #expect(visits.count == done.visits && gifts.count == done.gifts)
        #expect(visits.count > 1_300 && gifts.count > 1_200)
        let visit =
            #/\{"user_id": (\d+), "ip": "123\.0\.0\.(\d+)", "room_id": 202108\d\d, "arrive_time": "([^"]+)", "create_time": "([^"]+)", "leave_time": "([^"]+)", "region": 1122, "grade": (\d), "province": "((?:\\u[0-9a-f]{4}){2,3})"\}/#
        for line in visits {
            let found = try #require(try visit.wholeMatch(in: line)?.output)
            let user = try #require(Int(found.1))
            #expect((2_000...4_000).contains(user))
            #expect(Int(found.2) == user % 255 && Int(found.6) == user % 5 + 1)
            #expect(found.3 == found.4 && found.4 == found.5)
        }
        let gift =
            #/\{"user_id": \d+, "gift_type": (\d+), "gift_total_amount": (\d+)(, "room_id": 202108\d\d, "ip": "123\.0\.0\.\d+")?, "create_time": "2026-10-31 00:00:\d\d", "update_time": "[^"]+"\}/#
        var roomless = 0
        for line in gifts {
            let found = try #require(try gift.wholeMatch(in: line)?.output, "\(line)")
            #expect((1...10).contains(Int(found.1) ?? 0) && (1...100).contains(Int(found.2) ?? 0))
            roomless += found.3 == nil ? 1 : 0
        }
        #expect(roomless > 20 && roomless < 150)
    }

    @Test func aSeedGivesTheSameBytes() throws {
        let scratch = try ScratchDirectory()
        for (folder, seed) in [("a", 1), ("b", 1), ("c", 2)] {
            _ = try run(scratch.path + "/" + folder, count: 500) { $0.seed = UInt64(seed) }
        }
        func bytes(_ folder: String, _ name: String) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: "\(scratch.path)/\(folder)/\(name)"))
        }
        for name in ["live_streaming_log.ndjson", "live_gift_total.ndjson", "rooms.csv", "profiles.csv"] {
            #expect(try bytes("a", name) == bytes("b", name))
        }
        #expect(try bytes("a", "live_gift_total.ndjson") != bytes("c", "live_gift_total.ndjson"))
    }

    @Test func rotatedFilesHoldTheSameLines() throws {
        let scratch = try ScratchDirectory()
        _ = try run(scratch.path + "/whole", count: 2_000)
        _ = try run(scratch.path + "/parts", count: 2_000) { $0.rotateBytes = 50_000 }
        let name = "live_gift_total.ndjson"
        let parts = try FileCalls.names(in: scratch.path + "/parts").filter { $0.hasPrefix(name + ".") }
        #expect(parts.count > 1)
        let numbered = (1...parts.count).map { "\(name).\($0)" } + [name]
        let joined = try numbered.flatMap { try lines("\(scratch.path)/parts/\($0)") }
        #expect(try joined == lines("\(scratch.path)/whole/\(name)"))
    }

    @Test func historyComesAtOnceAndTheRestInItsTime() throws {
        let scratch = try ScratchDirectory()
        let time = SteppedClock()
        var options = LiveShowOptions(outputDirectory: scratch.path, rate: 50, start: Self.start)
        options.historySeconds = 60
        options.isPaced = true
        _ = try LiveShowGenerator(options, clock: time.clock).run(shouldStop: { time.elapsedMilliseconds > 5_000 })
        let times = try lines(scratch.path + "/live_gift_total.ndjson").compactMap {
            try #/"create_time": "([^"]+)"/#.firstMatch(in: $0).map { String($0.output.1) }
        }
        #expect(times.first.map { $0 < "2026-10-30 23:59:05" } == true)
        #expect(times.last.map { $0 >= "2026-10-31 00:00:03" && $0 <= "2026-10-31 00:00:06" } == true)
        #expect(times == times.sorted())
    }

    @Test func refusesOptionsWithoutMeaning() {
        func problem(_ change: (inout LiveShowOptions) -> Void) -> String? {
            var options = LiveShowOptions(outputDirectory: "x", rate: 10, start: Self.start)
            change(&options)
            do {
                try options.validate()
                return nil
            } catch {
                return error.message
            }
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.rate = 0 }?.contains("rate") == true)
        #expect(problem { $0.users = 1_000_000 }?.contains("users") == true)
        #expect(problem { $0.count = -1 }?.contains("count") == true)
        #expect(problem { $0.start = 0 }?.contains("start") == true)
        #expect(problem { $0.historySeconds = -1 }?.contains("history") == true)
        #expect(problem { $0.rotateBytes = 1 }?.contains("rotate") == true)
        #expect(problem { $0.outputDirectory = "" }?.contains("directory") == true)
    }
}
