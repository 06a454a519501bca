import ConnectorContract
import Diagnostics
import KafkaProtocol

/// What `properties.*` may say: settings of Kafka's Java clients, and what librdkafka calls them.
enum KafkaProperties {
    /// How a setting reaches a broker that is not ours.
    enum Use: Sendable, Equatable {
        /// librdkafka has it under this name; for consumers, for producers, or for both.
        case passed(String)
        case consumer(String)
        case producer(String)
        /// The connector itself goes by it.
        case own
        /// Of no meaning here: accepted, so that files run on Flink too.
        case ignored
    }

    static let known: [String: Use] = {
        var result: [String: Use] = [:]
        for (name, use) in connection + consumer + producer { result[name] = use }
        for name in ignored { result[name] = .ignored }
        return result
    }()

    /// All of them as options of a table, with the values they take.
    static var options: [OptionDescription] {
        known.keys.sorted().map { name in
            OptionDescription(
                "properties." + name, values: values[name] ?? [], numbers: isNumber(name) ? -1...Int64.max : nil,
                "a setting of Kafka's clients")
        }
    }

    /// The values of those that have a closed set.
    private static let values: [String: [String]] = {
        var result: [String: [String]] = [
            "acks": ["all", "-1", "0", "1"],
            "auto.offset.reset": ["earliest", "latest", "none"],
            "client.dns.lookup": ["use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"],
            "compression.type": ["none", "gzip", "snappy", "lz4", "zstd"],
            "isolation.level": ["read_committed", "read_uncommitted"],
            "sasl.mechanism": ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI", "OAUTHBEARER"],
            "security.protocol": ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"],
        ]
        for name in [
            "allow.auto.create.topics", "check.crcs", "commit.offsets.on.checkpoint", "enable.auto.commit",
            "enable.idempotence", "exclude.internal.topics", "partitioner.adaptive.partitioning.enable",
            "partitioner.ignore.keys",
        ] {
            result[name] = ["true", "false"]
        }
        return result
    }()

    /// Times and sizes say so in their names; some counts do not.
    private static func isNumber(_ name: String) -> Bool {
        name.hasSuffix(".ms") || name.hasSuffix(".bytes")
            || [
                "batch.size", "buffer.memory", "max.in.flight.requests.per.connection", "max.poll.records",
                "max.request.size", "metrics.num.samples", "retries",
            ].contains(name)
    }

    private static let connection: [(String, Use)] = [
        ("bootstrap.servers", .own),
        ("client.id", .passed("client.id")),
        ("client.rack", .consumer("client.rack")),
        ("security.protocol", .passed("security.protocol")),
        ("sasl.mechanism", .passed("sasl.mechanism")),
        ("sasl.jaas.config", .own),
        ("sasl.username", .passed("sasl.username")),
        ("sasl.password", .passed("sasl.password")),
        ("sasl.kerberos.service.name", .passed("sasl.kerberos.service.name")),
        ("ssl.endpoint.identification.algorithm", .passed("ssl.endpoint.identification.algorithm")),
        ("ssl.ca.location", .passed("ssl.ca.location")),
        ("ssl.truststore.location", .passed("ssl.ca.location")),
        ("ssl.truststore.certificates", .passed("ssl.ca.pem")),
        ("ssl.keystore.location", .passed("ssl.keystore.location")),
        ("ssl.keystore.password", .passed("ssl.keystore.password")),
        ("ssl.keystore.key", .passed("ssl.key.pem")),
        ("ssl.keystore.certificate.chain", .passed("ssl.certificate.pem")),
        ("ssl.key.password", .passed("ssl.key.password")),
        ("ssl.cipher.suites", .passed("ssl.cipher.suites")),
        ("reconnect.backoff.ms", .passed("reconnect.backoff.ms")),
        ("reconnect.backoff.max.ms", .passed("reconnect.backoff.max.ms")),
        ("retry.backoff.ms", .producer("retry.backoff.ms")),
        ("request.timeout.ms", .producer("request.timeout.ms")),
        ("connections.max.idle.ms", .passed("connections.max.idle.ms")),
        ("metadata.max.age.ms", .passed("metadata.max.age.ms")),
        ("receive.buffer.bytes", .passed("socket.receive.buffer.bytes")),
        ("send.buffer.bytes", .passed("socket.send.buffer.bytes")),
        ("socket.connection.setup.timeout.ms", .passed("socket.connection.setup.timeout.ms")),
        ("client.dns.lookup", .passed("client.dns.lookup")),
        ("allow.auto.create.topics", .consumer("allow.auto.create.topics")),
    ]

    private static let consumer: [(String, Use)] = [
        ("group.id", .own),
        ("isolation.level", .own),
        ("auto.offset.reset", .own),
        ("commit.offsets.on.checkpoint", .own),
        ("fetch.min.bytes", .consumer("fetch.min.bytes")),
        ("fetch.max.bytes", .consumer("fetch.max.bytes")),
        ("fetch.max.wait.ms", .consumer("fetch.wait.max.ms")),
        ("max.partition.fetch.bytes", .consumer("max.partition.fetch.bytes")),
        ("check.crcs", .consumer("check.crcs")),
        ("session.timeout.ms", .consumer("session.timeout.ms")),
        ("heartbeat.interval.ms", .consumer("heartbeat.interval.ms")),
        ("max.poll.interval.ms", .consumer("max.poll.interval.ms")),
    ]

    private static let producer: [(String, Use)] = [
        ("acks", .producer("acks")),
        ("retries", .producer("retries")),
        ("linger.ms", .producer("linger.ms")),
        ("batch.size", .producer("batch.size")),
        ("compression.type", .producer("compression.type")),
        ("max.request.size", .producer("message.max.bytes")),
        ("max.in.flight.requests.per.connection", .producer("max.in.flight.requests.per.connection")),
        ("delivery.timeout.ms", .producer("delivery.timeout.ms")),
        ("enable.idempotence", .producer("enable.idempotence")),
        ("transaction.timeout.ms", .producer("transaction.timeout.ms")),
    ]

    private static let ignored = [
        "auto.commit.interval.ms", "buffer.memory", "client.id.prefix", "default.api.timeout.ms", "enable.auto.commit",
        "exclude.internal.topics", "group.instance.id", "interceptor.classes", "key.deserializer", "key.serializer",
        "max.block.ms", "max.poll.records", "metric.reporters", "metrics.num.samples", "metrics.recording.level",
        "metrics.sample.window.ms", "partition.assignment.strategy", "partition.discovery.interval.ms",
        "partitioner.adaptive.partitioning.enable", "partitioner.ignore.keys", "register.consumer.metrics",
        "ssl.enabled.protocols", "ssl.keystore.type", "ssl.protocol", "ssl.truststore.password", "ssl.truststore.type",
        "value.deserializer", "value.serializer",
    ]

    /// How batches are compressed.
    static func codec(_ options: KafkaOptions) throws(MillraceError) -> CompressionCodec {
        guard let name = options.properties["compression.type"] else { return .none }
        guard let codec = CompressionCodec.allCases.first(where: { "\($0)" == name.lowercased() }) else {
            throw MillraceError(
                .user, code: "bad_option",
                "option 'properties.compression.type' of table '\(options.table.name)' is '\(name)'",
                hint: "it takes none, gzip, snappy, lz4 or zstd")
        }
        return codec
    }
}
