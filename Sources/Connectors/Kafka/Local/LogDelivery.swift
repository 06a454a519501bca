import CommitLog
import ConnectorContract
import Diagnostics
import KafkaProtocol

/// Appends to a topic of the own log. An epoch's batches and the record that tells of them are one atomic append.
final class LogDelivery: TopicDelivery {
    private let topic: TopicDescription
    private let table: String
    private let appender: LogAppender
    private let fence: SinkFence
    private let clock: any TimeSource

    init(options: KafkaOptions, queue: any LocalQueue, environment: Environment) throws {
        let log = try queue.log()
        let name = try options.writtenTopic()
        topic = try LogPlaces(log: log, queue: queue, options: options).topic(name)
        table = options.table.name
        clock = environment.clock
        appender = LogAppender(log: log, clock: environment.clock)
        do throws(LogError) { fence = try SinkFence(log: log) } catch {
            throw error.error(of: SinkFence.topic, table: options.table.name)
        }
    }

    var topicID: TopicID { topic.id }
    var partitionCount: Int32 { topic.partitionCount }

    func submit(_ batches: [BatchAssembly.Finished]) throws {
        guard !batches.isEmpty else { return }
        let bytes = batches.reduce(0) { $0 + $1.batch.bytes.count }
        try explained { () throws(LogError) in try appender.submit(batches.map(write), bytes: bytes) }
    }

    func drain() throws { try explained { () throws(LogError) in try appender.drain() } }

    func fenceStart() throws -> Int64 {
        var end: Int64 = 0
        try explained { () throws(LogError) in end = try fence.end() }
        return end
    }

    func delivered(by sink: String, from start: Int64) throws -> DeliveredPlace? {
        try fence.place(of: sink, from: start)
    }

    func deliver(_ batches: [BatchAssembly.Finished], upTo place: DeliveredPlace, by sink: String) throws {
        var writes = batches.map(write)
        writes.append(try fence.write(place, sink: sink, timestamp: clock.wallMilliseconds()))
        let all = writes
        try explained { () throws(LogError) in try appender.appendAtomically(all) }
    }

    private func write(_ finished: BatchAssembly.Finished) -> AppendWrite {
        AppendWrite(finished.batch, to: PartitionKey(topic: topic.number, partition: finished.partition))
    }

    private func explained(_ body: () throws(LogError) -> Void) throws {
        do throws(LogError) { try body() } catch { throw error.error(of: topic.name, table: table) }
    }
}
