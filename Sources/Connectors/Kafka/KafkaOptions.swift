import Columnar
import CommitLog
import ConnectorContract
import Diagnostics
import Formats

/// The WITH clause of a `kafka` or `upsert-kafka` table, checked.
struct KafkaOptions: Sendable {
    /// Where reading begins or, for bounded tables, ends.
    enum Place: Sendable, Equatable {
        case earliest
        case latest
        case committed
        case timestamp(Int64)
        /// Offsets by partition.
        case offsets([Int32: Int64])
    }

    enum Partitioner: String, Sendable {
        case byKey = "default"
        case fixed
        case roundRobin = "round-robin"
    }
    enum Guarantee: String, Sendable {
        case none
        case atLeastOnce = "at-least-once"
        case exactlyOnce = "exactly-once"
    }

    let table: TableDescription
    let isUpsert: Bool
    var topics: [String]
    var topicPattern: NamePattern?
    /// `properties.*`, without that prefix.
    var properties: [String: String]
    var schema: KafkaSchema
    var start: Place
    /// Where a bounded table ends; nil for one without end.
    var stop: Place?
    /// Partitions of a topic that is made because this table names it.
    var newPartitions: Int32
    /// How long such a topic keeps records, milliseconds; nil leaves it at the default of all topics.
    var newRetentionMilliseconds: Int64?
    var idleNanoseconds: UInt64
    /// How often new partitions and topics are looked for; nil for never.
    var discoveryNanoseconds: UInt64?
    var partitioner: Partitioner
    var guarantee: Guarantee
    var fails: Bool

    init(_ table: TableDescription, isUpsert: Bool) throws(MillraceError) {
        self.table = table
        self.isUpsert = isUpsert
        let values = OptionValues(table)
        properties = [:]
        for (name, value) in table.options where name.hasPrefix("properties.") {
            properties[String(name.dropFirst("properties.".count))] = value
        }
        topics = (values.text("topic") ?? "").split(separator: ";").map(String.init)
        if let pattern = values.text("topic-pattern") {
            topicPattern = try NamePattern(pattern)
        } else {
            topicPattern = nil
        }
        guard topics.isEmpty != (topicPattern == nil) else {
            throw MillraceError(
                .user, code: "bad_option", "table '\(table.name)' needs one of 'topic' and 'topic-pattern'",
                hint: "several topics are written 'topic' = 'a;b'")
        }
        for topic in topics where !TopicDescription.isValidName(topic) {
            throw MillraceError(
                .user, code: "bad_option", "'topic' of table '\(table.name)': '\(topic)' cannot be the name of a topic",
                hint: "a name has 1 to 249 letters of a to z, digits, '.', '_' and '-'; several are written 'a;b'")
        }
        schema = try KafkaSchema(table, isUpsert: isUpsert)
        start = try Self.start(values, isUpsert: isUpsert)
        stop = try Self.stop(values)
        newPartitions = Int32(clamping: try values.integer("topic.partitions", default: 1, in: 1...10_000))
        if let retention = values.text("topic.retention"), !retention.isEmpty {
            newRetentionMilliseconds = Int64(
                clamping: try values.nanoseconds("topic.retention", default: 0) / 1_000_000)
        }
        idleNanoseconds = try values.nanoseconds("scan.watermark.idle-timeout", default: 2_000_000_000)
        let discovery = try values.nanoseconds("scan.topic-partition-discovery.interval", default: 1_000_000_000)
        discoveryNanoseconds = discovery == 0 ? nil : discovery
        partitioner =
            Partitioner(
                rawValue: try values.choice(
                    "sink.partitioner", ["default", "fixed", "round-robin"], default: "default")) ?? .byKey
        guarantee =
            Guarantee(
                rawValue: try values.choice(
                    "sink.delivery-guarantee", ["none", "at-least-once", "exactly-once"], default: "at-least-once"))
            ?? .atLeastOnce
        fails = try RejectReporter.fails(table, default: "reject")
    }

    /// The group that offsets are committed for; tables without `properties.group.id` have one of their own.
    var group: String { properties["group.id"] ?? "millrace-\(table.name)" }
    var commitsOffsets: Bool { properties["commit.offsets.on.checkpoint"]?.lowercased() != "false" }
    var readsCommitted: Bool { properties["isolation.level"]?.lowercased() != "read_uncommitted" }

    /// The one topic that is written.
    func writtenTopic() throws(MillraceError) -> String {
        guard topics.count == 1 else {
            throw MillraceError(
                .user, code: "bad_option", "table '\(table.name)' is written and names not exactly one topic",
                hint: "'topic' = 'name'")
        }
        return topics[0]
    }

    func noCommittedOffset(_ topic: String, _ partition: Int32) -> MillraceError {
        MillraceError(
            .user, code: "no_committed_offset",
            "table '\(table.name)': group '\(group)' has committed no offset of topic '\(topic)', partition \(partition)",
            hint: "say where to begin: 'scan.startup.mode' = 'earliest-offset', or "
                + "'properties.auto.offset.reset' = 'earliest'")
    }

    private static func start(_ values: OptionValues, isUpsert: Bool) throws(MillraceError) -> Place {
        let modes = ["earliest-offset", "latest-offset", "group-offsets", "timestamp", "specific-offsets"]
        // What a table of changes holds is known only from its first record on.
        let mode = try values.choice(
            "scan.startup.mode", modes, default: isUpsert ? "earliest-offset" : "group-offsets")
        return try place(mode, "scan.startup", values)
    }

    private static func stop(_ values: OptionValues) throws(MillraceError) -> Place? {
        let modes = ["unbounded", "latest-offset", "group-offsets", "timestamp", "specific-offsets"]
        let mode = try values.choice("scan.bounded.mode", modes, default: "unbounded")
        return mode == "unbounded" ? nil : try place(mode, "scan.bounded", values)
    }

    private static func place(
        _ mode: String, _ prefix: String, _ values: OptionValues
    ) throws(MillraceError) -> Place {
        switch mode {
        case "earliest-offset": return .earliest
        case "latest-offset": return .latest
        case "timestamp":
            let text = try values.required("\(prefix).timestamp-millis")
            guard let milliseconds = Int64(text), milliseconds >= 0 else {
                throw values.invalid(
                    "\(prefix).timestamp-millis", text, "milliseconds since 1970, such as 1700000000000")
            }
            return .timestamp(milliseconds)
        case "specific-offsets":
            return .offsets(try offsets("\(prefix).specific-offsets", values))
        default: return .committed
        }
    }

    /// `partition:0,offset:42;partition:1,offset:300`
    private static func offsets(_ name: String, _ values: OptionValues) throws(MillraceError) -> [Int32: Int64] {
        let text = try values.required(name)
        var result: [Int32: Int64] = [:]
        for pair in text.split(separator: ";") {
            let parts = pair.split(separator: ",").map { $0.split(separator: ":").map { String($0) } }
            guard parts.count == 2, parts[0].count == 2, parts[1].count == 2, parts[0][0] == "partition",
                parts[1][0] == "offset", let partition = Int32(parts[0][1]), let offset = Int64(parts[1][1]),
                partition >= 0, offset >= 0
            else { throw values.invalid(name, text, "'partition:0,offset:42;partition:1,offset:300'") }
            result[partition] = offset
        }
        return result
    }
}

/// Which columns of a table are in the key of a record and which in its value, and in what formats.
struct KafkaSchema: Sendable {
    let keyFormat: String?
    let valueFormat: String
    /// Positions in the table's physical columns, in the order of the key format's columns.
    let key: [Int]
    let value: [Int]
    private let keyPrefix: String
    private let fields: [Field]
    private let options: [String: String]

    init(_ table: TableDescription, isUpsert: Bool) throws(MillraceError) {
        let values = OptionValues(table)
        fields = table.physicalFields
        options = table.options
        keyFormat = values.text("key.format")
        if let format = values.text("value.format") {
            valueFormat = format
        } else {
            valueFormat = try values.required("format")
        }
        keyPrefix = values.text("key.fields-prefix") ?? ""
        key = isUpsert ? table.primaryKey : try Self.keyFields(values, table)
        let includes = try values.choice("value.fields-include", ["all", "except_key"], default: "all")
        if !keyPrefix.isEmpty, includes == "all" {
            throw MillraceError(
                .user, code: "bad_option", "table '\(table.name)' sets 'key.fields-prefix' and keeps keys in the value",
                hint: "add 'value.fields-include' = 'EXCEPT_KEY'")
        }
        for position in key where !fields[position].name.hasPrefix(keyPrefix) {
            throw MillraceError(
                .user, code: "bad_option",
                "the key column '\(fields[position].name)' of table '\(table.name)' does not begin with '\(keyPrefix)'",
                hint: "every column of the key bears the prefix of 'key.fields-prefix'")
        }
        let keys = Set(key)
        value = fields.indices.filter { includes == "all" || !keys.contains($0) }
    }

    private static func keyFields(
        _ values: OptionValues, _ table: TableDescription
    ) throws(MillraceError) -> [Int] {
        guard let text = values.text("key.fields") else {
            guard values.text("key.format") == nil else {
                throw MillraceError(
                    .user, code: "missing_option",
                    "table '\(table.name)' has a 'key.format' and no 'key.fields'",
                    hint: "name the columns of the key: 'key.fields' = 'a;b'")
            }
            return []
        }
        guard values.text("key.format") != nil else {
            throw MillraceError(
                .user, code: "missing_option", "table '\(table.name)' has 'key.fields' and no 'key.format'",
                hint: "add 'key.format' = 'json', or another format")
        }
        var positions: [Int] = []
        for name in text.split(separator: ";").map(String.init) {
            guard let position = table.physicalFields.firstIndex(where: { $0.name == name }) else {
                throw MillraceError(
                    .user, code: "bad_option", "table '\(table.name)' has no column '\(name)' for 'key.fields'",
                    hint: "columns are " + table.physicalFields.map(\.name).joined(separator: ", "))
            }
            positions.append(position)
        }
        return positions
    }

    var valueFields: [Field] { value.map { fields[$0] } }
    /// Columns of the key as its format names them.
    var keyFields: [Field] { key.map { Field(String(fields[$0].name.dropFirst(keyPrefix.count)), fields[$0].type) } }

    /// The name of a physical column inside of the key.
    func keyName(_ name: String) -> String { String(name.dropFirst(keyPrefix.count)) }

    /// Options of the value's or the key's format, without the prefix that tells one from the other.
    func formatOptions(isKey: Bool) -> [String: String] {
        let format = isKey ? keyFormat ?? "" : valueFormat
        let prefix = isKey ? "key." : "value."
        var result: [String: String] = [:]
        for (name, value) in options {
            if name.hasPrefix(prefix + format + ".") {
                result[String(name.dropFirst(prefix.count))] = value
            } else if name.hasPrefix(format + "."), !isKey, options["value.format"] == nil {
                result[name] = value
            }
        }
        return result
    }

    func makeValueEncoder() throws(MillraceError) -> any RowEncoder {
        try FormatCatalog.makeEncoder(
            format: valueFormat, fields: valueFields, options: formatOptions(isKey: false))
    }

    func makeKeyEncoder() throws(MillraceError) -> (any RowEncoder)? {
        guard let keyFormat, !key.isEmpty else { return nil }
        return try FormatCatalog.makeEncoder(
            format: keyFormat, fields: keyFields, options: formatOptions(isKey: true))
    }
}
