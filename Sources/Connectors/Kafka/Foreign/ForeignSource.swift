import ConnectorContract
import Diagnostics
import Formats
import KafkaProtocol

/// The scan of topics of a broker elsewhere.
final class ForeignSource: Source {
    private let options: KafkaOptions
    private let layout: KafkaLayout
    private let settings: ForeignSettings
    private let patience: BrokerPatience
    private let environment: Environment

    init(
        options: KafkaOptions, layout: KafkaLayout, patience: BrokerPatience, environment: Environment
    ) throws(MillraceError) {
        self.patience = patience
        self.options = options
        self.layout = layout
        settings = try ForeignSettings(options)
        self.environment = environment
    }

    var isBounded: Bool { options.stop != nil }

    func open(parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder) throws -> [any SourceReader] {
        let client = try settings.consumer()
        let (marks, problem) = try marks(positions, client)
        let watch = ForeignWatch(client, options, settings, problem: problem, clock: environment.clock)
        let count = max(1, parallelism)
        return try (0..<count).map { index in
            let rows = try RecordRows(
                layout, reporter: RejectReporter(recorder: rejects, table: options.table, fails: options.fails))
            return try ForeignReader(
                marks: marks.filter { $0.owner(among: count) == index }, options: options, layout: layout, rows: rows,
                client: try settings.consumer(), watch: watch, share: (index, count), environment: environment)
        }
    }

    /// Where each partition is begun, and what keeps the broker from being asked where it is away and may be.
    private func marks(_ positions: [[UInt8]], _ client: KafkaClient) throws -> ([KafkaMark], problem: String?) {
        var restored: [String: [Int32: KafkaMark]] = [:]
        for mark in try positions.flatMap(KafkaMark.decode) {
            restored[mark.topic, default: [:]][mark.partition] = mark
        }
        if let problem = try problem(client, mayBeAway: knowsAll(restored)) {
            // What was read and where is known: the job goes on, serves what it has, and reads when the broker is back.
            // Partitions that came meanwhile are found then.
            let named = restored.filter { options.topics.contains($0.key) }.values.flatMap(\.values)
            return (named.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }, problem)
        }
        var marks: [KafkaMark] = []
        for topic in try topics(client) {
            let count = try client.partitionCount(of: topic)
            let known = restored[topic] ?? [:]
            let starts =
                known.isEmpty || known.count < count
                ? try offsets(positions.isEmpty ? options.start : .earliest, topic, count, client) : [:]
            let stops = known.count < count ? try options.stop.map { try offsets($0, topic, count, client) } : nil
            for partition in 0..<count {
                marks.append(
                    known[partition]
                        ?? KafkaMark(
                            topic: topic, topicID: .zero, partition: partition, next: starts[partition] ?? 0,
                            stop: stops?[partition]))
            }
        }
        return (marks, nil)
    }

    /// Waits for the broker; tells why it does not answer where it may be away.
    private func problem(_ client: KafkaClient, mayBeAway: Bool) throws(MillraceError) -> String? {
        do {
            try client.reach(
                BrokerBeginning(
                    patience: patience, clock: environment.clock, settings: settings, topics: options.topics))
            return nil
        } catch {
            guard mayBeAway, error.code == BrokerPatience.errorCode else { throw error }
            let waiting = BrokerPatience.waiting(for: client.servers, client.cause)
            patience.notice?("table '\(options.table.name)': \(waiting)")
            return waiting
        }
    }

    /// Whether each topic was read before, so that nothing has to be asked.
    private func knowsAll(_ restored: [String: [Int32: KafkaMark]]) -> Bool {
        options.topicPattern == nil && options.topics.allSatisfy { restored[$0]?.isEmpty == false }
    }

    private func topics(_ client: KafkaClient) throws -> [String] { try Self.topics(options, client) }

    /// The topics that the table names, or the broker's that match.
    static func topics(_ options: KafkaOptions, _ client: KafkaClient) throws(MillraceError) -> [String] {
        guard let pattern = options.topicPattern else { return options.topics }
        return try client.topics().filter { !$0.hasPrefix("__") && pattern.matches($0) }
    }

    /// The offset that reading begins or ends at, for each partition of a topic.
    private func offsets(
        _ place: KafkaOptions.Place, _ topic: String, _ count: Int32, _ client: KafkaClient
    ) throws -> [Int32: Int64] {
        var bounds: [Int32: (first: Int64, end: Int64)] = [:]
        for partition in 0..<count { bounds[partition] = try client.bounds(topic, partition) }
        let all = (0..<count).map { KafkaClient.Place(topic: topic, partition: $0, offset: -1) }
        var asked: [Int32: Int64] = [:]
        switch place {
        case .earliest: return bounds.mapValues(\.first)
        case .latest: return bounds.mapValues(\.end)
        case .timestamp(let time):
            let times = all.map { KafkaClient.Place(topic: topic, partition: $0.partition, offset: time) }
            for place in try client.byTime(times) where place.offset >= 0 { asked[place.partition] = place.offset }
            return bounds.mapValues(\.end).merging(asked) { $1 }
        case .committed, .offsets:
            for place in try client.committed(all) where place.offset >= 0 { asked[place.partition] = place.offset }
        }
        if case .offsets(let offsets) = place {
            return bounds.mapValues(\.first).merging(asked) { $1 }.merging(offsets) { $1 }
        }
        switch options.properties["auto.offset.reset"] {
        case "earliest": return bounds.mapValues(\.first).merging(asked) { $1 }
        case "latest": return bounds.mapValues(\.end).merging(asked) { $1 }
        default:
            if let missing = bounds.keys.filter({ asked[$0] == nil }).min() {
                throw options.noCommittedOffset(topic, missing)
            }
            return asked
        }
    }
}
