import Columnar
package import Diagnostics

/// A panel's query, planned, with the place of its key.
struct PanelQuery {
    let prepared: any PreparedQuery
    let keyPositions: [Int]

    init(_ panel: DashboardPanel, runner: any QueryRunner) throws {
        prepared = try runner.prepare(panel.query)
        let names = prepared.fields.map(\.name)
        keyPositions = try panel.key.map { name throws -> Int in
            if let position = names.firstIndex(of: name) { return position }
            throw MillraceError(
                .user, code: "unknown_column", "the key column `\(name)` is not in the query's result",
                hint: "its columns: " + names.joined(separator: ", "))
        }
    }
}

extension Dashboard {
    /// What is wrong with the panels' queries, each with its line in the dashboard's file.
    package func problems(runner: any QueryRunner) -> [MillraceError] {
        panels.compactMap { panel in
            do {
                _ = try PanelQuery(panel, runner: runner)
                return nil
            } catch {
                var problem =
                    error as? MillraceError ?? MillraceError(.internalError, code: "internal_error", "\(error)")
                problem.message = "panel `\(panel.id)`: " + problem.message
                problem.file = self.file
                problem.line = panel.queryLine + (problem.line ?? 1) - 1
                // Columns of the statement are not those of the file: it is indented there.
                problem.column = nil
                return problem
            }
        }
    }
}
