package import Columnar
package import ConnectorContract

/// Tables, views and settings of one session, and the way from its scripts to physical plans.
package struct PlanningSession: Sendable {
    var catalog = Catalog()
    var options: SessionOptions
    let checker: OptionChecker
    /// Functions that CREATE FUNCTION declared, as written, by their names in upper case.
    var userFunctions: [String: String] = [:]
    /// Result tables that jobs filled which end by themselves: those are over when the next one begins.
    var filledTables: Set<String> = []

    package init(
        connectors: [ConnectorDescription], tableFunctions: [any TableFunction] = [], timeZone: String = "UTC"
    ) {
        for function in tableFunctions { catalog.tableFunctions[Lexer.uppercased(function.name.utf8)] = function }
        options = SessionOptions(defaultTimeZone: timeZone)
        var byName: [String: ConnectorDescription] = [:]
        for connector in connectors { byName[connector.identifier] = connector }
        checker = OptionChecker(connectors: byName)
    }

    /// The result tables without a connector, in the order they were made.
    package var tables: [CatalogTable] { catalog.embeddedTables }

    /// The session time zone, an IANA name.
    package var timeZone: String { options.timeZone }

    /// Parses a script and plans it.
    package mutating func plan(_ text: String, file: String = "query") throws(SQLScriptError) -> ScriptPlan {
        let parsed = SQLScript.parseAll(text, file: file)
        return try plan(script: parsed.script, errors: parsed.errors, failedNames: parsed.failedNames)
    }

    /// Plans all statements of a script. When one has a mistake the session stays as it was.
    package mutating func plan(
        script: SQLScript, errors: [SQLError] = [], failedNames: Set<String> = []
    ) throws(SQLScriptError) -> ScriptPlan {
        var planner = ScriptPlanner(
            session: self, errors: errors, warnings: script.warnings, failedNames: failedNames)
        for statement in script.statements { planner.run(statement) }
        let plan = try planner.finish()
        self = planner.session
        return plan
    }

    /// Plans one query over the present rows of result tables (and of bounded tables), as panels ask for.
    package func planQuery(
        _ text: String
    ) throws(SQLScriptError) -> (plan: PhysicalPlan, fields: [Field], tables: [String]) {
        do throws(SQLError) {
            let query = try parseQuery(text)
            let graph = LogicalGraph()
            let binder = QueryBinder(
                catalog: catalog, options: options, graph: graph, checker: checker, readsEmbeddedTables: true)
            let relation: Relation
            do throws(SQLError) {
                relation = try binder.bind(query)
            } catch {
                throw binder.errors.first ?? error
            }
            let root = LogicalPlan.Root(
                node: relation.node, target: .collect, fields: relation.fields, range: query.range)
            let logical = LogicalPlan(graph: graph, roots: [root]).rewritten()
            var planner = PhysicalPlanner(logical, timeZone: options.timeZone, isBatchMode: true)
            return (try planner.run(), relation.fields, binder.readTables)
        } catch {
            throw SQLScriptError(error)
        }
    }

    /// The plan of one query or script as text.
    package func explain(_ text: String, file: String = "query") throws(SQLScriptError) -> String {
        var copy = self
        let plan = try copy.plan(text, file: file)
        var parts: [String] = []
        for step in plan.steps {
            switch step {
            case .job(let plan, let description): parts.append("== \(description) ==\n\(PlanText.text(plan))")
            case .query(let plan, _): parts.append("== query ==\n\(PlanText.text(plan))")
            case .explain(let text): parts.append(text)
            case .analyze(let plan): parts.append("== analyze ==\n\(PlanText.text(plan))")
            case .message: break
            }
        }
        return parts.joined(separator: "\n")
    }
}
