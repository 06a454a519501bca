/// The requests of the protocol that Millrace serves, with the versions it advertises.
package enum API: Int16, Sendable, CaseIterable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case offsetCommit = 8
    case offsetFetch = 9
    case findCoordinator = 10
    case joinGroup = 11
    case heartbeat = 12
    case leaveGroup = 13
    case syncGroup = 14
    case describeGroups = 15
    case listGroups = 16
    case saslHandshake = 17
    case apiVersions = 18
    case createTopics = 19
    case deleteTopics = 20
    case deleteRecords = 21
    case initProducerID = 22
    case offsetForLeaderEpoch = 23
    case addPartitionsToTransaction = 24
    case addOffsetsToTransaction = 25
    case endTransaction = 26
    case transactionalOffsetCommit = 28
    case describeAcls = 29
    case createAcls = 30
    case deleteAcls = 31
    case describeConfigs = 32
    case alterConfigs = 33
    case describeLogDirectories = 35
    case saslAuthenticate = 36
    case createPartitions = 37
    case deleteGroups = 42
    case incrementalAlterConfigs = 44
    case offsetDelete = 47
    case describeUsers = 50
    case alterUsers = 51
    case describeCluster = 60
    case describeProducers = 61
    case describeTransactions = 65
    case listTransactions = 66

    /// What ApiVersions says. Produce 0 to 2 and JoinGroup 0 and 1 are listed because older clients tell from them what
    /// a broker can do; a request of Produce 0 to 2 is refused.
    package var advertised: ClosedRange<Int16> {
        switch self {
        case .produce: 0...11
        case .fetch: 4...16
        case .listOffsets: 1...8
        case .metadata: 0...12
        case .offsetCommit: 2...9
        case .offsetFetch: 1...9
        case .findCoordinator: 0...6
        case .joinGroup: 0...9
        case .heartbeat: 0...4
        case .leaveGroup, .syncGroup: 0...5
        case .describeGroups, .listGroups: 0...5
        case .saslHandshake: 0...1
        case .apiVersions: 0...4
        case .createTopics: 2...7
        case .deleteTopics: 1...6
        case .deleteRecords: 0...2
        case .initProducerID: 0...5
        case .offsetForLeaderEpoch: 2...4
        case .addPartitionsToTransaction: 0...3
        case .addOffsetsToTransaction: 0...4
        case .endTransaction: 0...4
        case .transactionalOffsetCommit: 0...4
        case .describeAcls, .createAcls, .deleteAcls: 1...3
        case .describeConfigs: 1...4
        case .alterConfigs: 0...2
        case .describeLogDirectories: 0...4
        case .saslAuthenticate: 0...2
        case .createPartitions: 0...3
        case .deleteGroups: 0...2
        case .incrementalAlterConfigs: 0...1
        case .offsetDelete, .describeUsers, .alterUsers: 0...0
        case .describeCluster: 0...1
        case .describeProducers, .describeTransactions: 0...0
        case .listTransactions: 0...1
        }
    }

    /// Whether a request of this version is understood.
    package func serves(_ version: Int16) -> Bool {
        advertised.contains(version) && !(self == .produce && version < 3)
    }

    /// The first version with compact lengths and tagged fields; nil for those that never have them.
    private var firstFlexible: Int16? {
        switch self {
        case .produce, .metadata: 9
        case .fetch: 12
        case .listOffsets, .offsetFetch, .joinGroup: 6
        case .offsetCommit: 8
        case .findCoordinator, .listGroups, .apiVersions: 3
        case .heartbeat, .leaveGroup, .syncGroup, .deleteTopics, .offsetForLeaderEpoch, .describeConfigs: 4
        case .describeGroups, .createTopics: 5
        case .deleteRecords, .initProducerID, .alterConfigs, .saslAuthenticate, .createPartitions, .deleteGroups,
            .describeLogDirectories, .describeAcls, .createAcls, .deleteAcls:
            2
        case .addPartitionsToTransaction, .addOffsetsToTransaction, .endTransaction, .transactionalOffsetCommit: 3
        case .incrementalAlterConfigs: 1
        case .describeCluster, .describeProducers, .describeTransactions, .listTransactions, .describeUsers,
            .alterUsers:
            0
        case .saslHandshake, .offsetDelete: nil
        }
    }

    package func isFlexible(_ version: Int16) -> Bool { firstFlexible.map { version >= $0 } ?? false }
}

/// A request, its number and the response that belongs to it.
package protocol Request: MessageStructure {
    associatedtype Response: MessageStructure
    static var api: API { get }
}

/// What stands before the body of every request.
package struct RequestHeader: Sendable, Equatable {
    /// The number of the request, which may be one that is not served.
    package var apiKey: Int16 = 0
    package var version: Int16 = 0
    package var correlationID: Int32 = 0
    package var clientID: String?

    package var api: API? { API(rawValue: apiKey) }

    package init() {}

    package init(api: API, version: Int16, correlationID: Int32, clientID: String? = nil) {
        apiKey = api.rawValue
        self.version = version
        self.correlationID = correlationID
        self.clientID = clientID
    }

    /// Reads the header of a frame; gives it with the offset of the body. The body of a request that is not served must
    /// not be read, for its header may end elsewhere.
    package static func read(_ frame: [UInt8]) throws(WireError) -> (header: RequestHeader, body: Int) {
        var header = RequestHeader()
        var coder = MessageCoder(reading: frame, version: 0, isFlexible: false)
        try header.code(&coder)
        var body = frame.count - coder.remaining
        if header.api?.isFlexible(header.version) == true, header.api?.advertised.contains(header.version) == true {
            var tags = MessageCoder(reading: frame, from: body, version: 0, isFlexible: true)
            try tags.tags()
            body = frame.count - tags.remaining
        }
        return (header, body)
    }

    /// The client id keeps its 16-bit length in every version.
    fileprivate mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&apiKey)
        try coder.number(&version)
        try coder.number(&correlationID)
        try coder.text(&clientID)
    }
}

/// Whole frames, without the length in front.
extension Request {
    /// Reads the body of a request.
    package static func read(_ frame: [UInt8], body: Int, version: Int16) throws(WireError) -> Self {
        var message = Self()
        var coder = MessageCoder(
            reading: frame, from: body, version: version, isFlexible: api.isFlexible(version))
        try coder.structure(&message)
        return message
    }

    /// The frame of a request, as a client sends it.
    package func frame(version: Int16, correlationID: Int32, clientID: String?) throws(WireError) -> [UInt8] {
        let isFlexible = Self.api.isFlexible(version)
        var header = RequestHeader(api: Self.api, version: version, correlationID: correlationID, clientID: clientID)
        var front = MessageCoder(version: 0, isFlexible: false)
        try header.code(&front)
        var coder = MessageCoder(
            writingAfter: front.output + (isFlexible ? [0] : []), version: version, isFlexible: isFlexible)
        var message = self
        try coder.structure(&message)
        return coder.output
    }

    /// The frame of a response. Of ApiVersions even the newest response has the oldest header.
    package static func frame(
        _ response: Response, version: Int16, correlationID: Int32
    ) throws(WireError) -> [UInt8] {
        try frameWithGaps(response, version: version, correlationID: correlationID).bytes
    }

    /// The same without the bytes that come from elsewhere, and where they belong, in order.
    package static func frameWithGaps(
        _ response: Response, version: Int16, correlationID: Int32
    ) throws(WireError) -> (bytes: [UInt8], gaps: [MessageCoder.Gap]) {
        let isFlexible = api.isFlexible(version)
        var prefix = withUnsafeBytes(of: correlationID.bigEndian) { Array($0) }
        if isFlexible, api != .apiVersions { prefix.append(0) }
        var coder = MessageCoder(writingAfter: prefix, version: version, isFlexible: isFlexible)
        var message = response
        try coder.structure(&message)
        return (coder.output, coder.gaps)
    }

    /// Reads a response, as a client does.
    package static func readResponse(
        _ frame: [UInt8], version: Int16
    ) throws(WireError) -> (correlationID: Int32, response: Response) {
        let isFlexible = api.isFlexible(version)
        var correlationID: Int32 = 0
        var front = MessageCoder(reading: frame, version: 0, isFlexible: isFlexible && api != .apiVersions)
        try front.number(&correlationID)
        try front.tags()
        var response = Response()
        var coder = MessageCoder(
            reading: frame, from: frame.count - front.remaining, version: version, isFlexible: isFlexible)
        try coder.structure(&response)
        return (correlationID, response)
    }
}
