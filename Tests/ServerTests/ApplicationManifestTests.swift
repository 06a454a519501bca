import Diagnostics
import TestSupport
import Testing

@testable import Server

struct ApplicationManifestTests {
    private func read(_ text: String?, _ more: [String: String] = [:]) throws -> ApplicationManifest {
        var files = more
        files["app/other"] = ""
        if let text { files["app/millrace.yaml"] = text }
        return try ApplicationManifest(directory: "app", files: try place(files))
    }

    @Test func aManifestWithItsFiles() throws {
        let text = """
            name: sales_1
            title: {zh: 销售, en: Sales}
            demo: {workload: recharge-monitor, variable: LOGS, rate: 2000}
            """
        let manifest = try read(text, ["app/sql/b.sql": "", "app/sql/a.sql": "", "app/sql/a.sql~": ""])
        #expect(manifest.name == "sales_1")
        #expect(manifest.sqlFiles == ["app/sql/a.sql", "app/sql/b.sql"])
        #expect(manifest.demo == .init(workload: "recharge-monitor", variable: "LOGS", rate: 2000))
    }

    @Test func sqlAndDemoMayBeMissing() throws {
        let manifest = try read("name: x")
        #expect(manifest.sqlFiles.isEmpty && manifest.demo == nil)
    }

    @Test(arguments: [
        ("name: a b", "bad_name"), ("name: ../up", "bad_name"), ("name: 充值", "bad_name"), ("nme: a", "unknown_key"),
        ("name: [a", "yaml_syntax"), ("", "empty_file"), ("name: a\ndemo: {workload: x}", "missing_key"),
        ("name: a\ndemo: {workload: x, variable: y, rate: 0}", "bad_value"),
    ])
    func mistakes(_ text: String, _ code: String) {
        let error = problem { _ = try read(text) }
        #expect(error?.code == code && error?.kind == .user)
        #expect(error?.file == "app/millrace.yaml")
    }

    @Test func aFolderThatIsNoApplication() {
        #expect(problem { _ = try read(nil) }?.code == "no_application")
    }
}
