import Diagnostics
import Serving
import Testing

struct ApplicationDashboardTests {
    /// The applications' own dashboards, relative to this file, so that they are checked wherever the tests are built.
    private var applications: String {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/") + "/Apps"
    }

    @Test func dashboardsOfTheApplicationsAreValid() throws {
        let files = SystemFileSystem()
        var ids: [String] = []
        for name in try files.list(applications) {
            ids += try DashboardFolder.load(applications + "/\(name)/dashboards", files: files).map(\.id)
        }
        #expect(ids.contains("recharge"))
        #expect(Set(ids).count == ids.count)
    }
}
