import Diagnostics
import Engine
import Glibc
import Scripts

/// `millrace run` without the server: what an engine developer builds and runs in a fraction of the time.
///
///     MILLRACE_TARGETS=Scripts swift build
///     .build/debug/millrace-script run FILE.sql [--output csv] [--parallelism N]
///     .build/debug/millrace-script explain FILE.sql
///     .build/debug/millrace-script sql [-e SQL | --file FILE] [--output FORM]
@main
enum ScriptRunnerTool {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch let failure as ScriptFailure {
            fail(failure.description, code: 1)
        } catch let error as MillraceError {
            fail(error.description, code: error.kind == .user ? 1 : 2)
        } catch let error as EvaluationError {
            fail(error.millraceError.description, code: 1)
        } catch {
            fail("error: \(error)", code: 2)
        }
    }

    private static func run(_ arguments: [String]) throws {
        if arguments.first == "sql" { return try shell(arguments) }
        guard arguments.count >= 2 else { fail("usage: millrace-script run|explain FILE.sql", code: 1) }
        let file = arguments[1]
        if arguments[0] == "explain" {
            let text = try PlanExplanation.explain(file: file, variables: Machine.environment)
            StandardOutput.write(Array(text.utf8))
            return
        }
        let form = option("--output", arguments).flatMap { OutputForm(rawValue: $0) } ?? .table
        let parallelism = option("--parallelism", arguments).flatMap { Int($0) } ?? Machine.cores
        var runner = ScriptRunner(
            form: form, parallelism: parallelism, print: { StandardOutput.write($0) },
            warn: { StandardError.write($0 + "\n") })
        runner.rehearsalSeed = option("--rehearse", arguments).flatMap { UInt64($0) }
        _ = try runner.run(ScriptText(file: file, variables: Machine.environment, files: runner.environment.files))
    }

    private static func shell(_ arguments: [String]) throws {
        try ShellStart(
            statements: option("-e", arguments), file: option("--file", arguments),
            form: option("--output", arguments).flatMap { OutputForm(rawValue: $0) } ?? .table,
            parallelism: option("--parallelism", arguments).flatMap { Int($0) } ?? Machine.cores
        ).run()
    }

    private static func option(_ name: String, _ arguments: [String]) -> String? {
        guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
        return arguments[index + 1]
    }

    private static func fail(_ text: String, code: Int32) -> Never {
        StandardError.write(text + "\n")
        exit(code)
    }
}
