import Broker
import CommitLog
import Diagnostics
import Scripts
import Serving

/// The log of this process and its door for Kafka clients.
final class EmbeddedQueue: Sendable {
    let log: CommitLog
    let broker: Broker
    private let listener: KafkaListener

    /// The way in for records that come over HTTP.
    var ingest: QueueIngest { QueueIngest(service: broker.ingest) }

    /// For `/metrics`.
    var metrics: [MetricSample] {
        [
            MetricSample(
                "millrace_queue_damaged_reads_total", .counter, "Fetches that met damaged records.",
                value: Double(broker.damagedReads))
        ]
    }

    var address: String { "\(listener.host):\(listener.port)" }

    /// Opens the log in `directory` and listens. `onFailure` is called once nothing can be written any more.
    init(directory: String, settings: QueueSettings, environment: Environment) throws {
        let certificate = try settings.certificate.map { path, keyPath in
            try ServerCertificate(
                certificate: path, key: keyPath, clientAuthority: settings.clientAuthority, environment: environment)
        }
        log = try Self.open(directory, environment)
        let door = LateHandler()
        listener = try KafkaListener.start(
            host: settings.host, port: settings.port, threads: Machine.cores, handler: door, certificate: certificate,
            asksWhoComes: settings.asksWhoComes)
        var own = BrokerSettings()
        own.advertisedHost = settings.advertised?.host ?? settings.host
        own.advertisedPort = settings.advertised?.port ?? listener.port
        own.asksWhoComes = settings.asksWhoComes
        own.superUsers = Set(settings.superUsers)
        own.reportDamage = { StandardError.write("queue: \($0)\n") }
        broker = try Broker(log: log, settings: own, environment: environment)
        door.open(broker)
        for damage in log.report.damages { StandardError.write("queue: \(damage)\n") }
    }

    private static func open(_ directory: String, _ environment: Environment) throws -> CommitLog {
        do throws(LogError) {
            return try CommitLog(directory: directory, environment: environment)
        } catch {
            throw MillraceError(.user, code: "queue_unusable", "the queue cannot be opened: \(error)")
        }
    }

    /// Closes the door, then the log.
    func stop() {
        listener.stop()
        broker.stop()
        do throws(LogError) { try log.close() } catch { StandardError.write("queue: \(error)\n") }
    }
}
