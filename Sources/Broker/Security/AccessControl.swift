import Diagnostics
import Digests
import KafkaProtocol
import Synchronization

/// Users and rules: who may come in, and what for. Kept in the log's own topic; passwords only salted and derived.
final class AccessControl: Sendable {
    /// Users at most.
    static let userLimit = 10_000

    /// What a client sees of a credential before its password is looked at.
    private struct Kind: Hashable, Sendable {
        var saltBytes: Int
        var iterations: Int
    }

    /// Kinds at most that unknown users are made like.
    private static let kindLimit = 16

    private struct State {
        var users: [String: [ScramMechanism: ScramCredential]] = [:]
        var kinds: [ScramMechanism: [Kind]] = [:]
        var list: AccessList
        var hasStoredSecret = false
        /// Passwords that were right lately, by user, under a key of this process: PLAIN then costs one hash.
        var seenPasswords: [String: [UInt8]] = [:]

        mutating func keep(_ credential: ScramCredential?, _ mechanism: ScramMechanism, of user: String) {
            users[user, default: [:]][mechanism] = credential
            if users[user]?.isEmpty == true { users[user] = nil }
            seenPasswords[user] = nil
            guard let credential else { return }
            let kind = Kind(saltBytes: credential.salt.count, iterations: credential.iterations)
            let known = kinds[mechanism] ?? []
            if !known.contains(kind), known.count < AccessControl.kindLimit { kinds[mechanism] = known + [kind] }
        }
    }

    private let state: Mutex<State>
    private let store: any StateStore
    /// What unknown users are made up from; stored, so that they stay the same over restarts as known ones do.
    private let secret: Mutex<[UInt8]>
    private let secretCode: HMAC<SHA256>

    init(store: any StateStore, superUsers: Set<String>, random: any RandomSource) {
        self.store = store
        state = Mutex(State(list: AccessList(superUsers: superUsers)))
        let fresh = { (0..<4).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } } }
        secret = Mutex(fresh())
        secretCode = HMAC(key: fresh())
    }

    /// Stores what unknown users are made up from, once all stored entries were given back and none told it.
    func storeSecretIfNew() {
        let new = state.withLock { state in
            defer { state.hasStoredSecret = true }
            return state.hasStoredSecret ? nil : secret.withLock { $0 }
        }
        if let new { store.put([StateEntry(key: StateKey.secret.bytes, value: new)]) { _ in } }
    }

    /// Takes a stored entry back at the start.
    func restore(_ entry: StateEntry) throws(WireError) {
        guard let value = entry.value, let key = StateKey(entry.key) else { return }
        switch key {
        case .credential(let user, let mechanism):
            let credential = try StoredCredential(stored: value).credential(mechanism)
            state.withLock { $0.keep(credential, mechanism, of: user) }
        case .secret:
            secret.withLock { $0 = value }
            state.withLock { $0.hasStoredSecret = true }
        case .accessRule(let rule): state.withLock { $0.list.insert(rule) }
        default: break
        }
    }

    // MARK: who

    /// The user's credential, or one that no password fits.
    func credential(_ mechanism: ScramMechanism, of user: String) -> ScramCredential {
        // Made for those too who are there: the time must not tell them apart.
        let made = imaginary(mechanism, for: user)
        return state.withLock { $0.users[user]?[mechanism] } ?? made
    }

    /// A credential that no password fits, of the kind that users here have: each unknown name is like one of them, and
    /// the same one each time.
    private func imaginary(_ mechanism: ScramMechanism, for user: String) -> ScramCredential {
        let secret = secret.withLock { $0 }
        let kinds = state.withLock { $0.kinds[mechanism] ?? [] }
        let code = HMAC<SHA256>(key: secret)
        // By the least code, not by place: a further kind changes only the names that fall to it.
        let choices = kinds.map { kind in
            (kind: kind, code: code.authenticate(Array("like \(user) \(kind.saltBytes) \(kind.iterations)".utf8)))
        }
        let kind =
            choices.min { $0.code.lexicographicallyPrecedes($1.code) }?.kind
            ?? Kind(saltBytes: ScramCredential.usualSaltBytes, iterations: ScramCredential.usualIterations)
        return .imaginary(
            mechanism, for: user, secret: secret, saltBytes: kind.saltBytes, iterations: kind.iterations)
    }

    /// Whether this password of the user was right lately. Costs one hash.
    func remembers(user: String, password: String) -> Bool {
        let trace = trace(user, password)
        return state.withLock { $0.seenPasswords[user] }.map { isSameSecret($0, trace) } ?? false
    }

    private func trace(_ user: String, _ password: String) -> [UInt8] {
        secretCode.authenticate(Array("\(user)\u{0}\(password)".utf8))
    }

    /// Whether this is the user's password. Takes milliseconds the first time: not for a thread that serves others.
    func check(user: String, password: String) -> Bool {
        let trace = trace(user, password)
        let (known, seen) = state.withLock { ($0.users[user], $0.seenPasswords[user]) }
        if let seen, isSameSecret(seen, trace) { return true }
        // As long for a user who is not there.
        let credential =
            known?[.sha256] ?? known?[.sha512] ?? imaginary(.sha256, for: user)
        guard credential.matches(password: password), known != nil else { return false }
        state.withLock { state in
            // Unless the password was changed while it was looked at.
            if state.users[user] == known { state.seenPasswords[user] = trace }
        }
        return true
    }

    // MARK: what

    func allows(
        _ user: String, from host: String, _ operation: AccessOperation, _ resource: AccessResource, _ name: String
    ) -> Bool {
        state.withLock { $0.list.allows(user, from: host, operation, resource, name) }
    }

    func allowsAny(
        _ user: String, from host: String, _ operation: AccessOperation, _ resource: AccessResource
    ) -> Bool {
        state.withLock { $0.list.allowsAny(user, from: host, operation, resource) }
    }

    // MARK: administration

    var users: [String: [ScramMechanism: ScramCredential]] { state.withLock { $0.users } }
    var rules: Set<AccessRule> { state.withLock { $0.list.rules } }

    /// Makes or replaces a credential, or removes it where it is nil; `done` is called when that is durable.
    func set(
        _ credential: ScramCredential?, _ mechanism: ScramMechanism, of user: String,
        done: @escaping @Sendable (ErrorCode) -> Void
    ) {
        let key = StateKey.credential(user: user, mechanism).bytes
        store.put([StateEntry(key: key, value: credential.map { StoredCredential($0).stored })]) { [self] error in
            if error == .none {
                state.withLock { $0.keep(credential, mechanism, of: user) }
            }
            done(error)
        }
    }

    /// Adds rules, all or none.
    func insert(_ rules: [AccessRule], done: @escaping @Sendable (ErrorCode) -> Void) {
        let entries = rules.map { StateEntry(key: StateKey.accessRule($0).bytes, value: [1]) }
        store.put(entries) { [self] error in
            if error == .none { state.withLock { state in for rule in rules { state.list.insert(rule) } } }
            done(error)
        }
    }

    /// Removes rules, all or none.
    func remove(_ rules: [AccessRule], done: @escaping @Sendable (ErrorCode) -> Void) {
        let entries = rules.map { StateEntry(key: StateKey.accessRule($0).bytes, value: nil) }
        store.put(entries) { [self] error in
            if error == .none { state.withLock { state in for rule in rules { state.list.remove(rule) } } }
            done(error)
        }
    }
}
