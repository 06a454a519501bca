import NIOPosix
import Synchronization

/// Looks at passwords that travelled as such: those of PLAIN and of HTTP. That takes milliseconds each, on purpose.
///
/// A password that was right lately is known by one hash and waits for nobody. All others wait in turn, one of each
/// address at a time, so that whoever tries many holds up only those who come from the same address; and of an address
/// only so many wait. What a closed connection had waiting is dropped.
final class PasswordDesk: Sendable {
    enum Verdict { case right, wrong, busy }

    private struct Waiting {
        var connection: ConnectionID?
        var user: String
        var password: String
        var done: @Sendable (Verdict) -> Void
    }

    private struct State {
        var byHost: [String: [Waiting]] = [:]
        /// Addresses with something waiting, the next one first.
        var turns: [String] = []
        var count = 0
        var isWorking = false
        var isStopped = false

        /// Takes out the next one.
        mutating func next() -> Waiting? {
            guard !turns.isEmpty else { return nil }
            let host = turns.removeFirst()
            guard var waiting = byHost[host], !waiting.isEmpty else { return next() }
            let first = waiting.removeFirst()
            byHost[host] = waiting.isEmpty ? nil : waiting
            if !waiting.isEmpty { turns.append(host) }
            count -= 1
            return first
        }
    }

    /// How many wait in all, and of one address.
    static let limit = 1_024
    static let hostLimit = 64

    private let control: AccessControl
    private let state = Mutex(State())
    private let thread = NIOThreadPool(numberOfThreads: 1)

    init(control: AccessControl) {
        self.control = control
        thread.start()
    }

    /// Passwords that still wait are not looked at any more.
    func stop() {
        let left = state.withLock { state in
            state.isStopped = true
            defer { (state.byHost, state.turns, state.count) = ([:], [], 0) }
            return state.byHost.values.flatMap { $0 }
        }
        for waiting in left { waiting.done(.busy) }
        thread.shutdownGracefully { _ in }
    }

    var waitingCount: Int { state.withLock { $0.count } }

    /// Calls `done` with what is to be thought of the password: at once, or later from another thread. `busy` says that
    /// too many wait already.
    func look(
        at password: String, of user: String, from host: String, connection: ConnectionID? = nil,
        done: @escaping @Sendable (Verdict) -> Void
    ) {
        if control.remembers(user: user, password: password) { return done(.right) }
        let waiting = Waiting(connection: connection, user: user, password: password, done: done)
        let (isTaken, starts) = state.withLock { state in
            let own = state.byHost[host]?.count ?? 0
            guard !state.isStopped, state.count < Self.limit, own < Self.hostLimit else { return (false, false) }
            if own == 0 { state.turns.append(host) }
            state.byHost[host, default: []].append(waiting)
            state.count += 1
            defer { state.isWorking = true }
            return (true, !state.isWorking)
        }
        guard isTaken else { return done(.busy) }
        if starts { thread.submit { [self] _ in work() } }
    }

    /// The connection is gone: nobody waits for what it asked.
    func closed(_ connection: ConnectionID) {
        state.withLock { state in
            guard state.count > 0 else { return }
            for (host, waiting) in state.byHost {
                let left = waiting.filter { $0.connection != connection }
                guard left.count < waiting.count else { continue }
                state.count -= waiting.count - left.count
                state.byHost[host] = left.isEmpty ? nil : left
                if left.isEmpty { state.turns.removeAll { $0 == host } }
            }
        }
    }

    private func work() {
        while true {
            let next = state.withLock { state in
                let next = state.next()
                state.isWorking = next != nil
                return next
            }
            guard let next else { return }
            next.done(control.check(user: next.user, password: next.password) ? .right : .wrong)
        }
    }
}
