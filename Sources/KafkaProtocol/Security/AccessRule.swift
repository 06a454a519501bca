/// What somebody may be allowed to do; the numbers are the protocol's.
package enum AccessOperation: Int8, Sendable, CaseIterable {
    case all = 2
    case read = 3
    case write = 4
    case create = 5
    case delete = 6
    case alter = 7
    case describe = 8
    case clusterAction = 9
    case describeConfigs = 10
    case alterConfigs = 11
    case idempotentWrite = 12
}

/// To what.
package enum AccessResource: Int8, Sendable, CaseIterable {
    case topic = 2
    case group = 3
    case cluster = 4
    case transactionalID = 5

    /// The one name of the cluster.
    package static let clusterName = "kafka-cluster"

    /// The answer to those who may not.
    package var refusal: ErrorCode {
        switch self {
        case .topic: .topicAuthorizationFailed
        case .group: .groupAuthorizationFailed
        case .cluster: .clusterAuthorizationFailed
        case .transactionalID: .transactionalIDAuthorizationFailed
        }
    }
}

/// One line of an access list: who may, or may not, do what to what, from where.
package struct AccessRule: Sendable, Hashable {
    package static let everyone = "User:*"
    package static let anything = "*"

    package var resource: AccessResource
    /// A name, a beginning of names, or ``anything``.
    package var name: String
    package var isPrefix: Bool
    /// `User:NAME`, or ``everyone``.
    package var principal: String
    /// An address, or ``anything``.
    package var host: String
    package var operation: AccessOperation
    package var isAllowed: Bool

    package init(
        _ resource: AccessResource, _ name: String, isPrefix: Bool = false, principal: String, host: String = anything,
        operation: AccessOperation, isAllowed: Bool = true
    ) {
        self.resource = resource
        self.name = name
        self.isPrefix = isPrefix
        self.principal = principal
        self.host = host
        self.operation = operation
        self.isAllowed = isAllowed
    }

    func fits(name: String) -> Bool {
        isPrefix ? name.hasPrefix(self.name) : self.name == name || self.name == Self.anything
    }

    func fits(principal: String, host: String) -> Bool {
        (self.principal == principal || self.principal == Self.everyone)
            && (self.host == host || self.host == Self.anything)
    }

    /// Whether a permission for the rule's operation is one for another: whoever may read may also see that it is there.
    func allows(_ wanted: AccessOperation) -> Bool {
        if operation == .all || operation == wanted { return true }
        switch wanted {
        case .describe: return [.read, .write, .delete, .alter].contains(operation)
        case .describeConfigs: return operation == .alterConfigs
        default: return false
        }
    }

    func denies(_ wanted: AccessOperation) -> Bool { operation == .all || operation == wanted }
}

/// All rules together. What no rule allows is refused, and one that forbids outweighs all that allow.
package struct AccessList: Sendable {
    /// Rules at most.
    package static let limit = 10_000

    package private(set) var rules: Set<AccessRule> = []
    private var byResource: [AccessResource: [AccessRule]] = [:]
    /// Users no rule applies to; they may do everything.
    package var superUsers: Set<String>

    package init(superUsers: Set<String> = []) { self.superUsers = superUsers }

    package mutating func insert(_ rule: AccessRule) {
        guard rules.insert(rule).inserted else { return }
        byResource[rule.resource, default: []].append(rule)
    }

    package mutating func remove(_ rule: AccessRule) {
        guard rules.remove(rule) != nil else { return }
        byResource[rule.resource]?.removeAll { $0 == rule }
    }

    package func allows(
        _ user: String, from host: String, _ operation: AccessOperation, _ resource: AccessResource, _ name: String
    ) -> Bool {
        if superUsers.contains(user) { return true }
        let principal = "User:" + user
        var isAllowed = false
        for rule in byResource[resource] ?? []
        where rule.fits(principal: principal, host: host) && rule.fits(name: name) {
            if !rule.isAllowed {
                if rule.denies(operation) { return false }
            } else if !isAllowed {
                isAllowed = rule.allows(operation)
            }
        }
        return isAllowed
    }

    /// Whether the operation is allowed on anything of its kind: enough to begin as an idempotent producer.
    package func allowsAny(
        _ user: String, from host: String, _ operation: AccessOperation, _ resource: AccessResource
    ) -> Bool {
        if superUsers.contains(user) { return true }
        let principal = "User:" + user
        return (byResource[resource] ?? []).contains { rule in
            rule.isAllowed && rule.fits(principal: principal, host: host) && rule.allows(operation)
                && allows(user, from: host, operation, resource, rule.name)
        }
    }
}
