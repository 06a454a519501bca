import Diagnostics
import StreamSQL

/// Gives errors of connectors, which know options by name, their places in the script.
struct OptionPlaces: Sendable {
    let script: ScriptText

    /// Passes on what the closure gives. A mistake of the user's that it throws gets the place of the option it names, or else
    /// of the table's connector.
    func locating<Result>(_ table: CatalogTable, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as MillraceError where error.kind == .user && error.line == nil {
            guard let range = place(of: error, in: table) else { throw error }
            let located = SQLError(.option, error.message, at: range, hint: error.hint)
            throw ScriptFailure(script: script, errors: SQLScriptError(located))
        }
    }

    private func place(of error: MillraceError, in table: CatalogTable) -> SourceRange? {
        let names = Self.quoted(error.message).compactMap { word in
            let parts = word.split(separator: "=", maxSplits: 1)
            return parts.first.map(String.init)
        }
        let named = names.lazy.compactMap { table.optionPlaces[$0] }.first
        guard let option = named ?? table.optionPlaces["connector"] else { return nil }
        // A table may come from a script before this one: its places mean nothing here.
        return isWritten(option) ? option.value.range : nil
    }

    private func isWritten(_ option: OptionSyntax) -> Bool {
        let quoted = option.value.text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        let range = option.value.range
        return script.text.utf8.dropFirst(Int(range.offset)).prefix(Int(range.length)).elementsEqual("'\(quoted)'".utf8)
    }

    /// What stands between single quotes.
    private static func quoted(_ text: String) -> [String] {
        text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
