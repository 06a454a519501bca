package import Diagnostics

/// A folder of dashboard files.
package enum DashboardFolder {
    /// All dashboards in a folder's `.yaml` and `.yml` files, sorted by file name; none where there is no folder.
    package static func load(_ directory: String, files: any FileSystem) throws -> [Dashboard] {
        guard try files.status(directory)?.kind == .directory else { return [] }
        var dashboards: [Dashboard] = []
        for name in try files.list(directory) where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            let path = directory + "/" + name
            let dashboard = try Dashboard(parsing: try read(path, files: files), file: path)
            if dashboards.contains(where: { $0.id == dashboard.id }) {
                throw MillraceError(
                    .user, code: "duplicate_dashboard", "two dashboards are called `\(dashboard.id)`", file: path)
            }
            dashboards.append(dashboard)
            guard dashboards.count <= DashboardLimits.dashboards else {
                throw MillraceError(
                    .user, code: "too_many", "more than \(DashboardLimits.dashboards) dashboards", file: directory)
            }
        }
        return dashboards
    }

    /// The file's bytes, and one more than allowed where it is too long, for the parser to refuse.
    private static func read(_ path: String, files: any FileSystem) throws -> [UInt8] {
        let file = try files.open(path, .read)
        var bytes = [UInt8](repeating: 0, count: DashboardLimits.fileBytes + 1)
        var count = 0
        while count < bytes.count {
            let got = try bytes.withUnsafeMutableBytes { buffer throws in
                try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]), at: Int64(count))
            }
            if got == 0 { break }
            count += got
        }
        return Array(bytes.prefix(count))
    }
}
