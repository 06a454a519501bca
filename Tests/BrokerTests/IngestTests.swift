import CommitLog
import Diagnostics
import KafkaProtocol
import Synchronization
import Testing

@testable import Broker

/// Records of HTTP requests.
@Suite(.serialized) struct IngestTests {
    private typealias Outcome = Result<IngestService.Receipt, IngestService.Refusal>

    private final class Waiting: Sendable {
        let outcome = Mutex<Outcome?>(nil)
    }

    private func append(
        _ running: RunningBroker, _ values: [String], key: String? = nil, topic: String = "t",
        configure: (inout IngestService.Delivery) -> Void = { _ in }
    ) -> Outcome {
        var delivery = IngestService.Delivery(topic: topic, values: values.map { Array($0.utf8) }, host: "127.0.0.1")
        delivery.key = key
        configure(&delivery)
        let waiting = Waiting()
        running.broker.ingest.append(delivery) { outcome in waiting.outcome.withLock { $0 = outcome } }
        let clock = SystemClock()
        for _ in 0..<20_000 {
            if let outcome = waiting.outcome.withLock({ $0 }) { return outcome }
            clock.sleep(nanoseconds: 1_000_000)
        }
        return .failure(.failed("no answer in time"))
    }

    private func end(_ running: RunningBroker, _ topic: String = "t") throws -> Int64 {
        let found = try #require(running.log.topic(named: topic))
        return try running.log.partition(PartitionKey(topic: found.number, partition: 0)).highWatermark
    }

    @Test func aKeyBringsItsRecordsOnceAlsoAfterARestart() throws {
        let running = try RunningBroker()
        let first = try append(running, ["a", "b"], key: "k").get()
        #expect(first == .init(partition: 0, offset: 0, records: 2, isRepeat: false))
        let again = try append(running, ["a", "b"], key: "k").get()
        #expect(again == .init(partition: 0, offset: 0, records: 2, isRepeat: true))
        #expect(append(running, ["a", "c"], key: "k") == .failure(.keyReused))
        #expect(try append(running, ["a", "b"], key: "other").get().offset == 2)
        // The same key for another topic is another key.
        #expect(try append(running, ["a", "b"], key: "k", topic: "u").get().isRepeat == false)
        try running.restart()
        let later = try append(running, ["a", "b"], key: "k").get()
        #expect(later == .init(partition: 0, offset: nil, records: 2, isRepeat: true))
        #expect(try end(running) == 4)
    }

    @Test func whatDoesNotFitIsRefusedAsAWhole() throws {
        let running = try RunningBroker()
        #expect(try append(running, []).get().records == 0)
        let large = String(repeating: "x", count: 2 << 20)
        guard case .failure(.recordTooLarge) = append(running, ["small", large], key: "k") else {
            Issue.record("a record larger than the topic takes was taken")
            return
        }
        #expect(try end(running) == 0)
        // The key is free again, for nothing was written with it.
        #expect(try append(running, ["small"], key: "k").get().isRepeat == false)
        // More than one batch may hold is several batches.
        let half = String(repeating: "y", count: 600 << 10)
        #expect(try append(running, [half, half, half]).get().records == 3)
        #expect(try end(running) == 4)
        guard case .failure(.invalidTopic) = append(running, ["x"], topic: "__millrace_state"),
            case .failure(.invalidTopic) = append(running, ["x"], topic: "a/b"),
            case .failure(.unknownPartition) = append(running, ["x"], configure: { $0.partition = 7 }),
            case .failure(.keyTooLong) = append(running, ["x"], key: String(repeating: "k", count: 257))
        else {
            Issue.record("a wrong request was taken")
            return
        }
    }

    @Test func usersNeedTheirRules() throws {
        let running = try RunningBroker(users: ["root": "secret", "ann": "pencil"]) { settings in
            settings.asksWhoComes = true
            settings.superUsers = ["root"]
        }
        #expect(append(running, ["x"]) == .failure(.unauthenticated))
        let ann: (inout IngestService.Delivery) -> Void = { ($0.user, $0.password) = ("ann", "pencil") }
        #expect(append(running, ["x"], configure: ann) == .failure(.forbidden))
        #expect(
            append(running, ["x"], configure: { ($0.user, $0.password) = ("root", "wrong") })
                == .failure(.unauthenticated))
        #expect(
            try append(running, ["x"], configure: { ($0.user, $0.password) = ("root", "secret") }).get().offset == 0)
    }
}
