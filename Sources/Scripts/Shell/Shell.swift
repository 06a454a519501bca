package import Diagnostics
import Engine
import StreamSQL

/// `millrace sql` on a terminal: reads statements, runs them, shows their rows.
package final class Shell {
    private let terminal: Terminal
    private let environment: Environment
    private let session: ScriptSession
    /// Who runs the statements, where that is not this process.
    private let service: (any StatementService)?
    private let output: ShellOutput
    private var history: ShellHistory
    private var editor: LineEditor
    private var decoder = KeyDecoder()
    /// Keys that were read and not used yet.
    private var waiting: [Key] = []
    private var showsTime = false
    private var completer: Completer

    private static let prompt = "millrace> "
    private static let continuation = "       -> "
    /// How long the rest of a key's bytes is waited for.
    private static let sequenceMilliseconds: Int32 = 50
    /// A running query is drawn at most this often.
    private static let frameNanoseconds: UInt64 = 250_000_000

    package init(
        terminal: Terminal, parallelism: Int, options: [(key: String, value: String)] = [],
        variables: [String: String], service: (any StatementService)? = nil, environment: Environment = Environment()
    ) throws {
        self.service = service
        self.terminal = terminal
        self.environment = environment
        let output = ShellOutput(terminal: terminal, files: environment.files)
        self.output = output
        let runner = ScriptRunner(
            form: .table, parallelism: parallelism, options: options, environment: environment,
            print: { bytes in output.print(bytes) }, warn: { StandardError.write($0 + "\n") })
        session = try ScriptSession(runner)
        history = ShellHistory(path: ShellHistory.path(environment: variables), files: environment.files)
        editor = LineEditor(history: history.entries)
        completer = Completer(service?.vocabulary ?? session.planning.vocabulary)
        session.results = ScriptSession.Results(
            makeSink: { [output] fields, zone, isAppendOnly in
                output.makeSink(fields: fields, zone: zone, isAppendOnly: isAppendOnly)
            },
            wait: { [unowned self] job, sink in try wait(for: job, showing: sink as? LiveResult) },
            show: { [output] result in output.show(result) })
    }

    /// Reads and runs until the person leaves.
    package func run() {
        terminal.write("Millrace SQL. \\h helps, \\q leaves.\n")
        while let text = readText() {
            guard !text.allSatisfy(\.isWhitespace) else { continue }
            history.add(text)
            editor.finish(keeping: text)
            if !perform(text) { break }
        }
        output.close()
    }

    // MARK: Reading

    /// The next text that is whole; nil when there is no more.
    private func readText() -> String? {
        var drawn: EditorScreen?
        // Keys that came together are drawn once.
        var isStale = false
        editor.finish(keeping: nil)
        func draw() {
            let size = terminal.size
            let screen = EditorScreen(
                editor, prompt: Self.prompt, continuation: Self.continuation, width: size.width, height: size.height)
            terminal.write(screen.drawing(over: drawn))
            drawn = screen
            isStale = false
        }
        func leave(_ text: String = "") {
            if isStale { draw() }
            terminal.write((drawn?.leaving ?? "\r\n") + text)
            drawn = nil
        }
        draw()
        while true {
            guard let key = nextKey() else {
                leave()
                return nil
            }
            switch editor.handle(key, complete: completer.complete) {
            case .redraw: if waiting.isEmpty { draw() } else { isStale = true }
            case .bell: terminal.write("\u{7}")
            case .submit(let text):
                leave()
                return text
            case .interrupt:
                leave()
                editor.finish(keeping: nil)
                draw()
            case .endOfInput:
                leave()
                return nil
            case .clearScreen:
                terminal.write("\u{1B}[H\u{1B}[2J")
                drawn = nil
                draw()
            case .list(let candidates):
                leave(ShellOutput.columns(candidates, width: terminal.size.width))
                draw()
            }
        }
    }

    private func nextKey() -> Key? {
        while waiting.isEmpty {
            guard let bytes = terminal.read(waitMilliseconds: decoder.isWaiting ? Self.sequenceMilliseconds : -1) else {
                return nil
            }
            waiting += bytes.isEmpty ? decoder.flush() : decoder.feed(bytes)
        }
        return waiting.removeFirst()
    }

    // MARK: Running

    /// Runs what was entered; false when the person leaves.
    private func perform(_ text: String) -> Bool {
        if let command = ShellCommand(text) { return perform(command) }
        for statement in StatementEnd.split(text).statements {
            guard runStatement(statement + ";", file: "sql") else { break }
        }
        if service == nil { completer = Completer(session.planning.vocabulary) }
        return true
    }

    /// Runs one statement; false when it failed.
    private func runStatement(_ text: String, file: String) -> Bool {
        do {
            if let service {
                for statement in StatementEnd.split(text).statements { output.show(try service.run(statement)) }
                return true
            }
            let summary = try session.run(ScriptText(file: file, text: text))
            if showsTime { terminal.write("\(Figures.decimal(summary.seconds, 3)) s\n") }
            return true
        } catch let failure as ScriptFailure {
            terminal.write(failure.description + "\n")
        } catch let error as MillraceError {
            terminal.write(error.description + "\n")
        } catch let error as EvaluationError {
            terminal.write(error.millraceError.description + "\n")
        } catch {
            terminal.write("error: \(error)\n")
        }
        return false
    }

    private func perform(_ command: ShellCommand) -> Bool {
        switch command {
        case .quit: return false
        case .help(let topic): terminal.write(ShellCommand.help(topic))
        case .describe(nil): _ = runStatement("SHOW TABLES;", file: "\\d")
        case .describe(let name?): _ = runStatement("DESCRIBE \(name);", file: "\\d")
        case .timing(let isOn):
            showsTime = isOn ?? !showsTime
            terminal.write("timing is \(showsTime ? "on" : "off")\n")
        case .output(let path): terminal.write(output.redirect(to: path) + "\n")
        case .form(let name): terminal.write(output.setForm(name) + "\n")
        case .history: terminal.write(history.entries.map { $0 + "\n" }.joined())
        case .clear: terminal.write("\u{1B}[H\u{1B}[2J")
        case .file(let path): runFile(path)
        case .unknown(let message): terminal.write(message + "\n")
        }
        return true
    }

    private func runFile(_ path: String) {
        do {
            let script = try ScriptText(file: path, variables: Machine.environment, files: environment.files)
            _ = runStatement(script.text, file: path)
            if service == nil { completer = Completer(session.planning.vocabulary) }
        } catch {
            terminal.write("\(error)\n")
        }
    }

    /// Waits for a job, drawing what it gives while it runs; Ctrl-C ends it.
    private func wait(for job: Job, showing result: LiveResult?) throws {
        let clock = environment.clock
        let started = clock.monotonicNanoseconds()
        var lastFrame = started
        var seen: UInt64 = 0
        var rowsDrawn = 0
        var wasStopped = false
        while job.state == .running {
            guard let bytes = terminal.read(waitMilliseconds: 10) else { break }
            for key in decoder.feed(bytes) {
                if key == .interrupt { wasStopped = true } else { waiting.append(key) }
            }
            if wasStopped { job.stop() }
            let now = clock.monotonicNanoseconds()
            guard let result, now &- lastFrame >= Self.frameNanoseconds, result.changes != seen else { continue }
            seen = result.changes
            lastFrame = now
            rowsDrawn = drawFrame(result, over: rowsDrawn, seconds: Double(now &- started) / 1e9)
        }
        if job.state == .running { job.stop() }
        erase(rowsDrawn)
        do {
            try job.waitUntilOver()
        } catch {
            if !wasStopped { throw error }
        }
        guard let result else { return }
        output.print(Array(result.draw(terminalWidth: terminal.size.width).utf8))
        if wasStopped { terminal.write("stopped\n") }
    }

    private func erase(_ rows: Int) {
        if rows > 0 { terminal.write("\r\u{1B}[\(rows)A\u{1B}[J") }
    }

    /// Draws the newest rows that fit; gives how many rows of the terminal that took.
    private func drawFrame(_ result: LiveResult, over rows: Int, seconds: Double) -> Int {
        let size = terminal.size
        // The frame, the header, the count and the line below.
        let limit = max(1, size.height - 8)
        var text = result.draw(terminalWidth: size.width, limit: limit)
        text += "\(result.changes) changes, \(Figures.decimal(seconds, 1)) s, Ctrl-C ends\n"
        erase(rows)
        terminal.write(text)
        return text.reduce(0) { $0 + ($1 == "\n" ? 1 : 0) }
    }
}
