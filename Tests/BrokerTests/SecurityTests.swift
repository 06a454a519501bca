import CommitLog
import Diagnostics
import KafkaProtocol
import Testing

@testable import Broker

/// A broker that asks who comes, over a real socket.
@Suite(.serialized) struct SecurityTests {
    private func running() throws -> RunningBroker {
        try RunningBroker(users: ["root": "secret", "ann": "pencil"]) { settings in
            settings.asksWhoComes = true
            settings.superUsers = ["root"]
        }
    }

    private func login(_ running: RunningBroker, _ user: String, _ password: String) throws -> WireClient {
        let client = try running.client()
        #expect(try client.login(user, password) == ErrorCode.none)
        return client
    }

    private func allow(_ running: RunningBroker, _ rules: AccessRule...) throws {
        var request = CreateAclsRequest()
        request.bindings = rules.map(AccessBinding.init)
        let root = try login(running, "root", "secret")
        #expect(try root.ask(request, version: 2).results.allSatisfy { $0.error == .none })
    }

    private func produced(_ client: WireClient, _ topic: String) throws -> ErrorCode? {
        try client.ask(produceRequest(topic, try batch(["x"])), version: 9).topics.first?.partitions.first?.error
    }

    @Test func strangersGetNothing() throws {
        let running = try running()
        let client = try running.client()
        // What is there may be asked by anyone.
        let versions = try client.ask(ApiVersionsRequest(), version: 0)
        #expect(versions.apis.contains { $0.key == API.saslAuthenticate.rawValue })
        client.sendFrame(try MetadataRequest().frame(version: 9, correlationID: 9, clientID: nil))
        #expect(client.receive() == nil)
        for (user, password) in [("ann", "wrong"), ("nobody", "pencil"), ("ann", "")] {
            for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"] {
                let refused = try running.client()
                #expect(try refused.login(user, password, mechanism) == .saslAuthenticationFailed)
                refused.sendFrame(try MetadataRequest().frame(version: 9, correlationID: 9, clientID: nil))
                #expect(refused.receive() == nil)
            }
        }
        // A stranger cannot make the broker wait for a large request.
        let large = try running.client()
        large.send([0, 16, 0, 0])
        #expect(large.receive() == nil)
    }

    @Test(arguments: ["SCRAM-SHA-256", "SCRAM-SHA-512", "PLAIN"])
    func usersComeInByEveryMechanism(mechanism: String) throws {
        let running = try running()
        for _ in 0..<2 {
            let client = try running.client()
            #expect(try client.login("root", "secret", mechanism) == ErrorCode.none)
            #expect(try client.ask(MetadataRequest(), version: 9).brokers.count == 1)
            // Once is enough.
            #expect(try client.login("ann", "pencil", mechanism) == .illegalSaslState)
        }
    }

    @Test func tokensMayComeWithoutHeaders() throws {
        let running = try running()
        let client = try running.client()
        var handshake = SaslHandshakeRequest()
        handshake.mechanism = "PLAIN"
        #expect(try client.ask(handshake, version: 0).error == ErrorCode.none)
        client.sendFrame(Array("\u{0}root\u{0}secret".utf8))
        #expect(client.receive() == [])
        #expect(try client.ask(MetadataRequest(), version: 9).brokers.count == 1)
    }

    @Test func rulesSayWhoMayDoWhat() throws {
        let running = try running()
        let ann = try login(running, "ann", "pencil")
        #expect(try produced(ann, "logs-1") == .topicAuthorizationFailed)
        var metadata = MetadataRequest()
        var asked = MetadataRequest.Topic()
        asked.name = "logs-1"
        metadata.topics = [asked]
        #expect(try ann.ask(metadata, version: 9).topics.first?.error == .topicAuthorizationFailed)
        try allow(
            running, AccessRule(.topic, "logs-", isPrefix: true, principal: "User:ann", operation: .write),
            AccessRule(.topic, "logs-", isPrefix: true, principal: "User:ann", operation: .create))
        #expect(try ann.ask(metadata, version: 9).topics.first?.error == ErrorCode.none)
        #expect(try produced(ann, "logs-1") == ErrorCode.none)
        #expect(try produced(ann, "other") == .topicAuthorizationFailed)
        // Writing is not reading, and groups are another matter.
        #expect(
            try ann.ask(fetchRequest("logs-1", from: 0), version: 11).topics.first?.partitions.first?.error
                == .topicAuthorizationFailed)
        var join = JoinGroupRequest()
        join.groupID = "g"
        #expect(try ann.ask(join, version: 5).error == .groupAuthorizationFailed)
        var begin = InitProducerIDRequest()
        #expect(try ann.ask(begin, version: 3).error == ErrorCode.none)
        begin.transactionalID = "t"
        begin.transactionTimeoutMilliseconds = 1_000
        #expect(try ann.ask(begin, version: 3).error == .transactionalIDAuthorizationFailed)
        // Rules are the super user's, and outlive a restart.
        #expect(try ann.ask(DescribeAclsRequest(), version: 2).error == .clusterAuthorizationFailed)
        try running.restart()
        let again = try login(running, "ann", "pencil")
        #expect(try produced(again, "logs-1") == ErrorCode.none)
        let root = try login(running, "root", "secret")
        #expect(try root.ask(DescribeAclsRequest(), version: 2).resources.first?.entries.count == 2)
        var delete = DeleteAclsRequest()
        delete.filters = [AccessFilter()]
        #expect(try root.ask(delete, version: 2).results.first?.matches.count == 2)
        #expect(try produced(again, "logs-1") == .topicAuthorizationFailed)
    }

    /// Everything that names something is refused where no rule allows it.
    @Test func nothingIsForgotten() throws {
        let running = try running()
        let root = try login(running, "root", "secret")
        #expect(try produced(root, "t") == .unknownTopicOrPartition)
        let ann = try login(running, "ann", "pencil")
        #expect(try ann.ask(MetadataRequest(), version: 9).topics.isEmpty)
        #expect(try ann.ask(ListGroupsRequest(), version: 4).groups.isEmpty)
        #expect(try ann.ask(DescribeUsersRequest(), version: 0).error == .clusterAuthorizationFailed)
        var create = CreateTopicsRequest()
        var topic = CreateTopicsRequest.Topic()
        topic.name = "t"
        topic.partitionCount = 1
        create.topics = [topic]
        #expect(try ann.ask(create, version: 5).topics.first?.error == .topicAuthorizationFailed)
        #expect(try root.ask(create, version: 5).topics.first?.error == ErrorCode.none)
        var delete = DeleteTopicsRequest()
        delete.names = ["t"]
        #expect(try ann.ask(delete, version: 3).topics.first?.error == .topicAuthorizationFailed)
        var coordinator = FindCoordinatorRequest()
        coordinator.key = "g"
        #expect(try ann.ask(coordinator, version: 2).error == .groupAuthorizationFailed)
        coordinator.keyType = 1
        #expect(try ann.ask(coordinator, version: 2).error == .transactionalIDAuthorizationFailed)
        var groups = DeleteGroupsRequest()
        groups.groups = ["g"]
        #expect(try ann.ask(groups, version: 1).results.first?.error == .groupAuthorizationFailed)
        var offsets = OffsetFetchRequest()
        offsets.groupID = "g"
        #expect(try ann.ask(offsets, version: 7).error == .groupAuthorizationFailed)
        var commit = OffsetCommitRequest()
        commit.groupID = "g"
        var place = OffsetCommitRequest.Topic()
        place.name = "t"
        place.partitions = [OffsetCommitRequest.Topic.Partition()]
        commit.topics = [place]
        #expect(try ann.ask(commit, version: 8).topics.first?.partitions.first?.error == .groupAuthorizationFailed)
        try allow(running, AccessRule(.group, "g", principal: "User:ann", operation: .read))
        #expect(try ann.ask(commit, version: 8).topics.first?.partitions.first?.error == .topicAuthorizationFailed)
        var list = ListOffsetsRequest()
        var listed = ListOffsetsRequest.Topic()
        listed.name = "t"
        listed.partitions = [ListOffsetsRequest.Topic.Partition()]
        list.topics = [listed]
        #expect(try ann.ask(list, version: 5).topics.first?.partitions.first?.error == .topicAuthorizationFailed)
        var configs = DescribeConfigsRequest()
        var resource = DescribeConfigsRequest.Resource()
        resource.type = 2
        resource.name = "t"
        configs.resources = [resource]
        #expect(try ann.ask(configs, version: 2).results.first?.error == .topicAuthorizationFailed)
        #expect(try ann.ask(DescribeLogDirectoriesRequest(), version: 3).error == .clusterAuthorizationFailed)
    }

    @Test func usersAreMadeAndRemoved() throws {
        let running = try running()
        let root = try login(running, "root", "secret")
        var request = AlterUsersRequest()
        var user = AlterUsersRequest.Upsertion()
        user.name = "bob"
        user.mechanism = ScramMechanism.sha512.rawValue
        user.iterations = 4_096
        user.salt = [1, 2, 3]
        user.saltedPassword =
            ScramMechanism.sha512.saltedPassword(Array("pw".utf8), salt: [1, 2, 3], iterations: 4_096)[...]
        request.upsertions = [user]
        #expect(try root.ask(request, version: 0).results.first?.error == ErrorCode.none)
        let bob = try running.client()
        #expect(try bob.login("bob", "pw", "SCRAM-SHA-512") == ErrorCode.none)
        let plain = try running.client()
        #expect(try plain.login("bob", "pw", "PLAIN") == ErrorCode.none)
        let other = try running.client()
        #expect(try other.login("bob", "pw", "SCRAM-SHA-256") == .saslAuthenticationFailed)
        user.iterations = 1
        request.upsertions = [user]
        #expect(try root.ask(request, version: 0).results.first?.error == .unacceptableCredential)
        let described = try root.ask(DescribeUsersRequest(), version: 0)
        #expect(described.results.map(\.user) == ["ann", "bob", "root"])
        #expect(described.results.first { $0.user == "bob" }?.credentials.first?.iterations == 4_096)
        var removal = AlterUsersRequest()
        var deletion = AlterUsersRequest.Deletion()
        deletion.name = "bob"
        deletion.mechanism = ScramMechanism.sha512.rawValue
        removal.deletions = [deletion]
        #expect(try root.ask(removal, version: 0).results.first?.error == ErrorCode.none)
        for mechanism in ["SCRAM-SHA-512", "PLAIN"] {
            #expect(try running.client().login("bob", "pw", mechanism) == .saslAuthenticationFailed)
        }
        #expect(try root.ask(removal, version: 0).results.first?.error == .resourceNotFound)
    }

    @Test func anOpenBrokerHasNoUsersAndNoRules() throws {
        let running = try RunningBroker()
        let client = try running.client()
        #expect(try client.ask(DescribeAclsRequest(), version: 2).error == .securityDisabled)
        var create = CreateAclsRequest()
        create.bindings = [AccessBinding(AccessRule(.topic, "*", principal: "User:x", operation: .all))]
        #expect(try client.ask(create, version: 2).results.first?.error == .securityDisabled)
        #expect(try client.ask(DescribeUsersRequest(), version: 0).error == .securityDisabled)
        #expect(try client.ask(ApiVersionsRequest(), version: 0).apis.allSatisfy { $0.key != 17 && $0.key != 36 })
    }
}
