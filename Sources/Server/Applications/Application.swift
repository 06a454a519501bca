import Checkpoints
import ConnectorContract
package import Connectors
package import Diagnostics
import Engine
import Scripts
package import Serving
package import StreamSQL
import Synchronization
package import Tables

/// A running application: its result tables, its jobs with their state on disk, and its dashboards.
package final class Application: Sendable {
    /// What an application is started with.
    package struct Settings: Sendable {
        /// The folder of all applications' data.
        package var dataDirectory: String
        package var parallelism: Int
        package var epochMilliseconds: Int
        /// Values of `${NAME}` in SQL files.
        package var variables: [String: String]
        /// A folder with a savepoint for each job, or the savepoint of the only job: jobs without state of their own begin
        /// with it.
        package var restoreFrom: String?

        package init(
            dataDirectory: String, parallelism: Int, epochMilliseconds: Int = 1_000, variables: [String: String],
            restoreFrom: String? = nil
        ) {
            self.restoreFrom = restoreFrom
            self.dataDirectory = dataDirectory
            self.parallelism = parallelism
            self.epochMilliseconds = epochMilliseconds
            self.variables = variables
        }
    }

    package let manifest: ApplicationManifest
    package let dashboards: [Dashboard]
    /// Session time zone of the last SQL file; panels show times in it.
    package let timeZone: String
    /// What panel queries are planned with: the tables that the SQL files declared.
    package let session: PlanningSession
    private let running: [RunningJob]
    private let savepoints: JobSavepoints

    /// Plans the SQL of the folder, restores its state and starts its jobs.
    package init(
        manifest: ApplicationManifest, settings: Settings, catalog: TableCatalog, queue: (any LocalQueue)? = nil,
        environment: Environment
    ) throws {
        self.manifest = manifest
        let registry = ConnectorRegistry(catalog: catalog, queue: queue)
        dashboards = try DashboardFolder.load(manifest.directory + "/dashboards", files: environment.files)
        let directory = settings.dataDirectory + "/" + manifest.name
        try environment.files.createDirectory(directory)
        let rejects = RejectLog(directory: directory, files: environment.files)
        var session = PlanningSession(
            connectors: registry.descriptions, tableFunctions: registry.tableFunctions)
        var planned: [JobDirectories.Job] = []
        for file in manifest.sqlFiles {
            let script = try ScriptText(file: file, variables: settings.variables, files: environment.files)
            let known = Set(session.declaredTables.map(\.name))
            let plan = try ScriptPlanning.plan(script, session: &session)
            if let queue {
                let declared = session.declaredTables.filter { !known.contains($0.name) }
                for warning in SampleCheck.warnings(declared, script: script, queue: queue) {
                    StandardError.write("warning: \(warning)\n")
                }
            }
            for table in session.tables where catalog.table(named: table.name) == nil {
                _ = try catalog.declare(
                    ConnectorRegistry.describe(table, baseDirectory: manifest.directory, timeZone: session.timeZone))
            }
            for step in plan.steps {
                guard case .job(let physical, _) = step else { continue }
                planned.append(JobDirectories.Job(file: file, plan: physical))
            }
        }
        timeZone = session.timeZone
        self.session = session
        let directories = JobDirectories(application: manifest.name, directory: directory, files: environment.files)
        var (jobs, notes) = try directories.placed(planned)
        let savepoints = JobSavepoints(directory: directory, files: environment.files)
        self.savepoints = savepoints
        if let folder = settings.restoreFrom { try savepoints.choose(from: folder, for: &jobs) }
        for note in notes { StandardError.write("\(note)\n") }
        let patience = Self.firstPatience()
        running = try jobs.map { planned in
            let plan = planned.plan
            let notes = BeginningNotes(id: planned.id, lines: planned.notes)
            let make = { @Sendable (patience: BrokerPatience) throws -> Job in
                try Self.explainingChangedSQL(planned, state: directory + "/" + planned.id) {
                    var wiring = try Self.wiring(
                        planned, directory: directory, base: manifest.directory,
                        registry: ConnectorRegistry(catalog: catalog, queue: queue, patience: patience),
                        rejects: rejects, environment: environment)
                    wiring.noteState = { notes.add($0.lines) }
                    return try Job(
                        plan: plan,
                        settings: JobSettings(
                            parallelism: settings.parallelism,
                            epochMilliseconds: plan.epochMilliseconds ?? settings.epochMilliseconds),
                        wiring: wiring)
                }
            }
            return try RunningJob(
                id: planned.id, name: plan.jobName ?? JobDirectories.stem(of: planned.file), plan: plan,
                rejects: rejects, notes: notes, patience: patience.another, clock: environment.clock, make: make)
        }
    }

    /// How long the start waits for brokers elsewhere, for all jobs together: each job that found none then waits on a thread
    /// of its own, and keeps nobody else from starting.
    private static let brokerMilliseconds: UInt64 = 2_000

    private static func firstPatience() -> BrokerPatience {
        var patience = BrokerPatience(limitMilliseconds: brokerMilliseconds, isForAll: true) {
            StandardError.write("\($0)\n")
        }
        // A job that waits tells it itself.
        patience.noticeMilliseconds = .max
        return patience
    }

    /// Names the job and its file in what is said of its state.
    private static func explainingChangedSQL(
        _ planned: JobDirectories.Job, state: String, _ make: () throws -> Job
    ) throws -> Job {
        let (id, file) = (planned.id, planned.file)
        do {
            return try make()
        } catch let error as MillraceError where error.code == "unclaimed_state" {
            throw MillraceError(
                .user, code: error.code, "job \(id), whose state is in \(state): \(error.message)", hint: error.hint,
                file: file)
        } catch let error as MillraceError where error.code == "checkpoints_of_other_plan" {
            throw MillraceError(
                .user, code: error.code, "the state of job \(id) in \(state) is of an older version",
                hint: "move that folder away: the job then begins anew, from the start of its sources", file: file)
        }
    }

    /// Grows when the bytes that operators write into states change their meaning.
    package static let stateFormatVersion: UInt32 = 5

    private static func wiring(
        _ planned: JobDirectories.Job, directory: String, base: String, registry: ConnectorRegistry,
        rejects: RejectLog, environment: Environment
    ) throws -> JobWiring {
        let (plan, id) = (planned.plan, planned.id)
        let store = try FileCheckpointStore(
            directory: directory + "/" + id, files: environment.files,
            // State tells itself which plans it fits.
            identity: JobIdentity(
                name: id, planHash: 0, formatVersion: stateFormatVersion, formerNames: planned.formerNames))
        return JobWiring(
            makeSource: { scan, parallelism in
                try registry.makeSource(
                    scan, parallelism: parallelism, baseDirectory: base, timeZone: plan.timeZone,
                    environment: environment)
            },
            makeSink: { sink, _ in
                guard case .table(let table) = sink.target else {
                    throw MillraceError(
                        .user, code: "select_in_application",
                        "a SELECT without INSERT has no place to go in an application",
                        hint: "write it as INSERT INTO a table")
                }
                return try registry.makeSink(
                    table, baseDirectory: base, timeZone: plan.timeZone, environment: environment)
            },
            rejects: rejects, store: store, savepoint: savepoint(planned, base: base, environment),
            environment: environment)
    }

    /// Reads the savepoint that the script names, else the one that was chosen at the start.
    private static func savepoint(
        _ planned: JobDirectories.Job, base: String, _ environment: Environment
    ) -> (@Sendable () throws -> RestoredEpoch)? {
        guard var path = planned.plan.recovery.path else {
            guard let chosen = planned.savepoint else { return nil }
            return {
                try Savepoint(reading: chosen, files: environment.files, formatVersion: stateFormatVersion).epoch
            }
        }
        if path.hasPrefix("file://") { path = String(path.dropFirst(7)) }
        let directory = path.hasPrefix("/") ? path : base + "/" + path
        return {
            try Savepoint(reading: directory, files: environment.files, formatVersion: stateFormatVersion).epoch
        }
    }

    package func start() throws {
        for running in running { try running.start() }
    }

    package var reports: [JobReport] { running.map(\.report) }

    func has(job id: String) -> Bool { running.contains { $0.id == id } }

    /// Ends one job behind one more epoch and blocks until it is over; gives the savepoint that was asked for.
    func stop(job id: String, withSavepoint: Bool, limitMilliseconds: Int) throws -> String? {
        guard let job = running.first(where: { $0.id == id }) else { throw JobSavepoints.unknown(id) }
        try job.stop(limitMilliseconds: limitMilliseconds)
        return withSavepoint ? try savepoints.write(of: id) : nil
    }

    /// Copies the newest stored epoch of a job; gives the directory.
    func savepoint(of id: String) throws -> String {
        guard has(job: id) else { throw JobSavepoints.unknown(id) }
        return try savepoints.write(of: id)
    }

    /// Ends all jobs in order, behind one more epoch; blocks until they are over or the limit is reached.
    package func stop(limitMilliseconds: Int, clock: any TimeSource) {
        for job in running { job.requestStop() }
        let deadline = clock.monotonicNanoseconds() + UInt64(limitMilliseconds) * 1_000_000
        while running.contains(where: \.isRunning), clock.monotonicNanoseconds() < deadline {
            clock.sleep(nanoseconds: 1_000_000)
        }
    }
}
