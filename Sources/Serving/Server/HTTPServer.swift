package import Diagnostics
import Dispatch
import Glibc
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
package import Tables

/// The HTTP side of Millrace: API, pages and live streams. Runs until its service group shuts down.
package final class HTTPServer: Service {
    private let configuration: ServingConfiguration
    private let responder: Responder
    private let feeds: LiveFeeds
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void

    /// Makes a server; nothing listens before ``run()``.
    ///
    /// `ingest` takes records; without it there is no queue. `metrics` adds figures to `/metrics`. `onListening` is told the port.
    package init(
        configuration: ServingConfiguration, dashboards: [Dashboard], assets: [WebAsset], runner: any QueryRunner,
        catalog: TableCatalog, jobs: any JobDirectory, environment: Diagnostics.Environment = Diagnostics.Environment(),
        ingest: (any RecordIngest)? = nil, logger: Logger, metrics: @escaping @Sendable () -> [MetricSample] = { [] },
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        try configuration.check()
        let context = FeedContext(
            runner: runner, catalog: catalog, jobs: jobs, clock: environment.clock, limits: configuration.live)
        feeds = LiveFeeds(dashboards, context: context, random: environment.random)
        let limits = configuration.limits
        responder = Responder(
            configuration: configuration,
            guarding: RequestGuard(listening: configuration.host, allowed: configuration.allowedHosts),
            catalog: catalog,
            runner: runner, jobs: jobs, feeds: feeds, pages: WebPages(assets),
            workers: try BlockingWorkers(threads: limits.queryThreads, waiting: limits.queriesWaiting),
            ingest: ingest, metrics: metrics,
            logger: logger)
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
    }

    /// Panel queries run since the start, over all dashboards.
    package var evaluations: UInt64 { feeds.feeds.reduce(0) { $0 + $1.evaluations } }
    /// Open live streams.
    package var clientCount: Int { feeds.clientCount }

    /// Listens and answers; on shutdown ends the streams, then the connections.
    package func run() async throws {
        try feeds.start()
        let outcome: Result<Void, any Error>
        do {
            try await withGracefulShutdownHandler {
                try await application.run()
            } onGracefulShutdown: { [feeds] in
                feeds.close()
            }
            outcome = .success(())
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            outcome = .failure(
                MillraceError(
                    .user, code: "address_in_use", "port \(configuration.port) of \(configuration.host) is taken",
                    hint: "stop what listens there, or choose another with --listen"))
        } catch {
            outcome = .failure(error)
        }
        await stop()
        try outcome.get()
    }

    private var application: Application<Responder> {
        let limits = configuration.limits
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: limits.headerFieldBytes, maxHeaderListSize: limits.headerBytes,
            maxHeaderFieldCount: limits.headerFields)
        let channel = HTTP1Channel.Configuration(
            idleTimeout: .seconds(limits.idleSeconds), httpDecoderConfiguration: decoder)
        return Application(
            responder: responder, server: .http1(configuration: channel),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil,
                availableConnectionsDelegate: .maximum(limits.connections, logger: logger)),
            onServerRunning: { [onListening] channel in
                if let port = channel.localAddress?.port { onListening(port) }
            },
            logger: logger)
    }

    private func stop() async {
        feeds.close()
        responder.workers.stop()
        // Joining blocks for as long as a query runs, which the cooperative pool must not.
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            DispatchQueue(label: "millrace.feeds.join").async { [feeds] in
                feeds.join()
                done.resume()
            }
        }
    }
}
