import Columnar
package import Diagnostics
import Serving
import StreamSQL
import Tables

/// `millrace check`: everything of an application that can be wrong before it runs.
package enum ApplicationCheck {
    /// Throws the first file's errors; gives a line that sums the application up.
    package static func check(
        _ directory: String, variables: [String: String], environment: Environment = Environment()
    ) throws -> String {
        let manifest = try ApplicationManifest(directory: directory, files: environment.files)
        let catalog = TableCatalog(random: environment.random)
        let registry = ConnectorRegistry(catalog: catalog)
        var session = PlanningSession(connectors: registry.descriptions)
        var jobs = 0
        for file in manifest.sqlFiles {
            let script = try ScriptText(file: file, variables: variables, files: environment.files)
            let plan = try ScriptPlanning.plan(script, session: &session)
            for step in plan.steps { if case .job = step { jobs += 1 } }
        }
        for table in session.tables {
            _ = try catalog.declare(
                ConnectorRegistry.describe(table, baseDirectory: directory, timeZone: session.timeZone))
        }
        let runner = TableQueryRunner(sessions: [session], catalog: catalog, environment: environment)
        let dashboards = try DashboardFolder.load(directory + "/dashboards", files: environment.files)
        for dashboard in dashboards {
            for panel in dashboard.panels { try check(panel, of: dashboard, with: runner) }
        }
        return "\(manifest.name): \(manifest.sqlFiles.count) SQL files, \(session.tables.count) result tables, "
            + "\(jobs) jobs, \(dashboards.count) dashboards: fine"
    }

    private static func check(_ panel: DashboardPanel, of dashboard: Dashboard, with runner: TableQueryRunner) throws {
        do {
            let query = try runner.prepare(panel.query)
            for key in panel.key where !query.fields.contains(where: { $0.name == key }) {
                throw MillraceError(
                    .user, code: "unknown_key", "the key column \(key) is not a column of the query",
                    hint: "its columns are " + query.fields.map(\.name).joined(separator: ", "))
            }
        } catch var error as MillraceError {
            error.message = "dashboard \(dashboard.id), panel \(panel.id): " + error.message
            throw error
        }
    }
}
