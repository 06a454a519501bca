import Columnar
package import Diagnostics
import Scripts
import Serving
import StreamSQL
import Tables

/// `millrace check`: everything of an application that can be wrong before it runs.
package enum ApplicationCheck {
    /// Throws the first file's errors; gives a line that sums the application up. `warn` is told what is right as it
    /// stands and does not fit the data that is there; `dataDirectory` may hold topics to compare with; they are only
    /// looked at, also while a server uses them.
    package static func check(
        _ directory: String, variables: [String: String], dataDirectory: String? = nil,
        environment: Environment = Environment(),
        warn: (MillraceError) -> Void = { _ in }
    ) throws -> String {
        let manifest = try ApplicationManifest(directory: directory, files: environment.files)
        let catalog = TableCatalog(random: environment.random)
        let registry = ConnectorRegistry(catalog: catalog)
        var session = PlanningSession(
            connectors: registry.descriptions, tableFunctions: registry.tableFunctions)
        let queue = try dataDirectory.map { try openQueue($0, environment) }
        var jobs = 0
        for file in manifest.sqlFiles {
            let script = try ScriptText(file: file, variables: variables, files: environment.files)
            let known = Set(session.declaredTables.map(\.name))
            let plan = try ScriptPlanning.plan(script, session: &session)
            let declared = session.declaredTables.filter { !known.contains($0.name) }
            SampleCheck.warnings(declared, script: script, baseDirectory: directory, files: environment.files)
                .forEach(warn)
            if let queue { SampleCheck.warnings(declared, script: script, queue: queue).forEach(warn) }
            for step in plan.steps { if case .job = step { jobs += 1 } }
        }
        for table in session.tables {
            _ = try catalog.declare(
                ConnectorRegistry.describe(table, baseDirectory: directory, timeZone: session.timeZone))
        }
        let runner = TableQueryRunner(sessions: [session], catalog: catalog, environment: environment)
        let dashboards = try DashboardFolder.load(directory + "/dashboards", files: environment.files)
        if let problem = dashboards.flatMap({ $0.problems(runner: runner) }).first { throw problem }
        let counts = [
            counted(manifest.sqlFiles.count, "SQL file"), counted(session.tables.count, "result table"),
            counted(jobs, "job"),
            counted(dashboards.count, "dashboard"),
        ]
        return "\(manifest.name): " + counts.joined(separator: ", ") + ": fine"
    }

    private static func openQueue(_ dataDirectory: String, _ environment: Environment) throws -> GlancedQueue {
        guard (try? environment.files.list(dataDirectory + "/queue")) != nil else {
            throw MillraceError(
                .user, code: "no_queue", "'\(dataDirectory)' holds no queue",
                hint: "name a folder of `millrace up --data`")
        }
        return try GlancedQueue(dataDirectory + "/queue", environment)
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
