import Foundation
import Testing

@testable import Workloads

/// The events of Nexmark, against sums of files that another program wrote by the same rules.
struct NexmarkGeneratorTests {
    /// FNV-1a of 64 bits.
    private func sum(_ path: String) throws -> UInt64 {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return data.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    @Test func theSameBytesAsRecorded() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path + "/events.ndjson"
        var options = NexmarkOptions(events: 5_000, outputs: [path])
        options.delayMicroseconds = 1_000
        let summary = try NexmarkGenerator(options).run(shouldStop: { false })
        #expect(summary.events == 5_000)
        #expect(summary.bytes == 1_658_336)
        #expect(try sum(path) == 0xC050_8226_E855_7A05)
    }

    @Test func seedTimeAndFilesAreOptions() throws {
        let scratch = try ScratchDirectory()
        let paths = [scratch.path + "/a", scratch.path + "/b"]
        // The last second before the leap day of 2024.
        var options = NexmarkOptions(events: 3_000, outputs: paths)
        options.delayMicroseconds = 123.4
        options.seed = 7
        options.baseMilliseconds = 1_709_164_799_000
        let summary = try NexmarkGenerator(options).run(shouldStop: { false })
        #expect(summary.bytes == 498_890 + 496_466)
        #expect(try sum(paths[0]) == 0xBF9D_D695_A0CC_8E1D)
        #expect(try sum(paths[1]) == 0x047F_AE47_942B_2900)
    }

    @Test func stopsWhenTold() throws {
        let scratch = try ScratchDirectory()
        let options = NexmarkOptions(events: 1_000_000_000, outputs: [scratch.path + "/a"])
        var looks = 0
        let summary = try NexmarkGenerator(options).run(shouldStop: {
            looks += 1
            return looks > 1
        })
        #expect(summary.events == 10_000)
    }

    @Test func refusesOptionsWithoutMeaning() {
        func problem(_ change: (inout NexmarkOptions) -> Void) -> String? {
            var options = NexmarkOptions(events: 10, outputs: ["x"])
            change(&options)
            do {
                try options.validate()
                return nil
            } catch {
                return error.message
            }
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.events = -1 } != nil)
        #expect(problem { $0.outputs = [] } != nil)
        #expect(problem { $0.outputs = ["a", "a"] } != nil)
        #expect(problem { $0.delayMicroseconds = .nan } != nil)
        #expect(problem { $0.delayMicroseconds = 1e15 } != nil)
        #expect(problem { $0.baseMilliseconds = 253_402_300_799_999 } != nil)
    }
}
