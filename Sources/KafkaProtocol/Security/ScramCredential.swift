import Digests

/// What is stored of a password: enough to check it, not enough to log in with it.
package struct ScramCredential: Sendable, Equatable {
    /// Iterations that are taken: fewer are too quick to guess, more would stop a client for seconds.
    package static let iterations = 4_096...65_536
    /// What our own command gives a user.
    package static let usualIterations = 8_192
    package static let usualSaltBytes = 24

    package var mechanism: ScramMechanism
    package var salt: [UInt8]
    package var iterations: Int
    package var storedKey: [UInt8]
    package var serverKey: [UInt8]

    package init(
        mechanism: ScramMechanism, salt: [UInt8], iterations: Int, storedKey: [UInt8], serverKey: [UInt8]
    ) {
        self.mechanism = mechanism
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// From a password that was salted already, as AlterUserScramCredentials sends it.
    package init(mechanism: ScramMechanism, salt: [UInt8], iterations: Int, saltedPassword: [UInt8]) {
        let clientKey = mechanism.authenticate("Client Key", key: saltedPassword)
        self.init(
            mechanism: mechanism, salt: salt, iterations: iterations, storedKey: mechanism.digest(clientKey),
            serverKey: mechanism.authenticate("Server Key", key: saltedPassword))
    }

    package init(mechanism: ScramMechanism, password: String, salt: [UInt8], iterations: Int) {
        self.init(
            mechanism: mechanism, salt: salt, iterations: iterations,
            saltedPassword: mechanism.saltedPassword(Array(password.utf8), salt: salt, iterations: iterations))
    }

    /// Whether this is the password; as slow as making the credential.
    package func matches(password: String) -> Bool {
        let other = ScramCredential(mechanism: mechanism, password: password, salt: salt, iterations: iterations)
        return isSameSecret(other.storedKey, storedKey)
    }

    /// A credential that no password fits, the same each time for one user: whoever asks for a user that is not there
    /// learns nothing from the salt.
    package static func imaginary(
        _ mechanism: ScramMechanism, for user: String, secret: [UInt8], saltBytes: Int = usualSaltBytes,
        iterations: Int = usualIterations
    ) -> ScramCredential {
        var salt: [UInt8] = []
        while salt.count < saltBytes {
            salt += ScramMechanism.sha512.authenticate("\(mechanism.name) \(salt.count) \(user)", key: secret)
        }
        salt.removeLast(salt.count - saltBytes)
        let key = ScramMechanism.sha512.authenticate(user, key: secret)
        return ScramCredential(
            mechanism: mechanism, salt: salt, iterations: iterations,
            storedKey: Array(key.prefix(mechanism.digestBytes)), serverKey: Array(key.prefix(mechanism.digestBytes)))
    }
}
