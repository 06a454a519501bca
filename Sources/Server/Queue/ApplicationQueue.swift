import Broker
import CommitLog
import Connectors
import Diagnostics
import Scripts
import Synchronization

/// The queue as the tables of applications reach it: the one behind the listener or, without one, the log of the data
/// directory, opened when the first table asks for it.
final class ApplicationQueue: LocalQueue {
    private let embedded: EmbeddedQueue?
    private let directory: String
    private let environment: Environment
    /// What was opened for tables alone.
    private let own = Mutex<(log: CommitLog, broker: Broker)?>(nil)

    init(embedded: EmbeddedQueue?, directory: String, environment: Environment) {
        self.embedded = embedded
        self.directory = directory
        self.environment = environment
    }

    private func opened() throws -> (log: CommitLog, broker: Broker) {
        if let embedded { return (embedded.log, embedded.broker) }
        return try own.withLock { own in
            if let own { return own }
            do {
                let log = try CommitLog(directory: directory, environment: environment)
                for damage in log.report.damages { StandardError.write("queue: \(damage)\n") }
                let opened = (
                    log: log, broker: try Broker(log: log, settings: BrokerSettings(), environment: environment)
                )
                own = opened
                return opened
            } catch {
                throw MillraceError(.user, code: "queue_unusable", "the queue cannot be opened: \(error)")
            }
        }
    }

    func log() throws -> CommitLog { try opened().log }

    func isOwn(_ address: String) -> Bool {
        guard let embedded, let own = try? ServeSettings.address(embedded.address),
            let asked = try? ServeSettings.address(address)
        else { return false }
        let here = ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::"]
        return own.port == asked.port
            && (own.host == asked.host || here.contains(own.host) && here.contains(asked.host))
    }

    func committedOffsets(group: String, topic: String, partitions: [Int32]) throws -> [Int32: Int64] {
        try opened().broker.committedOffsets(group: group, topic: topic, partitions: partitions)
    }

    func commit(group: String, _ offsets: [GroupOffset]) {
        guard let broker = try? opened().broker else { return }
        for (topic, places) in Dictionary(grouping: offsets, by: \.topic) {
            broker.commit(
                group: group, topic: topic,
                places.map { (partition: $0.partition, offset: $0.offset, leaderEpoch: $0.leaderEpoch) })
        }
    }

    /// Closes what was opened for tables alone, behind the jobs that use it.
    func stop() {
        guard let (log, broker) = own.withLock({ $0.take() }) else { return }
        broker.stop()
        do throws(LogError) { try log.close() } catch { StandardError.write("queue: \(error)\n") }
    }
}
