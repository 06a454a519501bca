/// How `millrace up` opens the queue to Kafka clients.
package struct QueueSettings: Sendable {
    package var host: String
    package var port: Int
    /// Where clients are told to connect, when that is not where it listens.
    package var advertised: (host: String, port: Int)?
    /// Every client must show who it is, and what no rule allows is refused.
    package var asksWhoComes = false
    /// Users that no rule applies to.
    package var superUsers: [String] = []
    /// PEM files; connections are encrypted when they are there.
    package var certificate: (path: String, keyPath: String)?

    /// A PEM file: only clients with a certificate signed by one of these come in.
    package var clientAuthority: String?

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
