import Diagnostics
import Engine
import Scripts
import StreamSQL
import Testing

@testable import Server

struct ErrorOutcomeTests {
    private struct Strange: Error {}

    @Test func whoseFaultDecidesTheCode() {
        func code(_ error: any Error) -> Int32? { ErrorOutcome(error)?.exitCode }
        #expect(code(MillraceError(.user, code: "a", "b")) == 1)
        #expect(code(MillraceError(.system, code: "a", "b")) == 2)
        #expect(code(MillraceError(.internalError, code: "a", "b")) == 2)
        #expect(code(FileSystemError(call: "open", path: "/x", code: 2, reason: "none")) == 2)
        #expect(code(EvaluationError(row: 3, "division by zero")) == 1)
        #expect(code(Strange()) == 2)
        #expect(
            code(problemOf { _ = try ScriptPlanning.plan(ScriptText(file: "a.sql", text: "SELEC"), session: &$0) }) == 1
        )
    }

    @Test func theTextTellsWhereAndWhatToDo() {
        let error = MillraceError(.user, code: "a", "wrong", hint: "do it right", file: "a.yaml", line: 3, column: 4)
        #expect(ErrorOutcome(error)?.text == "a.yaml:3:4: error: wrong\nhint: do it right")
        let script = problemOf { _ = try ScriptPlanning.plan(ScriptText(file: "a.sql", text: "SELEC 1"), session: &$0) }
        #expect(ErrorOutcome(script)?.text.hasPrefix("a.sql:1:1: error: ") == true)
        #expect(ErrorOutcome(script)?.text.contains("^~~~~") == true)
    }

    private func problemOf(_ body: (inout PlanningSession) throws -> Void) -> any Error {
        var session = PlanningSession(connectors: [])
        do {
            try body(&session)
            return Strange()
        } catch { return error }
    }
}
