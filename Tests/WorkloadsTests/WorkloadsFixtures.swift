import Foundation

@testable import Workloads

/// A directory that is gone when the test is.
final class ScratchDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "workloads-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Time that moves when somebody sleeps, and once by a jump.
final class SteppedClock: @unchecked Sendable {
    // One test thread reads and writes.
    private(set) var nanoseconds: Int64 = 7_000_000_000
    private var jump: (at: Int64, by: Int64)?

    init(jumpAfterSeconds: Int64? = nil, bySeconds: Int64 = 0) {
        jump = jumpAfterSeconds.map { (nanoseconds + $0 * 1_000_000_000, bySeconds * 1_000_000_000) }
    }

    var elapsedMilliseconds: Int64 { (nanoseconds - 7_000_000_000) / 1_000_000 }

    var clock: GeneratorClock {
        GeneratorClock(now: { self.nanoseconds }, sleep: { self.sleep($0) })
    }

    private func sleep(_ duration: Int64) {
        nanoseconds += max(1, duration)
        if let jump, nanoseconds >= jump.at {
            nanoseconds += jump.by
            self.jump = nil
        }
    }
}

/// 2025-11-12 10:00:00 in Shanghai, an ordinary day.
let ordinaryMorning: Int64 = 1_762_912_800_000

/// Options for a quick run at a constant rate.
func quickOptions(_ directory: ScratchDirectory, count: Int, rate: Double = 300) -> RechargeOptions {
    var options = RechargeOptions(outputDirectory: directory.path, rate: rate, start: ordinaryMorning)
    options.count = count
    options.load = .steady
    options.warmUpSeconds = 120
    return options
}

@discardableResult
func generate(_ options: RechargeOptions) throws -> RechargeSummary {
    var generator = try RechargeGenerator(options)
    return try generator.run(shouldStop: { false })
}

/// All log files below a directory, in the order of nodes, oldest first.
func logFiles(_ root: String) throws -> [String] {
    var paths: [String] = []
    for node in try FileManager.default.contentsOfDirectory(atPath: root).sorted() where node.hasPrefix("node-") {
        let names = try FileManager.default.contentsOfDirectory(atPath: root + "/" + node)
        let rotated = names.compactMap { Int($0.dropFirst("recharge.log.".count)) }.sorted()
        paths += rotated.map { "\(root)/\(node)/recharge.log.\($0)" } + ["\(root)/\(node)/recharge.log"]
    }
    return paths
}

func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

/// The lines of one file, newlines taken off.
func lines(_ path: String) throws -> [ArraySlice<UInt8>] {
    try bytes(path).split(separator: 10, omittingEmptySubsequences: false).dropLast()
}

/// FNV-1a over the names and contents of all log files.
func fingerprint(_ root: String) throws -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for path in try logFiles(root) {
        for byte in try Array(path.dropFirst(root.count).utf8) + bytes(path) {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
    }
    return hash
}
