/// The option names of tables as they were before `'connector' = '…'`: `connector.type`, `format.type` and what belongs
/// to them. They are read as the names of today.
enum LegacyOptions {
    /// Options that need no other word of today.
    private static let renamed: [String: String] = [
        "connector.type": "connector", "format.type": "format",
        "connector.path": "path",
        "connector.topic": "topic", "connector.startup-mode": "scan.startup.mode",
        "connector.specific-offsets": "scan.startup.specific-offsets",
        "connector.startup-timestamp-millis": "scan.startup.timestamp-millis",
        "connector.sink-partitioner": "sink.partitioner",
        "connector.url": "url", "connector.table": "table-name", "connector.driver": "driver",
        "connector.username": "username", "connector.password": "password",
        "connector.lookup.cache.max-rows": "lookup.cache.max-rows",
        "connector.lookup.cache.ttl": "lookup.cache.ttl", "connector.lookup.max-retries": "lookup.max-retries",
        "connector.write.flush.max-rows": "sink.buffer-flush.max-rows",
        "connector.write.flush.interval": "sink.buffer-flush.interval",
        "connector.write.max-retries": "sink.max-retries",
    ]

    /// Options that said what is now taken from the table itself, or which version they were written for.
    private static let obsolete: Set<String> = [
        "connector.version", "connector.property-version", "format.property-version", "format.derive-schema",
        "format.schema", "format.json-schema", "schema.derive", "update-mode", "connector.read.streaming.enabled",
    ]

    /// The options as they are called today, and what to say about it; unchanged where there are no old ones.
    static func translate(_ options: [OptionSyntax]) -> (options: [OptionSyntax], warning: SQLError?) {
        guard let type = options.first(where: { $0.key.text == "connector.type" }),
            !options.contains(where: { $0.key.text == "connector" })
        else { return (options, nil) }
        let format = options.first { $0.key.text == "format.type" }?.value.text
        let translated = options.compactMap { option -> OptionSyntax? in
            guard !obsolete.contains(option.key.text) else { return nil }
            var option = option
            option.key.text = name(option.key.text, format: format)
            return option
        }
        let warning = SQLError(
            .option, "'connector.type' and the options beside it are names that were given up: read as those of today",
            at: type.key.range, hint: "write 'connector' = '\(type.value.text)', 'format' = '\(format ?? "…")'")
        return (translated, warning)
    }

    private static func name(_ key: String, format: String?) -> String {
        if let name = renamed[key] { return name }
        for prefix in ["connector.properties."] where key.hasPrefix(prefix) {
            return "properties." + key.dropFirst(prefix.count)
        }
        // `format.field-delimiter` of csv is `csv.field-delimiter`.
        if let format, key.hasPrefix("format.") { return format + key.dropFirst("format".count) }
        return key
    }
}
