import Diagnostics
import TestSupport
import Testing

@testable import Scripts

struct ScriptTextTests {
    private func replaced(_ text: String, _ variables: [String: String] = [:]) throws -> String {
        try ScriptText.replaceVariables(in: text, variables: variables, file: "a.sql")
    }

    @Test func variablesAreReplaced() throws {
        #expect(try replaced("'${LOGS}/*.log' ${N}", ["LOGS": "/var/log", "N": "3"]) == "'/var/log/*.log' 3")
        #expect(try replaced("${LOGS:-logs}/x") == "logs/x")
        #expect(try replaced("${LOGS:-logs}/x", ["LOGS": "other"]) == "other/x")
        #expect(try replaced("${LOGS:-}|") == "|")
    }

    /// What comes from the environment is text, not a template.
    @Test func valuesAreNotReplacedAgain() throws {
        #expect(try replaced("${A}", ["A": "${B}", "B": "no"]) == "${B}")
    }

    @Test func otherDollarsStay() throws { #expect(try replaced("EXPR$0 $ {A} 元") == "EXPR$0 $ {A} 元") }

    @Test func mistakesAreTold() {
        #expect(problem { _ = try replaced("${NOPE}") }?.code == "unknown_variable")
        #expect(problem { _ = try replaced("${NOPE}") }?.hint?.contains("${NOPE:-default}") == true)
        #expect(problem { _ = try replaced("SELECT '${A") }?.code == "open_variable")
    }

    @Test func filesThatAreNoScripts() throws {
        let disk = try place(["a/bytes.sql": "", "a/long.sql": String(repeating: " ", count: (1 << 20) + 1)])
        try disk.place([0x53, 0xFF, 0xFE], at: "a/bytes.sql")
        func read(_ path: String) -> MillraceError? {
            problem { _ = try ScriptText(file: path, variables: [:], files: disk) }
        }
        #expect(read("a/bytes.sql")?.code == "invalid_utf8")
        #expect(read("a/long.sql")?.code == "file_too_long")
        #expect(read("a/none.sql")?.code == "unreadable_file")
        #expect(read("a/none.sql")?.kind == .user)
    }
}
