package import Diagnostics
import StreamSQL
import Tables

/// The plans of a script as text.
package enum PlanExplanation {
    package static func explain(
        file: String, variables: [String: String], environment: Environment = Environment()
    ) throws -> String {
        let registry = ConnectorRegistry(catalog: TableCatalog(random: environment.random))
        var session = PlanningSession(
            connectors: registry.descriptions, tableFunctions: registry.tableFunctions)
        let script = try ScriptText(file: file, variables: variables, files: environment.files)
        let plan = try ScriptPlanning.plan(script, session: &session)
        var text = ""
        for step in plan.steps {
            switch step {
            case .job(let physical, let description): text += "== \(description)\n\(PlanText.text(physical))\n"
            case .query(let physical, _): text += "== SELECT\n\(PlanText.text(physical))\n"
            case .explain(let explained): text += explained + "\n"
            case .analyze(let physical): text += "== ANALYZE\n\(PlanText.text(physical))\n"
            case .message(let result): text += TableDrawing.draw(header: result.columns, rows: result.rows)
            }
        }
        return text
    }
}
