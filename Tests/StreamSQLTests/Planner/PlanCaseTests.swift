import Foundation
import StreamSQL
import Testing

struct PlanCaseTests {
    @Test(arguments: [
        "scan.txt", "aggregate.txt", "window.txt", "deduplicate.txt", "join.txt", "sharing.txt", "errors.txt",
        "statements.txt", "types.txt", "definitions.txt",
    ])
    func everyCaseGivesItsText(_ file: String) throws {
        var cases = try PlanCase.read(file)
        #expect(!cases.isEmpty)
        let records = ProcessInfo.processInfo.environment["MILLRACE_RECORD"] == "1"
        for index in cases.indices {
            let actual = cases[index].actual()
            if records {
                cases[index].expected = actual
            } else {
                #expect(actual == cases[index].expected, "case '\(cases[index].name)' of \(file)")
            }
        }
        if records { try PlanCase.write(cases, to: file) }
    }
}
