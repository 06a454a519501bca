/// The bounds and rhythms of live feeds; times are milliseconds.
package struct LiveLimits: Sendable {
    /// Streams open at the same time, over all dashboards.
    package var clients = 256
    /// Least time between two evaluations of a dashboard.
    package var evaluationInterval: Int64 = 200
    /// Most time between two words to a client.
    package var statusInterval: Int64 = 1_000
    /// Sources that deliver nothing for this long make the data stale.
    package var staleAfter: Int64 = 2_000
    /// A client that takes nothing for this long is dropped.
    package var slowClient: Int64 = 10_000
    /// A panel whose query cannot be planned, because its table is not there yet, is tried again after this long.
    package var prepareAgain: Int64 = 2_000
    /// Rows of one panel.
    package var panelRows = 5_000

    package init() {}
}
