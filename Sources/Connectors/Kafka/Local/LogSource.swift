import CommitLog
import ConnectorContract
import Diagnostics
import KafkaProtocol

/// The scan of topics of the own log: batches are read where they lie, without a socket.
final class LogSource: Source {
    private let options: KafkaOptions
    private let layout: KafkaLayout
    private let queue: any LocalQueue
    private let environment: Environment

    init(options: KafkaOptions, layout: KafkaLayout, queue: any LocalQueue, environment: Environment) {
        self.options = options
        self.layout = layout
        self.queue = queue
        self.environment = environment
    }

    var isBounded: Bool { options.stop != nil }

    func open(parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder) throws -> [any SourceReader] {
        let log = try queue.log()
        let places = LogPlaces(log: log, queue: queue, options: options)
        let marks = try self.marks(places, positions)
        let count = max(1, parallelism)
        return try (0..<count).map { index in
            let rows = try RecordRows(
                layout,
                reporter: RejectReporter(recorder: rejects, table: options.table, fails: options.fails))
            let reader = LogReader(
                places: places, layout: layout, rows: rows, share: (index, count), environment: environment)
            for mark in marks where mark.owner(among: count) == index { try reader.add(mark) }
            return reader
        }
    }

    /// Where each partition is begun: where the last epoch left it, else where the options say.
    private func marks(_ places: LogPlaces, _ positions: [[UInt8]]) throws -> [KafkaMark] {
        var restored: [String: [Int32: KafkaMark]] = [:]
        for mark in try positions.flatMap(KafkaMark.decode) {
            restored[mark.topic, default: [:]][mark.partition] = mark
        }
        var marks: [KafkaMark] = []
        for topic in try places.topics() {
            let known = restored.removeValue(forKey: topic.name) ?? [:]
            if let other = known.values.first(where: { $0.topicID != topic.id }) {
                throw MillraceError(
                    .user, code: "other_topic",
                    "topic '\(other.topic)' of table '\(options.table.name)' was deleted and made anew since the "
                        + "job's last epoch: its offsets mean other records now",
                    hint: "remove the job's state to begin anew, or read another topic")
            }
            // Partitions that came since the last epoch hold nothing the job has seen.
            let starts = try places.offsets(positions.isEmpty ? options.start : .earliest, of: topic)
            let stops = try options.stop.map { try places.offsets($0, of: topic) }
            for partition in 0..<topic.partitionCount {
                marks.append(
                    known[partition]
                        ?? KafkaMark(
                            topic: topic.name, topicID: topic.id, partition: partition,
                            next: starts[partition] ?? 0, stop: stops?[partition]))
            }
        }
        if let gone = restored.keys.sorted().first {
            throw MillraceError(
                .user, code: "missing_topic",
                "topic '\(gone)' of table '\(options.table.name)' was deleted since the job's last epoch")
        }
        return marks
    }
}
