/// The broker of a group (type 0) or a transactional id (type 1). Versions 0 to 6.
package struct FindCoordinatorRequest: Request {
    package typealias Response = FindCoordinatorResponse
    package static var api: API { .findCoordinator }

    package var key: String = ""
    package var keyType: Int8 = 0
    package var keys: [String] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version <= 3 { try coder.text(&key) }
        if coder.version >= 1 { try coder.number(&keyType) }
        if coder.version >= 4 { try coder.texts(&keys) }
    }
}

package struct FindCoordinatorResponse: MessageStructure {
    package struct Coordinator: MessageStructure {
        package var key: String = ""
        package var nodeID: Int32 = 0
        package var host: String = ""
        package var port: Int32 = 0
        package var error: ErrorCode = .none
        package var errorMessage: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&key)
            try coder.number(&nodeID)
            try coder.text(&host)
            try coder.number(&port)
            try coder.code(&error)
            try coder.text(&errorMessage)
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var errorMessage: String?
    package var nodeID: Int32 = 0
    package var host: String = ""
    package var port: Int32 = 0
    package var coordinators: [Coordinator] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 1 { try coder.number(&throttleMilliseconds) }
        if coder.version <= 3 { try coder.code(&error) }
        if (1...3).contains(coder.version) { try coder.text(&errorMessage) }
        if coder.version <= 3 { try coder.number(&nodeID) }
        if coder.version <= 3 { try coder.text(&host) }
        if coder.version <= 3 { try coder.number(&port) }
        if coder.version >= 4 { try coder.array(&coordinators) }
    }
}
