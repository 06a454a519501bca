import Digests

/// The client's side of SCRAM (RFC 5802) as a value, for the commands that log in and for tests.
package struct ScramClient: Sendable {
    private let mechanism: ScramMechanism
    private let password: [UInt8]
    private let nonce: String
    private let bare: String
    private var serverSignature: [UInt8]?

    /// `nonce` is fresh randomness in printable letters without commas.
    package init(_ mechanism: ScramMechanism, user: String, password: String, nonce: String) {
        self.mechanism = mechanism
        self.password = Array(password.utf8)
        self.nonce = nonce
        bare = "n=\(ScramMessage.escaped(user)),r=\(nonce)"
    }

    package var firstMessage: [UInt8] { Array("n,,\(bare)".utf8) }

    /// The answer to the challenge; nil when the challenge is not one. A server that asks for more than ten million
    /// iterations only wants to keep the client busy.
    package mutating func lastMessage(answering challenge: [UInt8]) -> [UInt8]? {
        guard let text = String(validating: challenge, as: UTF8.self), let message = ScramMessage(text[...]),
            let whole = message.value("r", at: 0), whole.hasPrefix(nonce), whole.count > nonce.count,
            let salt = message.value("s", at: 1).flatMap({ Base64.decode($0) }),
            let iterations = message.value("i", at: 2).flatMap({ Int($0) }), (1...10_000_000).contains(iterations)
        else { return nil }
        let salted = mechanism.saltedPassword(password, salt: salt, iterations: iterations)
        let clientKey = mechanism.authenticate("Client Key", key: salted)
        let open = "c=biws,r=\(whole)"
        let signed = "\(bare),\(text),\(open)"
        let signature = mechanism.authenticate(signed, key: mechanism.digest(clientKey))
        let serverKey = mechanism.authenticate("Server Key", key: salted)
        serverSignature = mechanism.authenticate(signed, key: serverKey)
        return Array("\(open),p=\(Base64.encode(zip(clientKey, signature).map { $0 ^ $1 }))".utf8)
    }

    /// Whether the server knows the password too.
    package func accepts(_ final: [UInt8]) -> Bool {
        guard let text = String(validating: final, as: UTF8.self), text.hasPrefix("v="),
            let signature = Base64.decode(text.dropFirst(2)), let serverSignature
        else { return false }
        return isSameSecret(signature, serverSignature)
    }
}
