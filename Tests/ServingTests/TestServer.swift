import Diagnostics
import Logging
import ServiceLifecycle
import Serving
import Synchronization
import Tables

/// A server on a free port over tables and jobs that the test sets.
final class TestServer: Sendable {
    let catalog: TableCatalog
    let runner: CountingRunner
    let jobs = SettableJobs()
    let server: HTTPServer
    let port: Int
    private let group: ServiceGroup
    private let running: Task<Void, any Error>

    init(
        tables: [String] = ["orders"], dashboards: [Dashboard] = [], assets: [WebAsset] = [],
        configure: (inout ServingConfiguration) -> Void = { _ in }, ingest: (any RecordIngest)? = nil,
        beforeRun: @escaping @Sendable () throws -> Void = {}
    ) async throws {
        catalog = TableCatalog()
        for table in tables { try catalog.declare(figures(table)) }
        runner = CountingRunner(catalog, beforeRun: beforeRun)
        var configuration = ServingConfiguration()
        configuration.port = 0
        configure(&configuration)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (ports, found) = AsyncStream<Int>.makeStream()
        server = try HTTPServer(
            configuration: configuration, dashboards: dashboards, assets: assets, runner: runner, catalog: catalog,
            jobs: jobs, ingest: ingest, logger: logger,
            metrics: { [MetricSample("millrace_test", .gauge, "Of a test.", value: 1.5)] },
            onListening: { port in
                found.yield(port)
                found.finish()
            })
        group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: logger))
        running = Task { [group] in
            defer { found.finish() }
            try await group.run()
        }
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next() else {
            try await running.value
            throw SocketError(description: "the server ended")
        }
        self.port = port
    }

    func table(_ name: String) throws -> ResultTable {
        guard let table = catalog.table(named: name) else { throw SocketError(description: "no table \(name)") }
        return table
    }

    /// Shuts down as a service group does.
    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await running.value
    }

    /// One request on a connection of its own.
    func request(
        _ method: String, _ path: String, headers: [String: String] = ["Host": "localhost"], body: String = ""
    ) async throws -> Answer {
        let port = port
        return try await blocking {
            try SocketClient(port: port).request(method, path, headers: headers, body: body)
        }
    }
}
