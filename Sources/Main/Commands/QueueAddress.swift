import ArgumentParser
import Server

/// Where the queue of a command is: a server, or the data directory of one that is stopped.
struct QueueAddress: ParsableArguments {
    @Option(name: [.customShort("b"), .long], help: "The server's address for Kafka clients.")
    var server = "127.0.0.1:9092"

    @Option(help: "The data directory of a server that is not running, instead of a server.")
    var data: String?

    @Option(help: "Log in as this user; the password is asked for, or read from the first line of --password-file.")
    var user: String?

    @Option(help: "A file with the password in its first line.")
    var passwordFile: String?

    @Flag(help: "Connect encrypted, and trust the certificates that the system trusts.")
    var tls = false

    @Option(help: "Connect encrypted, and trust the certificates of this PEM file.")
    var tlsCa: String?

    @Option(help: "A PEM file with the certificate to show to a server that asks for one; needs --tls-key.")
    var tlsCert: String?

    @Option(help: "The PEM file with that certificate's key.")
    var tlsKey: String?

    mutating func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together")
        }
        guard tlsCert == nil || tls || tlsCa != nil else {
            throw ValidationError("--tls-cert means something with --tls or --tls-ca only")
        }
    }

    func client() throws -> QueueClient {
        // As other clients take it, a host alone is one with Kafka's port.
        let address = try ServeSettings.address(server.contains(":") || server.isEmpty ? server : server + ":9092")
        var place = QueuePlace(data.map { .directory($0) } ?? .server(host: address.host, port: address.port))
        if tls || tlsCa != nil {
            place.trust = QueueTrust(
                authority: tlsCa, certificate: tlsCert.flatMap { path in tlsKey.map { (path, $0) } })
        }
        if let user, data == nil {
            place.user = user
            place.password =
                try passwordFile.map { try Password.read(file: $0) }
                ?? Password.read(prompt: "password for \(user): ")
        }
        return try QueueClient(place)
    }

    /// Runs `body` with a client and closes it.
    func withClient(_ body: (QueueClient) throws -> Void) throws {
        let client = try client()
        do {
            try body(client)
        } catch {
            try? client.close()
            throw error
        }
        try client.close()
    }
}

/// `NAME=VALUE`.
struct NamedValue: ExpressibleByArgument {
    var name: String
    var value: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
        name = String(argument[..<sign])
        value = String(argument[argument.index(after: sign)...])
    }
}
