import KafkaProtocol

// Rules: who may do what.
extension Broker {
    func describeAcls(_ call: Call) {
        call.with(DescribeAclsRequest.self) { request in
            var response = DescribeAclsResponse()
            guard let control = security?.control else {
                response.error = .securityDisabled
                response.errorMessage = Self.securityDisabled
                return call.answer(DescribeAclsRequest.self, response)
            }
            guard call.access.may(.describe) else {
                response.error = .clusterAuthorizationFailed
                return call.answer(DescribeAclsRequest.self, response)
            }
            let bindings = control.rules.filter(request.filter.includes).map(AccessBinding.init)
            let byResource = Dictionary(grouping: bindings) { binding in
                ResourcePattern(type: binding.resourceType, name: binding.resourceName, pattern: binding.patternType)
            }
            response.resources = byResource.map { pattern, bindings in
                var resource = DescribeAclsResponse.Resource()
                resource.type = pattern.type
                resource.name = pattern.name
                resource.patternType = pattern.pattern
                resource.entries = bindings.map { binding in
                    var entry = DescribeAclsResponse.Resource.Entry()
                    entry.principal = binding.principal
                    entry.host = binding.host
                    entry.operation = binding.operation
                    entry.permission = binding.permission
                    return entry
                }
                return resource
            }
            call.answer(DescribeAclsRequest.self, response)
        }
    }

    private struct ResourcePattern: Hashable {
        var type: Int8
        var name: String
        var pattern: Int8
    }

    private static let securityDisabled = "nobody is asked who they are here, so there are no users and no rules"

    func createAcls(_ call: Call) {
        call.with(CreateAclsRequest.self) { request in
            let rules = request.bindings.map(\.rule)
            let general = refusal(of: call, .alter)
            let isFull = rules.count + (security?.control.rules.count ?? 0) > AccessList.limit
            let answer: @Sendable (ErrorCode) -> Void = { error in
                var response = CreateAclsResponse()
                response.results = rules.map { rule in
                    var result = CreateAclsResponse.Result()
                    result.error = general ?? (rule == nil ? .invalidRequest : isFull ? .policyViolation : error)
                    if result.error == .invalidRequest { result.errorMessage = "the rule has a part that is not known" }
                    if result.error == .securityDisabled { result.errorMessage = Self.securityDisabled }
                    return result
                }
                call.answer(CreateAclsRequest.self, response)
            }
            guard general == nil, !isFull, let control = security?.control else { return answer(.none) }
            control.insert(rules.compactMap { $0 }, done: answer)
        }
    }

    /// Why the cluster's users and rules may not be looked at or changed; nil when they may.
    private func refusal(of call: Call, _ operation: AccessOperation) -> ErrorCode? {
        guard security != nil else { return .securityDisabled }
        return call.access.may(operation) ? nil : .clusterAuthorizationFailed
    }

    func deleteAcls(_ call: Call) {
        call.with(DeleteAclsRequest.self) { request in
            let general = refusal(of: call, .alter)
            let rules = security?.control.rules ?? []
            let matches = request.filters.map { filter in general == nil ? rules.filter(filter.includes) : [] }
            let answer: @Sendable (ErrorCode) -> Void = { error in
                var response = DeleteAclsResponse()
                response.results = matches.map { rules in
                    var result = DeleteAclsResponse.Result()
                    result.error = general ?? error
                    result.matches = rules.map { rule in
                        var match = DeleteAclsResponse.Result.Match()
                        match.error = error
                        match.binding = AccessBinding(rule)
                        return match
                    }
                    return result
                }
                call.answer(DeleteAclsRequest.self, response)
            }
            let removed = Set(matches.joined())
            guard let control = security?.control, !removed.isEmpty else { return answer(.none) }
            control.remove(Array(removed), done: answer)
        }
    }

    // MARK: users

    func describeUsers(_ call: Call) {
        call.with(DescribeUsersRequest.self) { request in
            var response = DescribeUsersResponse()
            if let error = refusal(of: call, .describe) {
                response.error = error
                return call.answer(DescribeUsersRequest.self, response)
            }
            let known = security?.control.users ?? [:]
            let asked = request.users.map { $0.map(\.name) } ?? []
            let counts = Dictionary(grouping: asked) { $0 }.mapValues(\.count)
            response.results = (asked.isEmpty ? known.keys.sorted() : counts.keys.sorted()).map { user in
                var result = DescribeUsersResponse.Result()
                result.user = user
                if counts[user, default: 1] > 1 {
                    result.error = .duplicateResource
                } else if let credentials = known[user] {
                    result.credentials = credentials.values.map { credential in
                        var entry = DescribeUsersResponse.Result.Credential()
                        entry.mechanism = credential.mechanism.rawValue
                        entry.iterations = Int32(clamping: credential.iterations)
                        return entry
                    }
                } else {
                    result.error = .resourceNotFound
                    result.errorMessage = "there is no user \(user)"
                }
                return result
            }
            call.answer(DescribeUsersRequest.self, response)
        }
    }

    func alterUsers(_ call: Call) {
        call.with(AlterUsersRequest.self) { request in
            let general = refusal(of: call, .alter)
            let changes = request.deletions.map(change) + request.upsertions.map(change)
            let results = Gathering<ErrorCode>(count: changes.count) { errors in
                var response = AlterUsersResponse()
                response.results = zip(changes, errors).map { change, error in
                    var result = AlterUsersResponse.Result()
                    result.user = change.user
                    result.error = error ?? .unknownServerError
                    if result.error == .unacceptableCredential { result.errorMessage = change.message }
                    return result
                }
                call.answer(AlterUsersRequest.self, response)
            }
            for (place, change) in changes.enumerated() {
                if let error = general ?? change.error {
                    results.set(place, error)
                } else if let mechanism = change.mechanism, let control = security?.control {
                    control.set(change.credential, mechanism, of: change.user) { results.set(place, $0) }
                }
            }
        }
    }

    /// One line of AlterUserScramCredentials, checked.
    private struct UserChange: Sendable {
        var user: String
        var mechanism: ScramMechanism?
        var credential: ScramCredential?
        var error: ErrorCode?
        var message: String?
    }

    private func change(_ deletion: AlterUsersRequest.Deletion) -> UserChange {
        let mechanism = ScramMechanism(rawValue: deletion.mechanism)
        var change = UserChange(user: deletion.name, mechanism: mechanism)
        guard let mechanism else {
            change.error = .unsupportedSaslMechanism
            return change
        }
        if security?.control.users[deletion.name]?[mechanism] == nil { change.error = .resourceNotFound }
        return change
    }

    private func change(_ upsertion: AlterUsersRequest.Upsertion) -> UserChange {
        let mechanism = ScramMechanism(rawValue: upsertion.mechanism)
        var change = UserChange(user: upsertion.name, mechanism: mechanism)
        guard let mechanism else {
            change.error = .unsupportedSaslMechanism
            return change
        }
        guard !upsertion.name.isEmpty, ScramCredential.iterations.contains(Int(upsertion.iterations)),
            !upsertion.salt.isEmpty, upsertion.saltedPassword.count == mechanism.digestBytes
        else {
            change.error = .unacceptableCredential
            change.message =
                "a user needs a name, a salt, \(ScramCredential.iterations) iterations and a salted password"
            return change
        }
        let known = security?.control.users ?? [:]
        if known[upsertion.name] == nil, known.count >= AccessControl.userLimit { change.error = .policyViolation }
        change.credential = ScramCredential(
            mechanism: mechanism, salt: Array(upsertion.salt), iterations: Int(upsertion.iterations),
            saltedPassword: Array(upsertion.saltedPassword))
        return change
    }
}
