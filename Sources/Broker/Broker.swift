package import CommitLog
package import Diagnostics
import KafkaProtocol

/// The log behind the Kafka protocol: answers requests, keeps groups and transactions.
package final class Broker: RequestHandling {
    /// Topics of this prefix are the broker's own.
    static let internalPrefix = "__millrace_"

    let log: CommitLog
    let settings: BrokerSettings
    let groups: GroupService
    let transactions: TransactionService
    let fetches: FetchService
    /// nil where nobody is asked who they are.
    let security: BrokerSecurity?
    /// Records that come over HTTP.
    package let ingest: IngestService
    private let ticker: Ticker
    private let damage: DamageNotes

    /// Fetches that met stored records which are damaged.
    package var damagedReads: Int { damage.reads }

    /// Takes up groups and transactions where they were.
    package init(log: CommitLog, settings: BrokerSettings, environment: Environment = Environment()) throws {
        self.log = log
        self.settings = settings
        let store = try LogStateStore(log: log, clock: environment.clock)
        let groups = GroupService(store: store, limits: settings.groupLimits, environment: environment)
        let transactions = TransactionService(
            store: store, log: log, groups: groups, timeoutMax: settings.transactionTimeoutMilliseconds,
            clock: environment.clock)
        let control = AccessControl(store: store, superUsers: settings.superUsers, random: environment.random)
        var deliveries: [StateEntry] = []
        try store.load { entry in
            try groups.restore(entry)
            try transactions.restore(entry)
            try control.restore(entry)
            if case .ingest? = StateKey(entry.key) { deliveries.append(entry) }
        }
        let security = settings.asksWhoComes ? BrokerSecurity(control: control, random: environment.random) : nil
        if security != nil { control.storeSecretIfNew() }
        self.security = security
        ingest = IngestService(
            log: log, store: store, security: security, settings: settings, clock: environment.clock)
        try ingest.restore(deliveries)
        damage = DamageNotes(report: settings.reportDamage)
        let fetches = FetchService(
            log: log, clock: environment.clock, threads: settings.readThreads, damage: damage)
        log.setObserver { fetches.wake(Array($0)) }
        self.groups = groups
        self.transactions = transactions
        self.fetches = fetches
        ticker = Ticker(milliseconds: 20) {
            fetches.tick()
            groups.tick()
            transactions.tick()
        }
        transactions.finishInterrupted()
    }

    /// Ends what waits. The log stays open.
    package func stop() {
        ticker.stop()
        log.setObserver(nil)
        fetches.stop()
        security?.stop()
    }

    package func closed(_ connection: ConnectionID) {
        fetches.closed(connection)
        security?.doorkeeper.closed(connection)
    }

    package func handle(_ request: BrokerRequest, reply: @escaping @Sendable (BrokerReply) -> Void) {
        if let security, security.doorkeeper.awaitsRawToken(request.connection) {
            return security.doorkeeper.rawToken(request, reply: reply)
        }
        guard var call = Call(request, reply: reply) else { return reply(.close) }
        guard call.api.serves(call.version) else {
            // Whoever asks in a version yet to come is told which there are, in the first one's form.
            guard call.api == .apiVersions else { return call.close() }
            return call.answer(ApiVersionsRequest.self, versions(error: .unsupportedVersion), version: 0)
        }
        switch call.api {
        case .apiVersions: break
        case .saslHandshake:
            guard let security else { return call.close() }
            return security.doorkeeper.handshake(call, isPrivate: request.isPrivate)
        case .saslAuthenticate:
            guard let security else { return call.close() }
            return security.doorkeeper.authenticate(call)
        default:
            guard let security else { break }
            guard let user = security.doorkeeper.user(of: request.connection) else { return call.close() }
            call.access = Access(user: user, host: request.clientHost, control: security.control)
        }
        if !answer(call) { administer(call) }
    }

    private func versions(error: ErrorCode) -> ApiVersionsResponse {
        var response = ApiVersionsResponse()
        response.error = error
        response.apis = API.allCases.filter(isServed).map { api in
            var entry = ApiVersionsResponse.Entry()
            entry.key = api.rawValue
            entry.minVersion = api.advertised.lowerBound
            entry.maxVersion = api.advertised.upperBound
            return entry
        }
        return response
    }

    /// What is not built must not be advertised.
    private func isServed(_ api: API) -> Bool {
        switch api {
        case .saslHandshake, .saslAuthenticate: security != nil
        default: true
        }
    }

    /// Requests of producers and consumers; false for others.
    private func answer(_ call: Call) -> Bool {
        switch call.api {
        case .apiVersions:
            call.with(ApiVersionsRequest.self) { _ in
                call.answer(ApiVersionsRequest.self, versions(error: .none))
            }
        case .produce: produce(call)
        case .fetch: fetch(call)
        case .listOffsets: listOffsets(call)
        case .metadata: metadata(call)
        case .offsetCommit: offsetCommit(call)
        case .offsetFetch: offsetFetch(call)
        case .findCoordinator: findCoordinator(call)
        case .joinGroup: joinGroup(call)
        case .heartbeat: heartbeat(call)
        case .leaveGroup: leaveGroup(call)
        case .syncGroup: syncGroup(call)
        case .initProducerID: initProducerID(call)
        case .offsetForLeaderEpoch: offsetForLeaderEpoch(call)
        case .addPartitionsToTransaction: addPartitionsToTransaction(call)
        case .addOffsetsToTransaction: addOffsetsToTransaction(call)
        case .endTransaction: endTransaction(call)
        case .transactionalOffsetCommit: transactionalOffsetCommit(call)
        default: return false
        }
        return true
    }

    private func administer(_ call: Call) {
        switch call.api {
        case .describeGroups: describeGroups(call)
        case .listGroups: listGroups(call)
        case .deleteGroups: deleteGroups(call)
        case .offsetDelete: offsetDelete(call)
        case .createTopics: createTopics(call)
        case .deleteTopics: deleteTopics(call)
        case .deleteRecords: deleteRecords(call)
        case .createPartitions: createPartitions(call)
        case .describeConfigs: describeConfigs(call)
        case .alterConfigs: alterConfigs(call)
        case .incrementalAlterConfigs: incrementalAlterConfigs(call)
        case .describeLogDirectories: describeLogDirectories(call)
        case .describeCluster: describeCluster(call)
        case .describeAcls: describeAcls(call)
        case .createAcls: createAcls(call)
        case .deleteAcls: deleteAcls(call)
        case .describeUsers: describeUsers(call)
        case .alterUsers: alterUsers(call)
        case .describeProducers: describeProducers(call)
        case .describeTransactions: describeTransactions(call)
        case .listTransactions: listTransactions(call)
        default: call.close()
        }
    }
}
