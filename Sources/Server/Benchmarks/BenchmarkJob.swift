import Checkpoints
import ConnectorContract
import Diagnostics
import Engine
import Scripts
import StreamSQL
import Tables

/// A job of one benchmark: SQL from a text, a source from its table, a sink of the benchmark's own.
struct BenchmarkJob {
    private let plan: PhysicalPlan
    private let registry: ConnectorRegistry
    private let parallelism: Int
    private let environment: Environment

    /// `sql` has one INSERT; its columns are those of the sink.
    init(name: String, sql: String, parallelism: Int, environment: Environment) throws {
        let registry = ConnectorRegistry(catalog: TableCatalog(random: environment.random))
        var session = PlanningSession(
            connectors: registry.descriptions, tableFunctions: registry.tableFunctions)
        var found: PhysicalPlan?
        for case .job(let job, _) in try ScriptPlanning.plan(ScriptText(file: name, text: sql), session: &session).steps
        {
            found = job
        }
        guard let found else { throw MillraceError(.internalError, code: "no_job", "the benchmark has no INSERT") }
        plan = found
        self.registry = registry
        self.parallelism = parallelism
        self.environment = environment
    }

    /// Restores and wires the job; it runs once it is started. No epochs without a store.
    func make(sink: any Sink, store: (any CheckpointStore)?, epochMilliseconds: Int?) throws -> Job {
        let wiring = JobWiring(
            makeSource: { [registry, plan, environment] scan, parallelism in
                try registry.makeSource(
                    scan, parallelism: parallelism, baseDirectory: ".", timeZone: plan.timeZone,
                    environment: environment)
            },
            makeSink: { _, _ in sink }, rejects: RejectLog(directory: nil, files: environment.files), store: store,
            environment: environment)
        let settings = JobSettings(parallelism: parallelism, epochMilliseconds: epochMilliseconds ?? 1_000)
        return try Job(plan: plan, settings: settings, wiring: wiring)
    }

    /// A store in a folder, begun anew or gone on with.
    static func store(_ name: String, in directory: String, _ environment: Environment) throws -> any CheckpointStore {
        try FileCheckpointStore(
            directory: directory, files: environment.files,
            identity: JobIdentity(name: name, planHash: 0, formatVersion: 1))
    }

    /// Removes a file, or a folder with all in it.
    static func remove(_ path: String, _ environment: Environment) throws {
        guard let status = try environment.files.status(path) else { return }
        if status.kind == .directory {
            for name in try environment.files.list(path) { try remove("\(path)/\(name)", environment) }
        }
        try environment.files.remove(path)
    }
}
