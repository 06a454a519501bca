import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import Synchronization

/// Where the rows and answers of the shell go: drawn on the terminal, printed in another form, or into a file.
final class ShellOutput: Sendable {
    private struct State {
        var form = OutputForm.table
        var file: (any File)?
        var path = ""
        var offset: Int64 = 0
        /// Why the file could not be written.
        var failure: String?
    }

    private let files: any FileSystem
    private let width: @Sendable () -> Int
    private let state = Mutex(State())

    init(terminal: Terminal, files: any FileSystem) {
        self.files = files
        width = { Terminal.currentSize.width }
    }

    // MARK: Choosing

    /// Sends what follows to a file, or back to the terminal; tells what it did.
    func redirect(to path: String?) -> String {
        close()
        guard let path else { return "rows are shown" }
        do throws(FileSystemError) {
            let file = try files.open(path, .create)
            state.withLock { state in
                state.file = file
                state.path = path
                state.offset = 0
            }
            return "rows go to \(path)"
        } catch {
            return "cannot write \(path): \(error.reason)"
        }
    }

    func setForm(_ name: String?) -> String {
        guard let name else { return "the form is \(state.withLock { $0.form.rawValue })" }
        guard let form = OutputForm(rawValue: name.lowercased()) else {
            return "the forms are " + OutputForm.allCases.map(\.rawValue).joined(separator: ", ")
        }
        state.withLock { $0.form = form }
        return "the form is \(form.rawValue)"
    }

    /// Ends a file that is written.
    func close() {
        let failure = state.withLock { state in
            defer {
                state.file = nil
                state.failure = nil
            }
            return state.failure
        }
        if let failure { StandardError.write("error: \(failure)\n") }
    }

    /// The form of rows; a file gets no drawn tables.
    private var form: OutputForm {
        state.withLock { $0.file != nil && $0.form == .table ? .csv : $0.form }
    }

    // MARK: Printing

    func print(_ bytes: [UInt8]) {
        let isFile = state.withLock { state in
            guard let file = state.file else { return false }
            do {
                try bytes.withUnsafeBytes { buffer in try file.write(buffer, at: state.offset) }
                state.offset += Int64(bytes.count)
            } catch {
                state.failure = state.failure ?? "cannot write \(state.path): \(error)"
            }
            return true
        }
        if !isFile { StandardOutput.write(bytes) }
    }

    func makeSink(fields: [Field], zone: TimeZoneRules, isAppendOnly: Bool) -> any Sink {
        let form = form
        if form == .table { return LiveResult(fields: fields, zone: zone) }
        return CollectSink(
            fields: fields, form: form, zone: zone, isAppendOnly: isAppendOnly, print: { [self] in print($0) })
    }

    func show(_ result: StatementResult) {
        print(ScriptSession.text(of: result, form: form, terminalWidth: width()))
    }

    /// Words in columns, as many beside each other as fit.
    static func columns(_ words: [String], width: Int) -> String {
        let step = (words.map { TableDrawing.width($0) }.max() ?? 0) + 2
        let count = max(1, width / step)
        var text = ""
        for (index, word) in words.enumerated() {
            let isLast = index % count == count - 1 || index == words.count - 1
            text += word + (isLast ? "\n" : String(repeating: " ", count: step - TableDrawing.width(word)))
        }
        return text
    }
}
