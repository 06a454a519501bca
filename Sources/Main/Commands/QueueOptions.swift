import ArgumentParser
import Server

/// The options of `millrace up` about the queue's door for Kafka clients.
struct QueueOptions: ParsableArguments {
    @Option(
        help: "The address where Kafka clients may connect to the queue, such as 127.0.0.1:9092; no queue without it.")
    var kafka: String?

    @Option(help: "The address Kafka clients are told to connect to, when it is another than --kafka.")
    var kafkaAdvertise: String?

    @Flag(help: "Kafka clients must log in (SCRAM-SHA-256, SCRAM-SHA-512, PLAIN); see millrace users.")
    var kafkaAuth = false

    @Option(help: "A user of the queue who may do everything; may be repeated.")
    var kafkaSuperUser: [String] = []

    @Option(help: "A PEM file with the certificate for encrypted connections of Kafka clients.")
    var kafkaTlsCert: String?

    @Option(help: "The PEM file with the certificate's key.")
    var kafkaTlsKey: String?

    @Option(help: "A PEM file of certificates: only clients that show one signed by these may connect.")
    var kafkaTlsClientCa: String?

    mutating func validate() throws {
        guard (kafkaTlsCert == nil) == (kafkaTlsKey == nil) else {
            throw ValidationError("--kafka-tls-cert and --kafka-tls-key go together")
        }
        guard kafkaTlsClientCa == nil || kafkaTlsCert != nil else {
            throw ValidationError("--kafka-tls-client-ca means something with --kafka-tls-cert only")
        }
        guard kafkaSuperUser.isEmpty || kafkaAuth else {
            throw ValidationError("--kafka-super-user means something with --kafka-auth only")
        }
    }

    func settings() throws -> QueueSettings? {
        guard let kafka else { return nil }
        let (host, port) = try ServeSettings.address(kafka)
        var settings = QueueSettings(host: host, port: port)
        settings.advertised = try kafkaAdvertise.map { try ServeSettings.address($0) }
        settings.asksWhoComes = kafkaAuth
        settings.superUsers = kafkaSuperUser
        if let kafkaTlsCert, let kafkaTlsKey { settings.certificate = (kafkaTlsCert, kafkaTlsKey) }
        settings.clientAuthority = kafkaTlsClientCa
        return settings
    }
}
