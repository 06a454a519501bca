import CommitLog
import KafkaProtocol
import Synchronization

/// Damage that readers met: counted, and each place told once.
final class DamageNotes: Sendable {
    /// Places remembered; behind them damage is only counted.
    private static let placesMax = 1_000

    private let told = Mutex<Set<String>>([])
    private let count = Atomic<Int>(0)
    private let report: @Sendable (String) -> Void

    init(report: @escaping @Sendable (String) -> Void) { self.report = report }

    /// Reads that met damage.
    var reads: Int { count.load(ordering: .relaxed) }

    /// Notes why a read failed, if it was for damage.
    func note(_ error: LogError, topic: String, partition: Int32) {
        guard case .damaged = error else { return }
        count.add(1, ordering: .relaxed)
        let place = "\(topic)-\(partition): \(error)"
        let isNew = told.withLock { $0.count < Self.placesMax && $0.insert(place).inserted }
        if isNew { report("\(place); `millrace verify --repair` on the stopped server cuts it out") }
    }
}
