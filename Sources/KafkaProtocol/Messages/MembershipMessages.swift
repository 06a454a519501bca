/// Versions 0 to 9.
package struct JoinGroupRequest: Request {
    package typealias Response = JoinGroupResponse
    package static var api: API { .joinGroup }

    package struct ProtocolEntry: MessageStructure {
        package var name: String = ""
        package var metadata: ArraySlice<UInt8> = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&name)
            try coder.bytes(&metadata)
        }
    }

    package var groupID: String = ""
    package var sessionTimeoutMilliseconds: Int32 = 0
    package var rebalanceTimeoutMilliseconds: Int32 = -1
    package var memberID: String = ""
    package var groupInstanceID: String?
    package var protocolType: String = ""
    package var protocols: [ProtocolEntry] = []
    package var reason: String?

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&groupID)
        try coder.number(&sessionTimeoutMilliseconds)
        if coder.version >= 1 { try coder.number(&rebalanceTimeoutMilliseconds) }
        try coder.text(&memberID)
        if coder.version >= 5 { try coder.text(&groupInstanceID) }
        try coder.text(&protocolType)
        try coder.array(&protocols)
        if coder.version >= 8 { try coder.text(&reason) }
    }
}

/// Only the leader is told the members.
package struct JoinGroupResponse: MessageStructure {
    package struct Member: MessageStructure {
        package var memberID: String = ""
        package var groupInstanceID: String?
        package var metadata: ArraySlice<UInt8> = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&memberID)
            if coder.version >= 5 { try coder.text(&groupInstanceID) }
            try coder.bytes(&metadata)
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var generationID: Int32 = -1
    package var protocolType: String?
    /// Null only from version 7 on.
    package var protocolName: String?
    package var leader: String = ""
    package var skipsAssignment: Bool = false
    package var memberID: String = ""
    package var members: [Member] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 2 { try coder.number(&throttleMilliseconds) }
        try coder.code(&error)
        try coder.number(&generationID)
        if coder.version >= 7 { try coder.text(&protocolType) }
        // Without a protocol there is an empty text where there can be no null.
        if !coder.isReading, coder.version < 7, protocolName == nil { protocolName = "" }
        try coder.text(&protocolName)
        try coder.text(&leader)
        if coder.version >= 9 { try coder.flag(&skipsAssignment) }
        try coder.text(&memberID)
        try coder.array(&members)
    }
}

/// Versions 0 to 5.
package struct SyncGroupRequest: Request {
    package typealias Response = SyncGroupResponse
    package static var api: API { .syncGroup }

    package struct Assignment: MessageStructure {
        package var memberID: String = ""
        package var assignment: ArraySlice<UInt8> = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&memberID)
            try coder.bytes(&assignment)
        }
    }

    package var groupID: String = ""
    package var generationID: Int32 = 0
    package var memberID: String = ""
    package var groupInstanceID: String?
    package var protocolType: String?
    package var protocolName: String?
    package var assignments: [Assignment] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&groupID)
        try coder.number(&generationID)
        try coder.text(&memberID)
        if coder.version >= 3 { try coder.text(&groupInstanceID) }
        if coder.version >= 5 { try coder.text(&protocolType) }
        if coder.version >= 5 { try coder.text(&protocolName) }
        try coder.array(&assignments)
    }
}

package struct SyncGroupResponse: MessageStructure {
    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var protocolType: String?
    package var protocolName: String?
    package var assignment: ArraySlice<UInt8> = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 1 { try coder.number(&throttleMilliseconds) }
        try coder.code(&error)
        if coder.version >= 5 { try coder.text(&protocolType) }
        if coder.version >= 5 { try coder.text(&protocolName) }
        try coder.bytes(&assignment)
    }
}

/// Versions 0 to 4.
package struct HeartbeatRequest: Request {
    package typealias Response = HeartbeatResponse
    package static var api: API { .heartbeat }

    package var groupID: String = ""
    package var generationID: Int32 = 0
    package var memberID: String = ""
    package var groupInstanceID: String?

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&groupID)
        try coder.number(&generationID)
        try coder.text(&memberID)
        if coder.version >= 3 { try coder.text(&groupInstanceID) }
    }
}

package struct HeartbeatResponse: MessageStructure {
    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 1 { try coder.number(&throttleMilliseconds) }
        try coder.code(&error)
    }
}

/// Versions 0 to 5.
package struct LeaveGroupRequest: Request {
    package typealias Response = LeaveGroupResponse
    package static var api: API { .leaveGroup }

    package struct Member: MessageStructure {
        package var memberID: String = ""
        package var groupInstanceID: String?
        package var reason: String?

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&memberID)
            try coder.text(&groupInstanceID)
            if coder.version >= 5 { try coder.text(&reason) }
        }
    }

    package var groupID: String = ""
    package var memberID: String = ""
    package var members: [Member] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&groupID)
        if coder.version <= 2 { try coder.text(&memberID) }
        if coder.version >= 3 { try coder.array(&members) }
    }
}

package struct LeaveGroupResponse: MessageStructure {
    package struct Member: MessageStructure {
        package var memberID: String = ""
        package var groupInstanceID: String?
        package var error: ErrorCode = .none

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&memberID)
            try coder.text(&groupInstanceID)
            try coder.code(&error)
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var members: [Member] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 1 { try coder.number(&throttleMilliseconds) }
        try coder.code(&error)
        if coder.version >= 3 { try coder.array(&members) }
    }
}
