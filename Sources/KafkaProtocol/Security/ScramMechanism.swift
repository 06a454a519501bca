import Digests

/// The two hashes with which SCRAM is spoken here; the number is that of the protocol's user requests.
package enum ScramMechanism: Int8, Sendable, CaseIterable, Hashable {
    case sha256 = 1
    case sha512 = 2

    package var name: String {
        switch self {
        case .sha256: "SCRAM-SHA-256"
        case .sha512: "SCRAM-SHA-512"
        }
    }

    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    package var digestBytes: Int {
        switch self {
        case .sha256: SHA256.digestBytes
        case .sha512: SHA512.digestBytes
        }
    }

    func digest(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: SHA256.digest(of: bytes)
        case .sha512: SHA512.digest(of: bytes)
        }
    }

    func authenticate(_ message: String, key: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: HMAC<SHA256>(key: key).authenticate(Array(message.utf8))
        case .sha512: HMAC<SHA512>(key: key).authenticate(Array(message.utf8))
        }
    }

    /// The password made slow to guess; costs some milliseconds at 4,096 iterations.
    package func saltedPassword(_ password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        switch self {
        case .sha256: HMAC<SHA256>(key: password).derive(salt: salt, iterations: iterations)
        case .sha512: HMAC<SHA512>(key: password).derive(salt: salt, iterations: iterations)
        }
    }
}
