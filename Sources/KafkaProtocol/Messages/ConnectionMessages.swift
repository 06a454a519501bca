/// Versions 0 to 4.
package struct ApiVersionsRequest: Request {
    package typealias Response = ApiVersionsResponse
    package static var api: API { .apiVersions }

    package var clientName: String = ""
    package var clientVersion: String = ""

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        if coder.version >= 3 { try coder.text(&clientName) }
        if coder.version >= 3 { try coder.text(&clientVersion) }
    }
}

package struct ApiVersionsResponse: MessageStructure {
    package struct Entry: MessageStructure {
        package var key: Int16 = 0
        package var minVersion: Int16 = 0
        package var maxVersion: Int16 = 0

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&key)
            try coder.number(&minVersion)
            try coder.number(&maxVersion)
        }
    }

    package var error: ErrorCode = .none
    package var apis: [Entry] = []
    package var throttleMilliseconds: Int32 = 0

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.code(&error)
        try coder.array(&apis)
        if coder.version >= 1 { try coder.number(&throttleMilliseconds) }
    }
}

/// Versions 0 and 1.
package struct SaslHandshakeRequest: Request {
    package typealias Response = SaslHandshakeResponse
    package static var api: API { .saslHandshake }

    package var mechanism: String = ""

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.text(&mechanism)
    }
}

package struct SaslHandshakeResponse: MessageStructure {
    package var error: ErrorCode = .none
    package var mechanisms: [String] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.code(&error)
        try coder.texts(&mechanisms)
    }
}

/// Versions 0 to 2.
package struct SaslAuthenticateRequest: Request {
    package typealias Response = SaslAuthenticateResponse
    package static var api: API { .saslAuthenticate }

    package var authentication: ArraySlice<UInt8> = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.bytes(&authentication)
    }
}

package struct SaslAuthenticateResponse: MessageStructure {
    package var error: ErrorCode = .none
    package var errorMessage: String?
    package var authentication: ArraySlice<UInt8> = []
    package var sessionLifetimeMilliseconds: Int64 = 0

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.code(&error)
        try coder.text(&errorMessage)
        try coder.bytes(&authentication)
        if coder.version >= 1 { try coder.number(&sessionLifetimeMilliseconds) }
    }
}
