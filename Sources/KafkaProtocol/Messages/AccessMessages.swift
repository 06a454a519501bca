/// A rule as the messages spell it, with numbers that may be unknown.
package struct AccessBinding: MessageStructure {
    package var resourceType: Int8 = 0
    package var resourceName = ""
    /// 3 is a name, 4 the beginning of names.
    package var patternType: Int8 = 3
    package var principal = ""
    package var host = ""
    package var operation: Int8 = 0
    /// 2 forbids, 3 allows.
    package var permission: Int8 = 0

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&resourceType)
        try coder.text(&resourceName)
        try coder.number(&patternType)
        try coder.text(&principal)
        try coder.text(&host)
        try coder.number(&operation)
        try coder.number(&permission)
    }

    package init(_ rule: AccessRule) {
        resourceType = rule.resource.rawValue
        resourceName = rule.name
        patternType = rule.isPrefix ? 4 : 3
        principal = rule.principal
        host = rule.host
        operation = rule.operation.rawValue
        permission = rule.isAllowed ? 3 : 2
    }

    /// nil where a number has no meaning, or a text is none.
    package var rule: AccessRule? {
        guard let resource = AccessResource(rawValue: resourceType),
            let operation = AccessOperation(rawValue: operation),
            patternType == 3 || patternType == 4, permission == 2 || permission == 3, !resourceName.isEmpty,
            principal.hasPrefix("User:"), principal.count > 5, !host.isEmpty,
            resource != .cluster || (resourceName == AccessResource.clusterName && patternType == 3)
        else { return nil }
        return AccessRule(
            resource, resourceName, isPrefix: patternType == 4, principal: principal, host: host,
            operation: operation, isAllowed: permission == 3)
    }
}

/// Which rules are meant; what is nil or 1 (any) is left open.
package struct AccessFilter: MessageStructure {
    package var resourceType: Int8 = 1
    package var resourceName: String?
    /// 1 is any, 2 whatever applies to the name, 3 the name itself, 4 the beginning of names.
    package var patternType: Int8 = 1
    package var principal: String?
    package var host: String?
    package var operation: Int8 = 1
    package var permission: Int8 = 1

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&resourceType)
        try coder.text(&resourceName)
        try coder.number(&patternType)
        try coder.text(&principal)
        try coder.text(&host)
        try coder.number(&operation)
        try coder.number(&permission)
    }

    package func includes(_ rule: AccessRule) -> Bool {
        let binding = AccessBinding(rule)
        return (resourceType == 1 || resourceType == binding.resourceType) && includes(name: binding, rule)
            && (principal == nil || principal == rule.principal) && (host == nil || host == rule.host)
            && (operation == 1 || operation == binding.operation)
            && (permission == 1 || permission == binding.permission)
    }

    private func includes(name binding: AccessBinding, _ rule: AccessRule) -> Bool {
        switch patternType {
        case 1: resourceName == nil || resourceName == rule.name
        case 2: resourceName.map(rule.fits) ?? true
        default: patternType == binding.patternType && (resourceName == nil || resourceName == rule.name)
        }
    }
}

/// Versions 1 to 3.
package struct DescribeAclsRequest: Request {
    package typealias Response = DescribeAclsResponse
    package static var api: API { .describeAcls }

    package var filter = AccessFilter()

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) { try filter.code(&coder) }
}

package struct DescribeAclsResponse: MessageStructure {
    package struct Resource: MessageStructure {
        package struct Entry: MessageStructure {
            package var principal = ""
            package var host = ""
            package var operation: Int8 = 0
            package var permission: Int8 = 0

            package init() {}

            package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
                try coder.text(&principal)
                try coder.text(&host)
                try coder.number(&operation)
                try coder.number(&permission)
            }
        }

        package var type: Int8 = 0
        package var name = ""
        package var patternType: Int8 = 3
        package var entries: [Entry] = []

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.number(&type)
            try coder.text(&name)
            try coder.number(&patternType)
            try coder.array(&entries)
        }
    }

    package var throttleMilliseconds: Int32 = 0
    package var error: ErrorCode = .none
    package var errorMessage: String?
    package var resources: [Resource] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.number(&throttleMilliseconds)
        try coder.code(&error)
        try coder.text(&errorMessage)
        try coder.array(&resources)
    }
}

/// Versions 1 to 3.
package struct CreateAclsRequest: Request {
    package typealias Response = CreateAclsResponse
    package static var api: API { .createAcls }

    package var bindings: [AccessBinding] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) { try coder.array(&bindings) }
}

package typealias CreateAclsResponse = ThrottledResults<ErrorResult>

/// Versions 1 to 3.
package struct DeleteAclsRequest: Request {
    package typealias Response = DeleteAclsResponse
    package static var api: API { .deleteAcls }

    package var filters: [AccessFilter] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) { try coder.array(&filters) }
}

package struct DeleteAclsResult: MessageStructure {
    package struct Match: MessageStructure {
        package var error: ErrorCode = .none
        package var errorMessage: String?
        package var binding = AccessBinding()

        package init() {}

        package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
            try coder.code(&error)
            try coder.text(&errorMessage)
            try binding.code(&coder)
        }
    }

    package var error: ErrorCode = .none
    package var errorMessage: String?
    package var matches: [Match] = []

    package init() {}

    package mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.code(&error)
        try coder.text(&errorMessage)
        try coder.array(&matches)
    }
}

package typealias DeleteAclsResponse = ThrottledResults<DeleteAclsResult>
