import Diagnostics
import KafkaProtocol
import Synchronization

/// Asks every connection who it is before anything else of it is answered.
final class Doorkeeper: Sendable {
    private let control: AccessControl
    private let random: any RandomSource
    private let sessions = Mutex<[ConnectionID: SaslSession]>([:])
    private let passwords: PasswordDesk

    init(control: AccessControl, passwords: PasswordDesk, random: any RandomSource) {
        self.control = control
        self.passwords = passwords
        self.random = random
    }

    func closed(_ connection: ConnectionID) {
        sessions.withLock { $0[connection] = nil }
        passwords.closed(connection)
    }

    /// Who it is; nil until that is shown.
    func user(of connection: ConnectionID) -> String? { sessions.withLock { $0[connection]?.user } }

    func awaitsRawToken(_ connection: ConnectionID) -> Bool {
        sessions.withLock { $0[connection]?.awaitsRawToken ?? false }
    }

    func handshake(_ call: Call, isPrivate: Bool) {
        call.with(SaslHandshakeRequest.self) { request in
            var response = SaslHandshakeResponse()
            response.error = sessions.withLock { sessions in
                sessions[call.connection, default: SaslSession()].handshake(
                    request.mechanism, version: call.version, isPrivate: isPrivate)
            }
            response.mechanisms = SaslSession.mechanisms(isPrivate: isPrivate).map(\.name)
            call.answer(SaslHandshakeRequest.self, response)
        }
    }

    func authenticate(_ call: Call) {
        call.with(SaslAuthenticateRequest.self) { request in
            take(Array(request.authentication), of: call.connection, from: call.clientHost) { outcome in
                var response = SaslAuthenticateResponse()
                switch outcome {
                case .challenge(let bytes): response.authentication = bytes[...]
                case .admitted(let bytes):
                    response.authentication = bytes[...]
                    return call.admit(SaslAuthenticateRequest.self, response)
                case .refused(let error, let message):
                    response.error = error
                    response.errorMessage = message
                }
                call.answer(SaslAuthenticateRequest.self, response)
            }
        }
    }

    /// A token without a header around it; its answer has none either.
    func rawToken(_ request: BrokerRequest, reply: @escaping @Sendable (BrokerReply) -> Void) {
        take(request.frame, of: request.connection, from: request.clientHost) { outcome in
            switch outcome {
            case .challenge(let bytes): reply(.frame(bytes))
            case .admitted(let bytes): reply(.admitted(bytes))
            case .refused: reply(.close)
            }
        }
    }

    private enum Outcome {
        case challenge([UInt8])
        case admitted([UInt8])
        case refused(ErrorCode, String)
    }

    private func take(
        _ token: [UInt8], of connection: ConnectionID, from host: String, done: @escaping @Sendable (Outcome) -> Void
    ) {
        let nonce = (0..<3).map { _ in String(random.next(), radix: 36) }.joined()
        let step = sessions.withLock { sessions in
            sessions[connection, default: SaslSession()].token(token, nonce: nonce) { [control] mechanism, user in
                control.credential(mechanism, of: user)
            }
        }
        switch step {
        case .challenge(let bytes): done(.challenge(bytes))
        case .success(let bytes, _): done(.admitted(bytes))
        case .failure(let reason): done(.refused(.saslAuthenticationFailed, "authentication failed: \(reason)"))
        case nil: done(.refused(.illegalSaslState, "there is no exchange to go on with; begin with SaslHandshake"))
        case .check(let user, let password):
            passwords.look(at: password, of: user, from: host, connection: connection) { [self] verdict in
                // The connection may be gone; then nothing is left to note.
                sessions.withLock { $0[connection]?.checked(user: verdict == .right ? user : nil) }
                switch verdict {
                case .right: done(.admitted([]))
                case .wrong:
                    done(.refused(.saslAuthenticationFailed, "authentication failed: wrong user or password"))
                case .busy:
                    done(.refused(.saslAuthenticationFailed, "too many logins wait; try again in a moment"))
                }
            }
        }
    }
}
