import ConnectorContract
import Diagnostics

/// The settings of a client for a broker elsewhere, as librdkafka names them.
struct ForeignSettings: Sendable {
    let servers: String
    private let options: KafkaOptions
    private let login: [(name: String, value: String)]

    init(_ options: KafkaOptions) throws(MillraceError) {
        self.options = options
        servers = options.properties["bootstrap.servers"] ?? ""
        login =
            try options.properties["sasl.jaas.config"].map { (text) throws(MillraceError) in
                try Self.login(text, table: options.table.name)
            } ?? []
    }

    func consumer() throws(MillraceError) -> KafkaClient {
        var settings = common(isProducer: false)
        settings += [
            ("group.id", options.group), ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"),
            ("enable.partition.eof", "true"), ("auto.offset.reset", "error"),
            ("isolation.level", options.readsCommitted ? "read_committed" : "read_uncommitted"),
            // What one reader may hold.
            ("queued.max.messages.kbytes", "32768"),
        ]
        return try KafkaClient(isProducer: false, settings: settings, servers: servers)
    }

    /// A consumer that only asks what a group has committed.
    func group(_ name: String) throws(MillraceError) -> KafkaClient {
        let settings = common(isProducer: false) + [("group.id", name), ("isolation.level", "read_committed")]
        return try KafkaClient(isProducer: false, settings: settings, servers: servers)
    }

    /// A producer; with an id one that writes in transactions.
    func producer(transactionalID: String?) throws(MillraceError) -> KafkaClient {
        var settings = [(name: "enable.idempotence", value: "true")] + common(isProducer: true)
        if let transactionalID { settings.append(("transactional.id", transactionalID)) }
        return try KafkaClient(isProducer: true, settings: settings, servers: servers)
    }

    private func common(isProducer: Bool) -> [(name: String, value: String)] {
        var settings: [(name: String, value: String)] = [("bootstrap.servers", servers)]
        for (name, value) in options.properties.sorted(by: { $0.key < $1.key }) {
            switch KafkaProperties.known[name] {
            case .passed(let native): settings.append((native, value))
            case .consumer(let native): if !isProducer { settings.append((native, value)) }
            case .producer(let native): if isProducer { settings.append((native, value)) }
            case .own, .ignored, nil: break
            }
        }
        return settings + login
    }

    /// Name and password out of the text that Java's login modules take.
    private static func login(_ text: String, table: String) throws(MillraceError) -> [(name: String, value: String)] {
        guard let name = quoted("username=", text), let password = quoted("password=", text) else {
            throw MillraceError(
                .user, code: "bad_option",
                "option 'properties.sasl.jaas.config' of table '\(table)' has no username and password",
                hint: "write it as: org.apache.kafka.common.security.plain.PlainLoginModule required "
                    + "username=\"…\" password=\"…\";")
        }
        return [("sasl.username", name), ("sasl.password", password)]
    }

    private static func quoted(_ name: String, _ text: String) -> String? {
        guard let start = text.firstRange(of: name + "\"") else { return nil }
        let rest = text[start.upperBound...]
        return rest.firstIndex(of: "\"").map { String(rest[..<$0]) }
    }
}
