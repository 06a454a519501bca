import CommitLog
import Diagnostics
import Glibc
import KafkaProtocol
import Synchronization

/// Producers that send batches of 1 KB records, lz4, and wait until each is durable.
struct AppendLoad {
    struct Result {
        var seconds: Double
        var records: Int
        var storedBytes: Int
        var rounds: Int
        var latencies: [Double]
        var partitions: Int
        var producers: Int

        var roundBytes: Int { storedBytes / max(1, rounds) }
        private func quantile(_ share: Double) -> Double {
            latencies.isEmpty ? 0 : latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))]
        }

        var line: String {
            let inMegabytes = Int(Double(records) * 1024 / 1e6 / seconds)
            let stored = Int(Double(storedBytes) / 1e6 / seconds)
            let p50 = Double(Int(quantile(0.5) * 1000)) / 1000
            let p99 = Double(Int(quantile(0.99) * 1000)) / 1000
            return
                "{\"benchmark\":\"append\",\"producers\":\(producers),\"partitions\":\(partitions),\"in_mb_s\":\(inMegabytes),"
                + "\"stored_mb_s\":\(stored),\"records_s\":\(Int(Double(records) / seconds)),\"rounds\":\(rounds),"
                + "\"round_bytes\":\(roundBytes),\"p50_ms\":\(p50),\"p99_ms\":\(p99)}"
        }
    }

    var directory: String
    var seconds: Double
    var producers: Int
    var partitions: Int
    var recordsPerBatch: Int

    private struct Tally {
        var records = 0
        var storedBytes = 0
        var latencies: [Double] = []
        var ended = 0
    }

    func run() throws -> Result {
        let log = try CommitLog(directory: directory + "/log")
        let topic = try log.createTopic("bench", partitions: Int32(partitions))
        let rounds = Mutex(0)
        let roundCount = RoundCount(rounds)
        log.setObserver { _ in roundCount.add() }
        let tally = SharedTally()
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let end = start + UInt64(seconds * 1e9)
        let batches = try (0..<4).map { try batch(seed: UInt64($0)) }
        for producer in 0..<producers {
            _ = OperatingSystemThread.start(name: "producer") {
                produce(number: producer, batches, to: log, topic.number, until: end, tally)
            }
        }
        while tally.ended < producers { clock.sleep(nanoseconds: 5_000_000) }
        let elapsed = Double(clock.monotonicNanoseconds() - start) / 1e9
        return tally.result(seconds: elapsed, rounds: roundCount.count, partitions, producers)
    }

    private func produce(
        number: Int, _ batches: [ProducedBatch], to log: CommitLog, _ topic: UInt32, until end: UInt64,
        _ tally: SharedTally
    ) {
        let clock = SystemClock()
        var random = SplitMix64(seed: UInt64(number))
        let width = recordsPerBatch == 1 ? 1 : 4
        while true {
            let start = clock.monotonicNanoseconds()
            guard start < end else { break }
            let writes = (0..<width).map { index in
                AppendWrite(
                    batches[index % batches.count],
                    to: PartitionKey(topic: topic, partition: Int32(random.next() % UInt64(partitions))))
            }
            // Each batch is checked as one that came over a socket would be.
            guard let checked = try? ProducedBatch(checking: batches[0].bytes), checked.bytes.count > 0,
                let outcomes = try? log.append(writes), outcomes.allSatisfy({ (try? $0.get()) != nil })
            else { break }
            tally.add(
                records: width * recordsPerBatch, bytes: writes.count * batches[0].bytes.count,
                milliseconds: Double(clock.monotonicNanoseconds() - start) / 1e6)
        }
        tally.end()
    }

    /// Log lines of 1 KB: words from a small vocabulary, numbers that differ.
    private func batch(seed: UInt64) throws -> ProducedBatch {
        var random = SplitMix64(seed: seed)
        let words = (0..<200).map { _ in String(random.next(), radix: 36) }
        var builder = RecordBatchBuilder(attributes: BatchAttributes(codec: .lz4))
        for index in 0..<recordsPerBatch {
            var line = "{\"id\":\(random.next()),\"n\":\(index)"
            while line.utf8.count < 990 {
                line += ",\"\(words[Int(random.next() % 20)].prefix(5))\":\"\(words[Int(random.next() % 200)])\""
            }
            builder.append(key: nil, value: Array(line.utf8.prefix(1024)), timestamp: SystemClock().wallMilliseconds())
        }
        return try ProducedBatch(checking: builder.build().bytes)
    }

    private final class RoundCount: Sendable {
        private let value: Mutex<Int>
        init(_ value: consuming Mutex<Int>) { self.value = value }
        var count: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }

    private final class SharedTally: Sendable {
        private let state = Mutex(Tally())
        var ended: Int { state.withLock { $0.ended } }
        func end() { state.withLock { $0.ended += 1 } }
        func add(records: Int, bytes: Int, milliseconds: Double) {
            state.withLock { tally in
                tally.records += records
                tally.storedBytes += bytes
                tally.latencies.append(milliseconds)
            }
        }
        func result(seconds: Double, rounds: Int, _ partitions: Int, _ producers: Int) -> Result {
            state.withLock { tally in
                Result(
                    seconds: seconds, records: tally.records, storedBytes: tally.storedBytes, rounds: rounds,
                    latencies: tally.latencies.sorted(), partitions: partitions, producers: producers)
            }
        }
    }
}
