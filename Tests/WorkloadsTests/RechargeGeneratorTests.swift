import Foundation
import Testing

@testable import Workloads

struct RechargeGeneratorTests {
    @Test func sameSeedSameBytes() throws {
        let (first, second, other) = (try ScratchDirectory(), try ScratchDirectory(), try ScratchDirectory())
        var options = quickOptions(first, count: 5_000)
        options.malformedPerMillion = 2_000
        options.rotateBytes = 50_000
        try generate(options)
        options.outputDirectory = second.path
        try generate(options)
        options.outputDirectory = other.path
        options.seed = 2
        try generate(options)
        #expect(try fingerprint(first.path) == fingerprint(second.path))
        #expect(try fingerprint(first.path) != fingerprint(other.path))
    }

    /// Changes only when the data changes on purpose: benchmark figures and examples depend on the bytes.
    @Test func bytesOfSeedOneArePinned() throws {
        let directory = try ScratchDirectory()
        try generate(quickOptions(directory, count: 5_000))
        let actual = try fingerprint(directory.path)
        #expect(actual == 7_564_047_299_464_707_385)
    }

    @Test func aRunInPlaceReplacesTheOldFiles() throws {
        let directory = try ScratchDirectory()
        var options = quickOptions(directory, count: 3_000)
        options.rotateBytes = 20_000
        try generate(options)
        let once = try fingerprint(directory.path)
        try generate(options)
        #expect(try fingerprint(directory.path) == once)
    }

    @Test func keptFilesAreRotatedAway() throws {
        let directory = try ScratchDirectory()
        var options = quickOptions(directory, count: 2_000)
        options.nodes = 1
        try generate(options)
        let before = try bytes(directory.path + "/node-01/recharge.log")
        options.existingFiles = .keep
        options.seed = 5
        try generate(options)
        #expect(try bytes(directory.path + "/node-01/recharge.log.1") == before)
        #expect(try bytes(directory.path + "/node-01/recharge.log") != before)
    }

    @Test func rotationCutsBetweenLinesAndLosesNothing() throws {
        let (whole, rotated) = (try ScratchDirectory(), try ScratchDirectory())
        var options = quickOptions(whole, count: 6_000)
        options.nodes = 3
        try generate(options)
        options.outputDirectory = rotated.path
        options.rotateBytes = 100_000
        try generate(options)
        for node in ["node-01", "node-02", "node-03"] {
            let parts = try logFiles(rotated.path).filter { $0.contains(node) }
            #expect(parts.count > 3)
            for (index, part) in parts.dropLast().enumerated() {
                #expect(part.hasSuffix(".\(index + 1)"))
                let content = try bytes(part)
                #expect(content.count >= 100_000 && content.count < 100_000 + LineCursor.longestLine)
                #expect(content.last == 10)
            }
            let joined = try parts.flatMap { try bytes($0) }
            #expect(try joined == bytes(whole.path + "/\(node)/recharge.log"))
        }
    }

    @Test func sharesOfDuplicateLateAndSuccessfulLines() throws {
        let directory = try ScratchDirectory()
        var options = quickOptions(directory, count: 60_000, rate: 150)
        options.nodes = 3
        let oracle = try generate(options).oracle
        #expect((8.5...11.0).contains(Double(oracle.duplicates) * 1_000 / Double(oracle.lines)))
        #expect((3.6...5.8).contains(Double(oracle.late) * 1_000 / Double(oracle.lines)))
        #expect((0.25...0.35).contains(Double(oracle.recharges.successes) / Double(oracle.createdOrders)))
        #expect((0.90...0.97).contains(Double(oracle.recharges.successes) / Double(oracle.recharges.orders)))
        #expect((520...580).contains(oracle.bytes / oracle.lines))
        let average = Double(oracle.lines) * 1_000 / Double(oracle.eventTime - ordinaryMorning)
        #expect((140...160).contains(average))
        for calls in oracle.interfaces {
            #expect((0.007...0.033).contains(Double(calls.failures) / Double(calls.calls)))
        }
        let lagging = try lagging(directory)
        #expect(lagging.lines >= oracle.late && lagging.lines <= oracle.late + oracle.duplicates)
        #expect((40_000...61_000).contains(lagging.worst))
    }

    /// Lines that come at least 4.9 s after a line logged later, and the longest such delay in milliseconds.
    private func lagging(_ directory: ScratchDirectory) throws -> (lines: Int, worst: Int) {
        var (count, worst) = (0, 0)
        for path in try logFiles(directory.path) {
            var newest = 0
            for line in try lines(path) {
                let text = String(decoding: line, as: UTF8.self)
                let digits = Array(text[try #require(text.range(of: "\"logOutTime\":\"")).upperBound...].prefix(17))
                // All on one day.
                let time = [8, 10, 12, 14].map { Int(String(digits[$0..<($0 == 14 ? 17 : $0 + 2)])) ?? 0 }
                let moment = ((time[0] * 60 + time[1]) * 60 + time[2]) * 1_000 + time[3]
                if newest - moment >= 4_900 { count += 1 }
                worst = max(worst, newest - moment)
                newest = max(newest, moment)
            }
        }
        return (count, worst)
    }

    @Test func noticesComeFromTheLastFourNodes() throws {
        let directory = try ScratchDirectory()
        var options = quickOptions(directory, count: 5_000)
        options.duplicatesPerMille = 0
        try generate(options)
        let files = try logFiles(directory.path)
        #expect(files.count == 23)
        for (index, path) in files.enumerated() {
            let content = try lines(path).map { String(decoding: $0, as: UTF8.self) }
            #expect(content.count > 50)
            let fromNotification = content.filter { $0.contains("NotifyReq") || $0.contains("reChargeReq") }
            #expect(fromNotification.count == (index >= 19 ? content.count : 0))
            for line in content {
                #expect(line.contains("\"receiveNotifyTime\":\"\"") != line.contains("NotifyReq\""))
                #expect(line.contains("\"terminalType\":\"PC\"") || index >= 11)
                #expect(line.contains("\"serverIp\":\"10.255.254.\(index + 10)\""))
            }
        }
    }

    @Test func anyNumberOfNodesIsSplit() {
        for count in 1...200 {
            let nodes = RechargeNodes(count: count)
            #expect(nodes.count == count)
            #expect(!nodes.pc.isEmpty && !nodes.mobile.isEmpty && !nodes.notification.isEmpty)
            #expect(count < 3 || nodes.pc.upperBound == nodes.mobile.lowerBound)
            #expect(count < 3 || nodes.mobile.upperBound == nodes.notification.lowerBound)
        }
        let nodes = RechargeNodes(count: 23)
        #expect(nodes.pc.count == 11 && nodes.mobile.count == 8 && nodes.notification.count == 4)
    }

    @Test func badOptionsAreNamed() throws {
        let directory = try ScratchDirectory()
        let good = quickOptions(directory, count: 1)
        let bad: [(String, (inout RechargeOptions) -> Void)] = [
            ("directory", { $0.outputDirectory = "" }), ("nodes", { $0.nodes = 0 }), ("nodes", { $0.nodes = 1_000 }),
            ("rate", { $0.rate = 0 }), ("rate", { $0.rate = .nan }), ("rate", { $0.rate = 1e9 }),
            ("count", { $0.count = -1 }), ("rotate", { $0.rotateBytes = 0 }), ("start", { $0.start = 0 }),
            ("start", { $0.start = .max }), ("malformed", { $0.malformedPerMillion = 1_000_001 }),
            ("duplicates", { $0.duplicatesPerMille = -1 }), ("late", { $0.latePerMille = 1_001 }),
            ("warm-up", { $0.warmUpSeconds = 481 }),
        ]
        for (word, change) in bad {
            var options = good
            change(&options)
            let error = #expect(throws: WorkloadError.self) { try RechargeGenerator(options) }
            #expect(error?.message.contains(word) == true)
            #expect(error?.cause == .option)
        }
    }

    @Test func anUnusableDirectoryIsReported() throws {
        let directory = try ScratchDirectory()
        try Data().write(to: URL(fileURLWithPath: directory.path + "/file"))
        var options = quickOptions(directory, count: 1)
        options.outputDirectory = directory.path + "/file/below"
        var generator = try RechargeGenerator(options)
        let error = #expect(throws: WorkloadError.self) { try generator.run(shouldStop: { false }) }
        #expect(error?.cause == .file)
        #expect(error?.message.contains(directory.path + "/file") == true)
    }
}
