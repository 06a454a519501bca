package import Diagnostics
package import StreamSQL

/// Text to plan, with errors in the shape that people see.
package enum ScriptPlanning {
    package static func plan(_ script: ScriptText, session: inout PlanningSession) throws(ScriptFailure) -> ScriptPlan {
        do {
            return try session.plan(script.text, file: script.file)
        } catch {
            throw ScriptFailure(script: script, errors: error)
        }
    }
}

/// A script that cannot run: all its errors, ready to be shown with their source lines.
package struct ScriptFailure: Error, Sendable, CustomStringConvertible {
    package var script: ScriptText
    package var errors: SQLScriptError

    package init(script: ScriptText, errors: SQLScriptError) {
        self.script = script
        self.errors = errors
    }

    package var description: String { errors.render(file: script.file, text: script.text) }

    /// The first error in the shape of the API.
    package var first: MillraceError {
        guard let error = errors.errors.first else {
            return MillraceError(.user, code: "sql", "the script cannot run", file: script.file)
        }
        return MillraceError(
            .user, code: error.code.rawValue, error.message, hint: error.hint, file: script.file,
            line: Int(error.range.line), column: Int(error.range.column))
    }
}
