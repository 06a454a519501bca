package import Diagnostics
import Scripts
import Serving
import Synchronization
import Tables

/// `millrace demo`: the applications with their generators beside them.
package final class Demo: Sendable {
    /// A node's file is rotated at this size, and so many rotated ones are kept.
    private static let rotateBytes = 4 << 20
    private static let rotatedKept = 2

    private let server: MillraceServer
    private let feeds: [(manifest: ApplicationManifest, logs: String)]
    private let environment: Environment
    private let isOver = Atomic<Bool>(false)

    /// `settings.directories` name the applications; their data and logs go below `settings.dataDirectory`.
    package init(_ settings: ServeSettings, environment: Environment = Environment()) throws {
        var settings = settings
        self.environment = environment
        var feeds: [(manifest: ApplicationManifest, logs: String)] = []
        for directory in settings.directories {
            let manifest = try ApplicationManifest(directory: directory, files: environment.files)
            guard let demo = manifest.demo else { continue }
            guard demo.workload == RechargeGeneration.name else {
                throw MillraceError(
                    .user, code: "unknown_workload", "\(directory): there is no workload '\(demo.workload)'")
            }
            let logs = "\(settings.dataDirectory)/logs/\(manifest.name)"
            settings.variables[demo.variable] = logs.hasPrefix("/") ? logs : "\(Machine.workingDirectory)/\(logs)"
            feeds.append((manifest, logs))
        }
        self.feeds = feeds
        server = try MillraceServer(settings, environment: environment)
    }

    /// Runs until a signal, or until the time is up. `print` takes a line of live figures each second.
    package func run(
        onListening: @escaping @Sendable (String) -> Void, print: @escaping @Sendable (String) -> Void
    ) async throws {
        for feed in feeds { try startGenerator(feed.manifest, logs: feed.logs, print: print) }
        let isStarted = OperatingSystemThread.start(name: "demo-figures") { [self] in
            while !isOver.load(ordering: .acquiring) {
                environment.clock.sleep(nanoseconds: 1_000_000_000)
                print(figures)
                prune()
            }
        }
        guard isStarted else { throw MillraceError(.system, code: "no_thread", "the system refuses a new thread") }
        defer { isOver.store(true, ordering: .releasing) }
        try await server.run(onListening: { [server] address in
            for id in server.dashboardIds { onListening("\(address)/d/\(id)") }
        })
    }

    private func startGenerator(
        _ manifest: ApplicationManifest, logs: String, print: @escaping @Sendable (String) -> Void
    ) throws {
        // Orders must not repeat those of an earlier run whose state is kept.
        let seed = UInt64(bitPattern: environment.clock.wallMilliseconds())
        let generation = RechargeGeneration(
            directory: logs, rate: Double(manifest.demo?.rate ?? 1), seed: seed, rotateBytes: Self.rotateBytes,
            isPaced: true, isSteady: true, keepsFiles: true)
        let isStarted = OperatingSystemThread.start(name: "generator") { [self] in
            do {
                _ = try generation.run(progress: { _ in }, shouldStop: { self.isOver.load(ordering: .acquiring) })
            } catch {
                print("the generator stopped: \(error)")
            }
        }
        guard isStarted else { throw MillraceError(.system, code: "no_thread", "the system refuses a new thread") }
    }

    /// One line of what is going on.
    private var figures: String {
        let reports = server.reports
        let rows = reports.reduce(0) { $0 + $1.rowsIn }
        let rate = reports.reduce(0.0) { $0 + $1.rowsPerSecond }
        let rejected = reports.reduce(0) { $0 + $1.rejected }
        let epoch = reports.compactMap { $0.lastEpoch?.number }.max() ?? 0
        let memory = Figures.decimal(Double(Machine.residentBytes) / 1e6, 0)
        return "\(Figures.grouped(rows)) lines, \(Figures.grouped(UInt64(max(0, rate)))) lines/s, "
            + "\(rejected) rejected, epoch \(epoch), \(memory) MB"
    }

    /// Rotated logs would fill the disk: the oldest go.
    private func prune() {
        for feed in feeds {
            for node in (try? environment.files.list(feed.logs)) ?? [] where node.hasPrefix("node-") {
                let folder = "\(feed.logs)/\(node)"
                let numbers = ((try? environment.files.list(folder)) ?? []).compactMap { name in
                    name.hasPrefix("recharge.log.") ? Int(name.dropFirst("recharge.log.".count)) : nil
                }.sorted()
                for number in numbers.dropLast(Self.rotatedKept) {
                    try? environment.files.remove("\(folder)/recharge.log.\(number)")
                }
            }
        }
    }
}
