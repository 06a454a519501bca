import ConnectorContract
import Diagnostics
import Synchronization

/// Shows the first rejected records of a run to whoever started it; the sources count them all.
final class RejectWarnings: RejectRecorder {
    /// Records shown of each table.
    private static let shownMax = 3

    private let shown = Mutex<[String: Int]>([:])
    private let warn: @Sendable (String) -> Void

    init(warn: @escaping @Sendable (String) -> Void) { self.warn = warn }

    func reject(_ record: RejectedRecord, table: String) {
        let isShown = shown.withLock { shown in
            shown[table, default: 0] += 1
            return shown[table, default: 0] <= Self.shownMax
        }
        guard isShown else { return }
        warn("warning: \(table): \(record.origin) at byte \(record.offset): \(record.reason): \(record.detail)")
    }
}
