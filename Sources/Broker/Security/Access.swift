import KafkaProtocol

/// What the sender of a request may do; everything where nobody is asked who they are.
struct Access: Sendable {
    static let everything = Access(user: "", host: "", control: nil)

    let user: String
    let host: String
    let control: AccessControl?

    func may(_ operation: AccessOperation, _ resource: AccessResource, _ name: String) -> Bool {
        control?.allows(user, from: host, operation, resource, name) ?? true
    }

    /// What is asked of the cluster as a whole.
    func may(_ operation: AccessOperation) -> Bool { may(operation, .cluster, AccessResource.clusterName) }

    func mayAny(_ operation: AccessOperation, _ resource: AccessResource) -> Bool {
        control?.allowsAny(user, from: host, operation, resource) ?? true
    }
}
