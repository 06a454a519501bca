package import Columnar
package import ConnectorContract
package import Diagnostics

/// `'connector' = 'kafka'` and `'upsert-kafka'`: topics of this process's own log, or of a broker elsewhere.
package struct KafkaConnector: Connector {
    private let isUpsert: Bool
    /// The own log; nil where there is none, as when a file is only checked.
    private let queue: (any LocalQueue)?
    private let patience: BrokerPatience

    package init(isUpsert: Bool, queue: (any LocalQueue)?, patience: BrokerPatience = BrokerPatience()) {
        self.patience = patience
        self.isUpsert = isUpsert
        self.queue = queue
    }

    package var identifier: String { isUpsert ? "upsert-kafka" : "kafka" }
    package var canRead: Bool { true }
    package var canWrite: Bool { true }
    package var metadata: [Field] { KafkaLayout.metadata }
    package var writableMetadata: Set<String> { RecordMetadata.keys }

    package func isBounded(_ table: TableDescription) -> Bool {
        (table.options["scan.bounded.mode"] ?? "unbounded") != "unbounded"
    }

    package var options: [OptionDescription] {
        (isUpsert ? Self.upsertOptions : Self.plainOptions) + Self.sharedOptions + KafkaProperties.options
    }

    private static let plainOptions = [
        OptionDescription("topic", "the topic; several to read are written 'a;b'"),
        OptionDescription("topic-pattern", "in place of 'topic': topics whose whole name matches are read"),
        OptionDescription("format", "how values are read and written; 'value.format' is another name for it"),
        OptionDescription("value.format", "as 'format'"),
        OptionDescription("key.format", "how keys are read and written; needs 'key.fields'"),
        OptionDescription("key.fields", "the columns of the key, as 'a;b'"),
        OptionDescription(
            "scan.startup.mode",
            values: ["earliest-offset", "latest-offset", "group-offsets", "timestamp", "specific-offsets"],
            "where reading begins; group-offsets by default"),
        OptionDescription("scan.startup.specific-offsets", "as 'partition:0,offset:42;partition:1,offset:300'"),
        OptionDescription("scan.startup.timestamp-millis", "milliseconds since 1970, for the mode timestamp"),
        OptionDescription(
            "scan.topic-partition-discovery.interval", "how often new partitions are looked for; 1 s by default"),
        OptionDescription(
            "sink.partitioner", values: ["default", "fixed", "round-robin"],
            "which partition a row goes to; default is by the key, or batch by batch where there is none"),
    ]

    private static let upsertOptions = [
        OptionDescription("topic", isRequired: true, "the topic; several to read are written 'a;b'"),
        OptionDescription("key.format", isRequired: true, "how the PRIMARY KEY is read and written"),
        OptionDescription("value.format", isRequired: true, "how values are read and written"),
    ]

    private static let sharedOptions = [
        OptionDescription("key.fields-prefix", "what the names of key columns have in front, and the key has not"),
        OptionDescription(
            "value.fields-include", values: ["ALL", "EXCEPT_KEY"],
            "whether values hold the key's columns too; ALL by default"),
        OptionDescription(
            "scan.bounded.mode",
            values: ["unbounded", "latest-offset", "group-offsets", "timestamp", "specific-offsets"],
            "where reading ends; unbounded by default"),
        OptionDescription("scan.bounded.specific-offsets", "as 'partition:0,offset:42;partition:1,offset:300'"),
        OptionDescription("scan.bounded.timestamp-millis", "milliseconds since 1970, for the mode timestamp"),
        OptionDescription(
            "scan.watermark.idle-timeout",
            "after this long without records a partition no longer holds back event time; 2 s by default, 0 for never"),
        OptionDescription("topic.partitions", "partitions of the topic where the table makes it; 1 by default"),
        OptionDescription("topic.retention", "how long a topic that the table makes keeps records; 7 d by default"),
        OptionDescription(
            "sink.delivery-guarantee", values: ["none", "at-least-once", "exactly-once"],
            "at-least-once by default; exactly-once shows rows once their epoch is durable"),
        OptionDescription("sink.transactional-id-prefix", "for brokers elsewhere: begins the names of transactions"),
        OptionDescription("sink.parallelism", "accepted; a sink runs on one thread"),
        OptionDescription("on-error", values: ["reject", "fail"], "what a bad record does; reject by default"),
    ]

    package func makeSource(_ request: ScanRequest, environment: Environment) throws -> any Source {
        let options = try KafkaOptions(request.table, isUpsert: isUpsert)
        let layout = try KafkaLayout(request, options)
        _ = try layout.makeValueDecoder()
        _ = try layout.makeKeyDecoder()
        guard let queue = try localQueue(options) else {
            return try ForeignSource(options: options, layout: layout, patience: patience, environment: environment)
        }
        return LogSource(options: options, layout: layout, queue: queue, environment: environment)
    }

    package func makeSink(_ table: TableDescription, environment: Environment) throws -> any Sink {
        let options = try KafkaOptions(table, isUpsert: isUpsert)
        let delivery: any TopicDelivery
        if let queue = try localQueue(options) {
            delivery = try LogDelivery(options: options, queue: queue, environment: environment)
        } else {
            delivery = try ForeignDelivery(options: options, patience: patience, environment: environment)
        }
        return try TopicSink(options: options, delivery: delivery, environment: environment)
    }

    /// The own log where the table means it; nil for a broker elsewhere.
    private func localQueue(_ options: KafkaOptions) throws -> (any LocalQueue)? {
        if let servers = options.properties["bootstrap.servers"] {
            let addresses = servers.split(separator: ",").map { String($0.filter { $0 != " " }) }
            if let queue, !addresses.isEmpty, addresses.allSatisfy(queue.isOwn) { return queue }
            return nil
        }
        guard let queue else {
            throw MillraceError(
                .user, code: "no_queue", "table '\(options.table.name)' needs the queue, which does not run here",
                hint: "name a broker with 'properties.bootstrap.servers'")
        }
        return queue
    }
}
