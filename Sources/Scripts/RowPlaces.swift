import Diagnostics
import Engine
import StreamSQL

/// Gives errors that rows cause, which know line and column, the script they stand in.
struct RowPlaces {
    let script: ScriptText

    /// Passes on what the closure gives. An error with a place that it throws is shown with its line of the script.
    func locating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as EvaluationError {
            guard let range = error.place else { throw error }
            throw shown(error.message, range, error.hint)
        } catch let error as MillraceError where error.kind == .user && error.file == nil {
            guard let line = error.line, let range = place(line: line, column: error.column ?? 1) else { throw error }
            throw shown(error.message, range, error.hint)
        }
    }

    private func shown(_ message: String, _ range: SourceRange, _ hint: String?) -> ScriptFailure {
        ScriptFailure(script: script, errors: SQLScriptError(SQLError(.row, message, at: range, hint: hint)))
    }

    /// The place of one character; nil when the script has no such line.
    private func place(line: Int, column: Int) -> SourceRange? {
        var rest = script.text.unicodeScalars[...]
        var offset = 0
        for _ in 1..<max(1, line) {
            guard let end = rest.firstIndex(of: "\n") else { return nil }
            offset += script.text[rest.startIndex...end].utf8.count
            rest = rest[rest.index(after: end)...]
        }
        offset += rest.prefix(max(0, column - 1)).reduce(0) { $0 + $1.utf8.count }
        return SourceRange(
            offset: Int32(clamping: offset), length: 1, line: Int32(clamping: line), column: Int32(clamping: column))
    }
}
