package import CommitLog
package import Diagnostics
package import KafkaProtocol
import Synchronization

/// The users of a queue that is not running, for the command that makes the first one.
package struct UserStore: Sendable {
    private let control: AccessControl
    private let random: any RandomSource

    package init(log: CommitLog, environment: Environment) throws {
        let store = try LogStateStore(log: log, clock: environment.clock)
        let control = AccessControl(store: store, superUsers: [], random: environment.random)
        try store.load { try control.restore($0) }
        self.control = control
        random = environment.random
    }

    /// Names with their credentials.
    package var users: [String: [ScramMechanism: ScramCredential]] { control.users }

    /// Makes a user or changes the password, for both mechanisms; blocks until it is durable.
    package func set(_ user: String, password: String, iterations: Int) throws {
        for mechanism in ScramMechanism.allCases {
            let words = (ScramCredential.usualSaltBytes + 7) / 8
            let salt = (0..<words).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
            let credential = ScramCredential(
                mechanism: mechanism, password: password, salt: salt, iterations: iterations)
            try store(credential, mechanism, of: user)
        }
    }

    package func remove(_ user: String) throws {
        for mechanism in control.users[user, default: [:]].keys { try store(nil, mechanism, of: user) }
    }

    private func store(_ credential: ScramCredential?, _ mechanism: ScramMechanism, of user: String) throws {
        let result = PendingCode()
        control.set(credential, mechanism, of: user) { result.raise($0) }
        let error = result.wait()
        guard error == .none else {
            throw MillraceError(.user, code: "not_stored", "the user could not be stored: \(error)")
        }
    }
}

/// A code that another thread is waited for.
private final class PendingCode: Sendable {
    private let code = Mutex<ErrorCode?>(nil)
    private let clock = SystemClock()

    func raise(_ code: ErrorCode) { self.code.withLock { $0 = code } }

    func wait() -> ErrorCode {
        while true {
            if let code = code.withLock({ $0 }) { return code }
            clock.sleep(nanoseconds: 1_000_000)
        }
    }
}
