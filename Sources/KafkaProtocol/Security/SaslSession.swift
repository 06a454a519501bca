/// How one connection shows who it is, as a value: SaslHandshake, then tokens, then a name.
///
/// After a handshake of version 0 tokens come without the protocol's header, after version 1 in SaslAuthenticate.
package struct SaslSession: Sendable {
    package enum Mechanism: Sendable, Equatable {
        case plain
        case scram(ScramMechanism)

        package var name: String {
            switch self {
            case .plain: "PLAIN"
            case .scram(let mechanism): mechanism.name
            }
        }

        init?(name: String) {
            if name == "PLAIN" {
                self = .plain
            } else if let mechanism = ScramMechanism(name: name) {
                self = .scram(mechanism)
            } else {
                return nil
            }
        }
    }

    /// What a token leads to.
    package enum Step: Sendable, Equatable {
        case challenge([UInt8])
        case success([UInt8], user: String)
        /// The password is to be looked at, which takes its time; the session waits for ``checked(user:)``.
        case check(user: String, password: String)
        case failure(String)
    }

    private enum State {
        case stranger
        case plain
        case scram(ScramExchange)
        case checking
        case known(String)
        case failed
    }

    private var state = State.stranger
    /// Tokens come without a header.
    package private(set) var isRaw = false

    package init() {}

    /// Who it is; nil until that is shown.
    package var user: String? {
        if case .known(let user) = state { user } else { nil }
    }

    /// Whether the next frame is a token without a header.
    package var awaitsRawToken: Bool {
        switch state {
        case .plain, .scram: isRaw
        default: false
        }
    }

    /// The mechanisms of a listener: PLAIN shows the password to whoever reads along, and so wants privacy.
    package static func mechanisms(isPrivate: Bool) -> [Mechanism] {
        ScramMechanism.allCases.reversed().map(Mechanism.scram) + (isPrivate ? [.plain] : [])
    }

    package mutating func handshake(_ name: String, version: Int16, isPrivate: Bool) -> ErrorCode {
        guard case .stranger = state else {
            state = .failed
            return .illegalSaslState
        }
        guard let mechanism = Mechanism(name: name), Self.mechanisms(isPrivate: isPrivate).contains(mechanism) else {
            return .unsupportedSaslMechanism
        }
        isRaw = version == 0
        switch mechanism {
        case .plain: state = .plain
        case .scram(let mechanism): state = .scram(ScramExchange(mechanism))
        }
        return .none
    }

    /// Takes a token; see ``ScramExchange/step(_:nonce:credential:)``. nil where no token was due.
    package mutating func token(
        _ token: [UInt8], nonce: String, credential: (ScramMechanism, String) -> ScramCredential
    ) -> Step? {
        switch state {
        case .plain:
            guard let (user, password) = Self.plain(token) else {
                state = .failed
                return .failure("the token is not a user and a password")
            }
            state = .checking
            return .check(user: user, password: password)
        case .scram(var exchange):
            let mechanism = exchange.mechanism
            let step = exchange.step(token, nonce: nonce) { credential(mechanism, $0) }
            switch step {
            case .challenge(let bytes):
                state = .scram(exchange)
                return .challenge(bytes)
            case .success(let bytes, let user):
                state = .known(user)
                return .success(bytes, user: user)
            case .failure(let reason):
                state = .failed
                return .failure(reason)
            }
        default:
            state = .failed
            return nil
        }
    }

    /// The password was looked at; nil says it was wrong.
    package mutating func checked(user: String?) {
        guard case .checking = state else { return }
        state = user.map(State.known) ?? .failed
    }

    /// `[whom to act for] NUL user NUL password` (RFC 4616).
    private static func plain(_ token: [UInt8]) -> (user: String, password: String)? {
        let parts = token.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3, let user = String(validating: parts[1], as: UTF8.self),
            let password = String(validating: parts[2], as: UTF8.self), !user.isEmpty, !password.isEmpty,
            parts[0].isEmpty || parts[0] == parts[1]
        else { return nil }
        return (user, password)
    }
}
