import Diagnostics
import Scripts

/// What `millrace demo` feeds one application with: a generator that writes to a folder of its own.
struct DemoFeed: Sendable {
    private enum Workload: CaseIterable {
        case recharge
        case liveShow

        var name: String {
            switch self {
            case .recharge: RechargeGeneration.name
            case .liveShow: LiveShowGeneration.name
            }
        }
    }

    /// A file is rotated at this size, and so many rotated ones of its name are kept.
    private static let rotateBytes = 4 << 20
    private static let rotatedKept = 2
    /// The live show begins with the records of so many seconds, so that its six hours are full from the start.
    private static let historySeconds = 6 * 3_600
    private static let historyRotateBytes = 256 << 20
    private static let viewers = 400_000

    let manifest: ApplicationManifest
    /// Where the files go.
    let directory: String
    private let workload: Workload

    /// The feed that the manifest asks for; nil when it asks for none.
    init?(_ manifest: ApplicationManifest, directory: String) throws {
        guard let demo = manifest.demo else { return nil }
        guard let workload = Workload.allCases.first(where: { $0.name == demo.workload }) else {
            throw MillraceError(
                .user, code: "unknown_workload",
                "\(manifest.directory): there is no workload '\(demo.workload)'",
                hint: "there are " + Workload.allCases.map(\.name).joined(separator: ", "))
        }
        self.manifest = manifest
        self.directory = directory
        self.workload = workload
    }

    /// Generates on the calling thread until told to stop.
    func run(seed: UInt64, files: any FileSystem, shouldStop: @escaping @Sendable () -> Bool) throws {
        let rate = Double(manifest.demo?.rate ?? 1)
        switch workload {
        case .recharge:
            _ = try RechargeGeneration(
                directory: directory, rate: rate, seed: seed, rotateBytes: Self.rotateBytes, isPaced: true,
                isSteady: true, keepsFiles: true
            ).run(progress: { _ in }, shouldStop: shouldStop)
        case .liveShow:
            // What an earlier run wrote is history enough, and is counted already.
            let isFirst = try files.status(directory + "/live_gift_total.ndjson") == nil
            _ = try LiveShowGeneration(
                directory: directory, rate: rate, seed: seed, users: Self.viewers,
                rotateBytes: isFirst ? Self.historyRotateBytes : Self.rotateBytes,
                historySeconds: isFirst ? Self.historySeconds : 0, isPaced: true, keepsFiles: true
            ).run(progress: { _ in }, shouldStop: shouldStop)
        }
    }

    /// Removes the oldest rotated files, which would fill the disk.
    func prune(files: any FileSystem) {
        let folders = [directory] + ((try? files.list(directory)) ?? []).map { "\(directory)/\($0)" }
        for folder in folders {
            var numbers: [String: [Int]] = [:]
            for name in (try? files.list(folder)) ?? [] {
                guard let dot = name.lastIndex(of: "."), let number = Int(name[name.index(after: dot)...]) else {
                    continue
                }
                numbers[String(name[..<dot]), default: []].append(number)
            }
            for (name, found) in numbers {
                for number in found.sorted().dropLast(Self.rotatedKept) {
                    try? files.remove("\(folder)/\(name).\(number)")
                }
            }
        }
    }
}
