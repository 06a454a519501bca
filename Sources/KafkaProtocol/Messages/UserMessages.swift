/// The users there are, and how their passwords are kept; never the passwords. Version 0.
package struct DescribeUsersRequest: Request {
    package typealias Response = DescribeUsersResponse
    package static var api: API { .describeUsers }

    package struct User: MessageStructure {
        package var name = ""

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) { try coder.text(&name) }
    }

    /// nil, like none, stands for all.
    package var users: [User]?

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) { try coder.array(&users) }
}

package struct DescribeUsersResponse: MessageStructure {
    package struct Result: MessageStructure {
        package struct Credential: MessageStructure {
            package var mechanism: Int8 = 0
            package var iterations: Int32 = 0

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.number(&mechanism)
                try coder.number(&iterations)
            }
        }

        package var user = ""
        package var error: ErrorCode = .none
        package var errorMessage: String?
        package var credentials: [Credential] = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&user)
            try coder.code(&error)
            try coder.text(&errorMessage)
            try coder.array(&credentials)
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var errorMessage: String?
    package var results: [Result] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&throttleMilliseconds)
        try coder.code(&error)
        try coder.text(&errorMessage)
        try coder.array(&results)
    }
}

/// Makes, changes and removes users. The password comes salted already. Version 0.
package struct AlterUsersRequest: Request {
    package typealias Response = AlterUsersResponse
    package static var api: API { .alterUsers }

    package struct Deletion: MessageStructure {
        package var name = ""
        package var mechanism: Int8 = 0

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&name)
            try coder.number(&mechanism)
        }
    }

    package struct Upsertion: MessageStructure {
        package var name = ""
        package var mechanism: Int8 = 0
        package var iterations: Int32 = 0
        package var salt: ArraySlice<UInt8> = []
        package var saltedPassword: ArraySlice<UInt8> = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.text(&name)
            try coder.number(&mechanism)
            try coder.number(&iterations)
            try coder.bytes(&salt)
            try coder.bytes(&saltedPassword)
        }
    }

    package var deletions: [Deletion] = []
    package var upsertions: [Upsertion] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.array(&deletions)
        try coder.array(&upsertions)
    }
}

package struct AlterUsersResult: MessageStructure {
    package var user = ""
    package var error: ErrorCode = .none
    package var errorMessage: String?

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&user)
        try coder.code(&error)
        try coder.text(&errorMessage)
    }
}

package typealias AlterUsersResponse = ThrottledResults<AlterUsersResult>
