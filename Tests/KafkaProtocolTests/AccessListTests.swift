import Testing

@testable import KafkaProtocol

/// Who may do what.
@Suite struct AccessListTests {
    private func list(_ rules: AccessRule...) -> AccessList {
        var list = AccessList(superUsers: ["root"])
        for rule in rules { list.insert(rule) }
        return list
    }

    @Test func nothingIsAllowedWithoutARule() {
        let empty = list()
        for resource in AccessResource.allCases {
            for operation in AccessOperation.allCases {
                #expect(!empty.allows("ann", from: "10.0.0.1", operation, resource, "x"))
                #expect(empty.allows("root", from: "10.0.0.1", operation, resource, "x"))
            }
        }
    }

    @Test func rulesFitNamesBeginningsAndHosts() {
        let rules = list(
            AccessRule(.topic, "logs-", isPrefix: true, principal: "User:ann", operation: .read),
            AccessRule(.topic, "orders", principal: "User:ann", host: "10.0.0.1", operation: .write),
            AccessRule(.group, "*", principal: AccessRule.everyone, operation: .read))
        #expect(rules.allows("ann", from: "h", .read, .topic, "logs-web"))
        #expect(!rules.allows("ann", from: "h", .read, .topic, "log"))
        #expect(!rules.allows("bob", from: "h", .read, .topic, "logs-web"))
        #expect(!rules.allows("ann", from: "h", .write, .topic, "logs-web"))
        #expect(rules.allows("ann", from: "10.0.0.1", .write, .topic, "orders"))
        #expect(!rules.allows("ann", from: "10.0.0.2", .write, .topic, "orders"))
        #expect(!rules.allows("ann", from: "10.0.0.1", .write, .topic, "orders2"))
        #expect(rules.allows("bob", from: "h", .read, .group, "any"))
        // Who may read or write may see; who may see may not read.
        #expect(rules.allows("ann", from: "h", .describe, .topic, "logs-web"))
        #expect(!rules.allows("bob", from: "h", .delete, .group, "any"))
        #expect(rules.allowsAny("ann", from: "10.0.0.1", .write, .topic))
        #expect(!rules.allowsAny("ann", from: "10.0.0.2", .write, .topic))
    }

    @Test func forbiddingOutweighsAllowing() {
        var rules = list(
            AccessRule(.topic, "*", principal: AccessRule.everyone, operation: .all),
            AccessRule(.topic, "secret", isPrefix: true, principal: "User:ann", operation: .read, isAllowed: false))
        #expect(rules.allows("ann", from: "h", .read, .topic, "open"))
        #expect(!rules.allows("ann", from: "h", .read, .topic, "secret-1"))
        #expect(rules.allows("ann", from: "h", .write, .topic, "secret-1"))
        rules.remove(AccessRule(.topic, "*", principal: AccessRule.everyone, operation: .all))
        #expect(!rules.allows("ann", from: "h", .write, .topic, "secret-1"))
    }

    @Test func filtersChooseRules() {
        let rule = AccessRule(.topic, "logs-", isPrefix: true, principal: "User:ann", operation: .read)
        #expect(AccessBinding(rule).rule == rule)
        var filter = AccessFilter()
        #expect(filter.includes(rule))
        filter.resourceName = "logs-web"
        #expect(!filter.includes(rule))
        filter.patternType = 2
        #expect(filter.includes(rule))
        filter.patternType = 3
        #expect(!filter.includes(rule))
        filter = AccessFilter()
        filter.operation = AccessOperation.write.rawValue
        #expect(!filter.includes(rule))
        var wrong = AccessBinding(rule)
        wrong.operation = 1
        #expect(wrong.rule == nil)
        wrong = AccessBinding(rule)
        wrong.principal = "ann"
        #expect(wrong.rule == nil)
    }
}
