import Diagnostics

/// What `millrace sql` does: a script that is given or piped in runs and ends, a person at a terminal gets the shell.
package struct ShellStart {
    private let statements: String?
    private let file: String?
    private let form: OutputForm
    private let parallelism: Int
    private let options: [(key: String, value: String)]
    /// Who runs the statements, where that is not this process.
    private let service: (any StatementService)?

    package init(
        statements: String?, file: String?, form: OutputForm, parallelism: Int,
        options: [(key: String, value: String)] = [], service: (any StatementService)? = nil
    ) {
        self.service = service
        self.statements = statements
        self.file = file
        self.form = form
        self.parallelism = parallelism
        self.options = options
    }

    package func run() throws {
        if let statements { return try run(ScriptText(file: "-e", text: statements)) }
        if let file {
            let files = Environment().files
            return try run(ScriptText(file: file, variables: Machine.environment, files: files))
        }
        guard StandardInput.isTerminal, let terminal = Terminal() else {
            return try run(ScriptText(file: "standard input", text: try StandardInput.readAll()))
        }
        defer { terminal.restore() }
        try Shell(
            terminal: terminal, parallelism: parallelism, options: options, variables: Machine.environment,
            service: service
        ).run()
    }

    private func run(_ script: ScriptText) throws {
        if let service {
            let parts = StatementEnd.split(script.text)
            // The last statement of a file or of -e may lack its semicolon.
            let last = parts.rest.allSatisfy(\.isWhitespace) ? [] : [parts.rest]
            for statement in parts.statements + last {
                StandardOutput.write(ScriptSession.text(of: try service.run(statement), form: form))
            }
            return
        }
        let runner = ScriptRunner(
            form: form, parallelism: parallelism, options: options, print: { StandardOutput.write($0) },
            warn: { StandardError.write($0 + "\n") })
        _ = try runner.run(script)
    }
}
