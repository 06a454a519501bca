package import Diagnostics
import Logging
import Scripts
import ServiceLifecycle
package import Serving
import StreamSQL
import Synchronization
package import Tables
import UnixSignals

/// `millrace up`: applications, their state on disk, and the HTTP server, started and stopped in order.
package final class MillraceServer: Sendable {
    private let settings: ServeSettings
    private let environment: Environment
    package let catalog: TableCatalog
    private let applications: [Application]
    private let queue: EmbeddedQueue?
    private let topics: ApplicationQueue

    /// Milliseconds that jobs get for their last epoch.
    private static let stopMilliseconds = 20_000

    /// Plans and restores everything; nothing runs yet. Throws on the first thing that is wrong.
    package init(_ settings: ServeSettings, environment: Environment = Environment()) throws {
        self.settings = settings
        self.environment = environment
        let catalog = TableCatalog(random: environment.random)
        self.catalog = catalog
        queue = try Self.openQueue(settings, environment)
        let topics = ApplicationQueue(
            embedded: queue, directory: Self.queueDirectory(settings), environment: environment)
        self.topics = topics
        let start = Application.Settings(
            dataDirectory: settings.dataDirectory, parallelism: settings.parallelism,
            epochMilliseconds: settings.epochMilliseconds, variables: settings.variables,
            restoreFrom: settings.restoreFrom)
        let manifests = try settings.directories.map {
            try ApplicationManifest(directory: $0, files: environment.files)
        }
        try Self.refuseSharedNames(manifests)
        applications = try manifests.map { manifest in
            try Application(
                manifest: manifest, settings: start, catalog: catalog, queue: topics, environment: environment)
        }
        try Self.refuseSharedDashboards(applications)
    }

    private static func queueDirectory(_ settings: ServeSettings) -> String { settings.dataDirectory + "/queue" }

    private static func openQueue(_ settings: ServeSettings, _ environment: Environment) throws -> EmbeddedQueue? {
        guard let queue = settings.queue else { return nil }
        let isSafe = queue.asksWhoComes && queue.certificate != nil
        guard ["127.0.0.1", "::1", "localhost"].contains(queue.host) || isSafe || settings.allowsInsecureListen else {
            let lack = queue.asksWhoComes ? "connections are not encrypted" : "the queue asks nobody who they are"
            throw MillraceError(
                .user, code: "insecure_listen",
                "\(queue.host) can be reached from other machines, and \(lack)",
                hint: "use --kafka-auth with --kafka-tls-cert and --kafka-tls-key, or allow it with --insecure-listen")
        }
        return try EmbeddedQueue(
            directory: queueDirectory(settings), settings: queue, environment: environment)
    }

    /// Names are folders of the data directory.
    private static func refuseSharedNames(_ manifests: [ApplicationManifest]) throws {
        for (index, manifest) in manifests.enumerated() {
            guard let other = manifests[..<index].first(where: { $0.name == manifest.name }) else { continue }
            throw MillraceError(
                .user, code: "duplicate_application",
                "\(other.directory) and \(manifest.directory) are both called \(manifest.name)",
                hint: "name a folder once, and give each application a `name` of its own")
        }
    }

    private static func refuseSharedDashboards(_ applications: [Application]) throws {
        var owners: [String: String] = [:]
        for application in applications {
            for dashboard in application.dashboards {
                guard let other = owners.updateValue(application.manifest.name, forKey: dashboard.id) else { continue }
                throw MillraceError(
                    .user, code: "duplicate_dashboard",
                    "\(other) and \(application.manifest.name) both have a dashboard called `\(dashboard.id)`",
                    file: dashboard.file)
            }
        }
    }

    /// What is wrong with the panels' queries; the panels say it too, and the rest works.
    package var problems: [MillraceError] {
        let runner = queryRunner
        return applications.flatMap(\.dashboards).flatMap { $0.problems(runner: runner) }
    }

    private var queryRunner: TableQueryRunner {
        TableQueryRunner(sessions: applications.map(\.session), catalog: catalog, environment: environment)
    }

    private func application(of job: String) throws -> Application {
        guard let found = applications.first(where: { $0.has(job: job) }) else { throw Directory.unknown(job) }
        return found
    }

    package var reports: [JobReport] { applications.flatMap(\.reports) }
    package var dashboardIds: [String] { applications.flatMap { $0.dashboards.map(\.id) } }

    /// Runs until a signal, or until the time is up. `onListening` is told the address once it answers.
    package func run(onListening: @escaping @Sendable (String) -> Void) async throws {
        var logger = Logger(label: "millrace")
        logger.logLevel = .warning
        var configuration = ServingConfiguration()
        configuration.host = settings.host
        configuration.port = settings.port
        configuration.allowsInsecureListen = settings.allowsInsecureListen
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        let server = try HTTPServer(
            configuration: configuration, dashboards: applications.flatMap(\.dashboards), assets: EmbeddedAssets.all,
            runner: queryRunner, catalog: catalog, jobs: Directory(server: self), environment: environment,
            ingest: queue?.ingest, logger: logger, metrics: { [queue] in queue?.metrics ?? [] },
            onListening: { [queue] port in
                if let queue { StandardError.write("kafka clients may connect to \(queue.address)\n") }
                onListening("http://\(host):\(port)")
            })
        for application in applications { try application.start() }
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [.init(service: server)]
        if let seconds = settings.seconds {
            services.append(
                .init(service: Countdown(seconds: seconds), successTerminationBehavior: .gracefullyShutdownGroup))
        }
        let group = ServiceGroup(
            configuration: .init(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        defer { stop() }
        try await group.run()
    }

    private func stop() {
        for application in applications {
            application.stop(limitMilliseconds: Self.stopMilliseconds, clock: environment.clock)
        }
        topics.stop()
        queue?.stop()
    }

    /// The running jobs as the pages see them.
    private struct Directory: JobDirectory {
        let server: MillraceServer
        func jobs() -> [JobReport] { server.reports }

        func stop(_ id: String, withSavepoint: Bool) throws -> String? {
            try server.application(of: id).stop(
                job: id, withSavepoint: withSavepoint, limitMilliseconds: MillraceServer.stopMilliseconds)
        }

        func savepoint(of id: String) throws -> String { try server.application(of: id).savepoint(of: id) }
    }
}

/// Ends the group when its time is up.
private struct Countdown: Service {
    let seconds: Int

    func run() async throws {
        await cancelWhenGracefulShutdown {
            try? await Task.sleep(for: .seconds(seconds))
        }
    }
}
