import Broker
import CommitLog
package import Diagnostics
import KafkaProtocol

/// `millrace users`: the users of a queue whose server is not running.
package struct QueueUsers {
    private let log: CommitLog
    private let store: UserStore

    /// `directory` is the data directory of the server.
    package init(directory: String, environment: Environment = Environment()) throws {
        do throws(LogError) {
            log = try CommitLog(directory: directory + "/queue", environment: environment)
        } catch {
            throw MillraceError(
                .user, code: "queue_unusable", "the queue in \(directory)/queue cannot be opened: \(error)",
                hint:
                    "stop the server first, or change users through it: kafka-configs, or a client's AlterUserScramCredentials"
            )
        }
        store = try UserStore(log: log, environment: environment)
    }

    /// A line for each user: the name and how the password is kept.
    package var lines: [String] {
        store.users.sorted { $0.key < $1.key }.map { name, credentials in
            let kept = credentials.values.sorted { $0.mechanism.rawValue < $1.mechanism.rawValue }.map {
                "\($0.mechanism.name) (\($0.iterations) iterations)"
            }
            return "\(name)  \(kept.joined(separator: ", "))"
        }
    }

    /// Makes a user or changes the password.
    package func set(_ name: String, password: String, iterations: Int) throws {
        guard !name.isEmpty, !password.isEmpty else {
            throw MillraceError(.user, code: "bad_user", "a user needs a name and a password")
        }
        guard (4_096...65_536).contains(iterations) else {
            throw MillraceError(.user, code: "bad_iterations", "iterations are 4096 to 65536, not \(iterations)")
        }
        try store.set(name, password: password, iterations: iterations)
    }

    package func remove(_ name: String) throws {
        guard store.users[name] != nil else {
            throw MillraceError(.user, code: "unknown_user", "there is no user '\(name)'")
        }
        try store.remove(name)
    }

    package func close() throws { try log.close() }
}
