package import Diagnostics
import Scripts
import Serving
import Synchronization
import Tables

/// `millrace demo`: the applications with their generators beside them.
package final class Demo: Sendable {
    private let server: MillraceServer
    private let feeds: [DemoFeed]
    private let environment: Environment
    private let isOver = Atomic<Bool>(false)

    /// `settings.directories` name the applications; their data and logs go below `settings.dataDirectory`.
    package init(_ settings: ServeSettings, environment: Environment = Environment()) throws {
        var settings = settings
        self.environment = environment
        var feeds: [DemoFeed] = []
        for directory in settings.directories {
            let manifest = try ApplicationManifest(directory: directory, files: environment.files)
            let logs = "\(settings.dataDirectory)/logs/\(manifest.name)"
            let absolute = logs.hasPrefix("/") ? logs : "\(Machine.workingDirectory)/\(logs)"
            guard let demo = manifest.demo, let feed = try DemoFeed(manifest, directory: absolute) else { continue }
            settings.variables[demo.variable] = absolute
            feeds.append(feed)
        }
        self.feeds = feeds
        server = try MillraceServer(settings, environment: environment)
    }

    /// Runs until a signal, or until the time is up. `print` takes a line of live figures each second.
    package func run(
        onListening: @escaping @Sendable (String) -> Void, print: @escaping @Sendable (String) -> Void
    ) async throws {
        for feed in feeds { try start(feed, print: print) }
        let isStarted = OperatingSystemThread.start(name: "demo-figures") { [self] in
            while !isOver.load(ordering: .acquiring) {
                environment.clock.sleep(nanoseconds: 1_000_000_000)
                print(figures)
                for feed in feeds { feed.prune(files: environment.files) }
            }
        }
        guard isStarted else { throw MillraceError(.system, code: "no_thread", "the system refuses a new thread") }
        defer { isOver.store(true, ordering: .releasing) }
        try await server.run(onListening: { [server] address in
            for id in server.dashboardIds { onListening("\(address)/d/\(id)") }
        })
    }

    private func start(_ feed: DemoFeed, print: @escaping @Sendable (String) -> Void) throws {
        // Orders must not repeat those of an earlier run whose state is kept.
        let seed = UInt64(bitPattern: environment.clock.wallMilliseconds())
        let isStarted = OperatingSystemThread.start(name: "generator") { [self] in
            do {
                try feed.run(
                    seed: seed, files: environment.files, shouldStop: { self.isOver.load(ordering: .acquiring) })
            } catch {
                print("the generator of \(feed.manifest.name) stopped: \(error)")
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
}
