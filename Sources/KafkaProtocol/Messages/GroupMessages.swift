/// Versions 0 to 5.
package struct DescribeGroupsRequest: Request {
    package typealias Response = DescribeGroupsResponse
    package static var api: API { .describeGroups }

    package var groups: [String] = []
    package var includesOperations: Bool = false

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.texts(&groups)
        if coder.version >= 3 { try coder.flag(&includesOperations) }
    }
}

package struct DescribeGroupsResponse: MessageStructure {
    package struct Group: MessageStructure {
        package struct Member: MessageStructure {
            package var memberID: String = ""
            package var groupInstanceID: String?
            package var clientID: String = ""
            package var clientHost: String = ""
            package var metadata: ArraySlice<UInt8> = []
            package var assignment: ArraySlice<UInt8> = []

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.text(&memberID)
                if coder.version >= 4 { try coder.text(&groupInstanceID) }
                try coder.text(&clientID)
                try coder.text(&clientHost)
                try coder.bytes(&metadata)
                try coder.bytes(&assignment)
            }
        }

        package var error: ErrorCode = .none
        package var groupID: String = ""
        package var state: String = ""
        package var protocolType: String = ""
        package var protocolData: String = ""
        package var members: [Member] = []
        package var operations: Int32 = Int32.min

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.code(&error)
            try coder.text(&groupID)
            try coder.text(&state)
            try coder.text(&protocolType)
            try coder.text(&protocolData)
            try coder.array(&members)
            if coder.version >= 3 { try coder.number(&operations) }
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var groups: [Group] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 1 { try coder.number(&throttleMilliseconds) }
        try coder.array(&groups)
    }
}

/// Versions 0 to 5.
package struct ListGroupsRequest: Request {
    package typealias Response = ListGroupsResponse
    package static var api: API { .listGroups }

    package var states: [String] = []
    package var types: [String] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 4 { try coder.texts(&states) }
        if coder.version >= 5 { try coder.texts(&types) }
    }
}

package struct ListGroupsResponse: MessageStructure {
    package struct Group: MessageStructure {
        package var groupID: String = ""
        package var protocolType: String = ""
        package var state: String = ""
        package var type: String = ""

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&groupID)
            try coder.text(&protocolType)
            if coder.version >= 4 { try coder.text(&state) }
            if coder.version >= 5 { try coder.text(&type) }
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var groups: [Group] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 1 { try coder.number(&throttleMilliseconds) }
        try coder.code(&error)
        try coder.array(&groups)
    }
}

/// Versions 0 to 2.
package struct DeleteGroupsRequest: Request {
    package typealias Response = DeleteGroupsResponse
    package static var api: API { .deleteGroups }

    package var groups: [String] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.texts(&groups)
    }
}

package struct DeleteGroupsResult: MessageStructure {
    package var groupID: String = ""
    package var error: ErrorCode = .none

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&groupID)
        try coder.code(&error)
    }
}

package typealias DeleteGroupsResponse = ThrottledResults<DeleteGroupsResult>
