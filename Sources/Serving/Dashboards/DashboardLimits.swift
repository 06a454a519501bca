/// The bounds of dashboard files.
package enum DashboardLimits {
    package static let fileBytes = 256 * 1_024
    package static let panels = 64
    package static let staleAfterSeconds = 1...86_400
    package static let gridCells = 256
    package static let queryBytes = 16 * 1_024
    package static let keyColumns = 8
    package static let identifierBytes = 64
    /// Bytes of one panel's options, as JSON.
    package static let optionBytes = 64 * 1_024
    package static let optionDepth = 16
    /// Dashboards of one server.
    package static let dashboards = 256
}
