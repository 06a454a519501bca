/// Options of Flink's own connectors, which scripts may carry though Millrace does not use all of them.
enum KnownOptions {
    /// Options that every table may have.
    private static let common = LookupSettings.optionNames.union([
        "connector", "format", "value.format", "key.format", "key.fields", "key.fields-prefix", "value.fields-include",
        "scan.parallelism", "sink.parallelism", "scan.watermark.emit.strategy", "scan.watermark.emit.on-event.gap",
        "scan.watermark.idle-timeout", "scan.watermark.alignment.group", "scan.watermark.alignment.max-drift",
        "scan.watermark.alignment.update-interval", "property-version",
    ])

    /// Options of tables without a connector.
    static let resultTable = LookupSettings.optionNames.union(["max-rows"])

    private static let hbase: Set<String> = [
        "table-name", "zookeeper.quorum", "zookeeper.znode.parent", "null-string-literal",
        "sink.buffer-flush.max-size", "sink.buffer-flush.max-rows", "sink.buffer-flush.interval",
        "sink.ignore-null-value",
        "lookup.async", "lookup.cache", "lookup.max-retries", "lookup.partial-cache.max-rows",
        "lookup.partial-cache.expire-after-write", "lookup.partial-cache.expire-after-access",
    ]

    private static let byConnector: [String: Set<String>] = [
        "filesystem": [
            "path", "source.monitor-interval", "source.path.regex-pattern", "partition.default-name",
            "sink.rolling-policy.file-size", "sink.rolling-policy.rollover-interval",
            "sink.rolling-policy.inactivity-interval", "sink.rolling-policy.check-interval", "auto-compaction",
            "compaction.file-size", "sink.partition-commit.trigger", "sink.partition-commit.delay",
            "sink.partition-commit.watermark-time-zone", "sink.partition-commit.policy.kind",
            "sink.partition-commit.policy.class", "sink.partition-commit.success-file.name",
            "partition.time-extractor.kind", "partition.time-extractor.class",
            "partition.time-extractor.timestamp-pattern", "partition.time-extractor.timestamp-formatter",
            "sink.shuffle-by-partition.enable",
        ],
        "kafka": [
            "topic", "topic-pattern", "scan.startup.mode", "scan.startup.specific-offsets",
            "scan.startup.timestamp-millis", "scan.bounded.mode", "scan.bounded.specific-offsets",
            "scan.bounded.timestamp-millis", "scan.topic-partition-discovery.interval", "sink.partitioner",
            "sink.delivery-guarantee", "sink.transactional-id-prefix",
        ],
        "upsert-kafka": [
            "topic", "sink.buffer-flush.max-rows", "sink.buffer-flush.interval", "sink.delivery-guarantee",
            "sink.transactional-id-prefix",
        ],
        "jdbc": [
            "url", "table-name", "driver", "username", "password", "connection.max-retry-timeout", "compatible-mode",
            "scan.partition.column", "scan.partition.num", "scan.partition.lower-bound", "scan.partition.upper-bound",
            "scan.fetch-size", "scan.auto-commit", "lookup.cache", "lookup.partial-cache.max-rows",
            "lookup.partial-cache.expire-after-write", "lookup.partial-cache.expire-after-access",
            "lookup.partial-cache.cache-missing-key", "lookup.max-retries", "lookup.cache.max-rows", "lookup.cache.ttl",
            "lookup.cache.caching-missing-key", "filter.handling.policy", "sink.buffer-flush.max-rows",
            "sink.buffer-flush.interval", "sink.max-retries",
        ],
        "hbase-1.4": hbase,
        "hbase-2.2": hbase,
        "datagen": ["rows-per-second", "number-of-rows"],
        "print": ["print-identifier", "standard-error"],
        "blackhole": [],
    ]

    private static let prefixes: [String: [String]] = [
        "jdbc": ["properties."],
        "hbase-1.4": ["properties."], "hbase-2.2": ["properties."], "datagen": ["fields."],
    ]

    /// Format options of the dialect by format.
    private static let formats: [String: [String]] = [
        "json": [
            "fail-on-missing-field", "ignore-parse-errors", "timestamp-format.standard", "map-null-key.mode",
            "map-null-key.literal", "encode.decimal-as-plain-number", "encode.ignore-null-fields",
            "decode.json-parser.enabled",
        ],
        "csv": [
            "field-delimiter", "disable-quote-character", "quote-character", "allow-comments", "ignore-parse-errors",
            "array-element-delimiter", "escape-character", "null-literal", "write-bigdecimal-in-scientific-notation",
        ],
        "raw": ["charset", "endianness"],
        "debezium-json": [
            "schema-include", "ignore-parse-errors", "timestamp-format.standard", "map-null-key.mode",
            "map-null-key.literal", "encode.decimal-as-plain-number", "encode.ignore-null-fields",
        ],
        "canal-json": [
            "database.include", "table.include", "ignore-parse-errors", "timestamp-format.standard",
            "map-null-key.mode", "map-null-key.literal", "encode.decimal-as-plain-number", "encode.ignore-null-fields",
        ],
        "maxwell-json": [
            "ignore-parse-errors", "timestamp-format.standard", "map-null-key.mode", "map-null-key.literal",
            "encode.decimal-as-plain-number", "encode.ignore-null-fields",
        ],
        "ogg-json": [
            "ignore-parse-errors", "timestamp-format.standard", "map-null-key.mode", "map-null-key.literal",
            "encode.decimal-as-plain-number", "encode.ignore-null-fields",
        ],
        "avro": ["codec", "encoding", "timestamp_mapping.legacy"],
    ]

    /// Whether Flink comes with the connector.
    static func isKnown(connector: String) -> Bool { byConnector[connector] != nil }

    /// Whether Flink knows the option for this connector, so that it is accepted and ignored.
    static func isKnown(_ option: String, connector: String) -> Bool {
        if common.contains(option) || byConnector[connector]?.contains(option) == true { return true }
        if prefixes[connector]?.contains(where: { option.hasPrefix($0) }) == true { return true }
        return formatOptions.contains(option)
    }

    /// What to write in place of an option that Flink took once, or takes elsewhere; nil for other names.
    static func replacement(of option: String, connector: String) -> String? {
        switch (connector, option) {
        case ("kafka", "sink.semantic"), ("upsert-kafka", "sink.semantic"):
            "it was Flink's name for 'sink.delivery-guarantee' once: write that, with none, at-least-once or exactly-once"
        case ("upsert-kafka", let name) where name.hasPrefix("scan.startup."):
            "leave it out: a table of changes is read from its beginning; 'connector' = 'kafka' can begin elsewhere"
        default: nil
        }
    }

    /// All names to suggest from.
    static func names(connector: String) -> [String] {
        (Array(common) + Array(byConnector[connector] ?? []) + Array(formatOptions)).sorted()
    }

    private static let formatOptions: Set<String> = {
        var result: Set<String> = []
        for (format, options) in formats {
            for option in options {
                result.insert("\(format).\(option)")
                result.insert("value.\(format).\(option)")
                result.insert("key.\(format).\(option)")
            }
        }
        return result
    }()
}
